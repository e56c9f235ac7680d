"""`POST /moderations`: https://platform.openai.com/docs/api-reference/moderations/create."""

from __future__ import annotations

from typing import Final

import msgspec

from ...types import ModerationRequest, ModerationResponse, ModerationResult
from ..codec import Codec, Encoded, Terms
from ..extras import with_extra
from ..operation import Operation, Piece, answering
from .parameters import Parameters
from .usage import UsagePiece, usage


class ResultPiece(msgspec.Struct):
    """What was found in one input."""

    categories: dict[str, bool | None] | None = None
    category_scores: dict[str, float | None] | None = None
    flagged: bool | None = None
    category_applied_input_types: dict[str, list[str]] | None = None


class ModerationPiece(Piece):
    """What was found in all of them."""

    results: list[ResultPiece] | None = None
    id: str | None = None
    model: str | None = None
    usage: UsagePiece | None = None


def _encode(request: ModerationRequest, terms: Terms) -> Encoded:
    given = Parameters(request, terms)
    if not isinstance(request.input, str):
        given.members["input"] = [item if isinstance(item, str) else with_extra(item) for item in request.input]
    return given.json("/moderations")


def _answer(piece: ModerationPiece) -> ModerationResponse | None:
    if piece.results is None:
        return None
    results = [result for item in piece.results if (result := _result(item)) is not None]
    if len(results) < len(piece.results):
        return None
    return ModerationResponse(results=results, id=piece.id or "", model=piece.model or "", usage=usage(piece.usage))


def _result(piece: ResultPiece) -> ModerationResult | None:
    if piece == _NOTHING:
        return None
    scores = piece.category_scores or {}
    return ModerationResult(
        piece.categories or {},
        {name: score for name, score in scores.items() if score is not None},
        piece.flagged,
        piece.category_applied_input_types,
    )


_NOTHING: Final = ResultPiece()
CODEC: Final[Codec[ModerationRequest, ModerationResponse]] = Operation(_encode, answering(ModerationPiece, _answer))
