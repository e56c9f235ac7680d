"""`POST /v2/rerank`: https://docs.cohere.com/reference/rerank."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from ...types import RerankRequest, RerankResponse, RerankResult
from ...types.rerank import Document
from ..body import json_body
from ..codec import Codec, Encoded, Reading, Terms, native_model, path_of
from ..documents import document
from ..losses import Losses
from .operation import CohereOperation
from .wire import DIALECT


class ResultPiece(msgspec.Struct):
    """How relevant the document at `index` is."""

    index: int | None = None
    relevance_score: float | None = None


class BilledPiece(msgspec.Struct):
    """What is billed."""

    search_units: float | None = None


class MetaPiece(msgspec.Struct):
    """What stands beside the results."""

    billed_units: BilledPiece | None = None


class RerankPiece(msgspec.Struct):
    """The results, the most relevant first."""

    results: list[ResultPiece] | None = None
    id: str | None = None
    meta: MetaPiece | None = None


_decode = msgspec.json.Decoder(RerankPiece).decode


def _encode(request: RerankRequest, terms: Terms) -> Encoded:
    losses = Losses(DIALECT)
    for name in ("rank_fields", "truncation"):
        if getattr(request, name) is not None:
            losses.drop(name, "the API has nothing like it")
    members = {
        "model": native_model(request.model, terms.provider),
        "query": request.query,
        "documents": [_text(item, f"documents[{n}]", losses) for n, item in enumerate(request.documents)],
        "top_n": request.top_n,
        "max_tokens_per_doc": request.max_tokens_per_doc,
    }
    body = json_body({name: value for name, value in members.items() if value is not None}, request.extra)
    return Encoded(path_of(terms, "cohere_rerank", "/v2/rerank"), body, tuple(losses.found))


def _text(item: Document, path: str, losses: Losses) -> str:
    """The document as text: an object of fields is its JSON."""
    if isinstance(item, str):
        return item
    if set(item) == {"text"}:
        return str(item["text"])
    losses.approximate(path, "the API takes documents as text")
    return msgspec.json.encode(item).decode()


def _read(request: RerankRequest, terms: Terms) -> Reading[RerankResponse]:
    given: Sequence[Document] = request.documents if request.return_documents else ()

    def result(piece: ResultPiece) -> RerankResult | None:
        """A result, with its document where that is to be given back: the API does not."""
        index, score = piece.index, piece.relevance_score
        if index is None or score is None:
            return None
        return RerankResult(index, score, given[index] if 0 <= index < len(given) else None)

    def answer(piece: RerankPiece) -> RerankResponse | None:
        results = [found for item in piece.results or () if (found := result(item)) is not None]
        if piece.results is None or len(results) < len(piece.results):
            return None
        billed = piece.meta.billed_units if piece.meta else None
        units = billed.search_units if billed else None
        return RerankResponse(results=results, id=piece.id, search_units=units)

    return document(terms, RerankPiece, _decode, answer)


CODEC: Final[Codec[RerankRequest, RerankResponse]] = CohereOperation(_encode, _read)
