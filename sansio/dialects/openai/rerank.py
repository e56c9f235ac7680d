"""`POST /rerank`, as Jina, Together, Voyage, DeepInfra, OpenRouter, vLLM and llama.cpp have it beside OpenAI's APIs.

https://api.jina.ai/redoc, https://docs.together.ai/reference/rerank, https://docs.voyageai.com/reference/reranker-api
"""

from __future__ import annotations

from typing import Final

import msgspec

from ...types import RerankRequest, RerankResponse, RerankResult
from ..codec import Codec, Encoded, Terms
from ..operation import Operation, Piece, answering
from .parameters import Parameters
from .usage import UsagePiece, usage

_BEYOND: Final = frozenset({"max_tokens_per_doc", "rank_fields", "truncation"})


class ResultPiece(msgspec.Struct):
    """A document's relevance, under the names of Jina and of Hugging Face."""

    index: int | None = None
    relevance_score: float | None = None
    score: float | None = None
    document: str | dict[str, object] | None = None


class BilledPiece(msgspec.Struct):
    """What Cohere bills."""

    search_units: float | None = None


class MetaPiece(msgspec.Struct):
    """What Cohere says beside."""

    billed_units: BilledPiece | None = None


class RerankPiece(Piece):
    """The results, which are called data by Voyage."""

    results: list[ResultPiece] | None = None
    data: list[ResultPiece] | None = None
    id: str | None = None
    model: str | None = None
    usage: UsagePiece | None = None
    meta: MetaPiece | None = None


def _encode(request: RerankRequest, terms: Terms) -> Encoded:
    return Parameters(request, terms, _BEYOND).json("/rerank")


def _answer(piece: RerankPiece) -> RerankResponse | None:
    pieces = piece.data if piece.results is None else piece.results
    if pieces is None:
        return None
    results = [result for item in pieces if (result := _result(item)) is not None]
    billed = piece.meta.billed_units if piece.meta else None
    if len(results) < len(pieces):
        return None
    return RerankResponse(
        results=results,
        id=piece.id,
        model=piece.model,
        usage=usage(piece.usage),
        search_units=billed.search_units if billed else None,
    )


def _result(piece: ResultPiece) -> RerankResult | None:
    score = piece.score if piece.relevance_score is None else piece.relevance_score
    if piece.index is None or score is None:
        return None
    return RerankResult(piece.index, score, _document(piece.document))


def _document(document: str | dict[str, object] | None) -> str | dict[str, object] | None:
    """A text that is the one member of an object, as most give it back, as itself."""
    if isinstance(document, dict) and document.keys() == {"text"}:
        text = document["text"]
        return text if isinstance(text, str) else document
    return document


CODEC: Final[Codec[RerankRequest, RerankResponse]] = Operation(_encode, answering(RerankPiece, _answer))
