"""`POST /api/embed`: https://github.com/ollama/ollama/blob/main/docs/api.md#generate-embeddings."""

from __future__ import annotations

from typing import Final

from ...errors import LocalProtocolError
from ...types import Embedding, EmbeddingRequest, EmbeddingResponse, Usage
from ..body import json_body
from ..codec import Codec, Encoded, Reading, Terms, native_model, path_of
from ..losses import Losses
from ..operation import Piece, answering
from ..vectors import of_each_input
from .operation import OllamaOperation
from .wire import DIALECT

_TRUNCATE: Final = {"NONE": False, "END": True}
_UNSAID: Final = ("user", "input_type", "title", "output_dtype")


class EmbeddingsPiece(Piece):
    """The vectors, in the order of the texts."""

    embeddings: list[list[float]] | None = None
    model: str | None = None
    prompt_eval_count: int | None = None


def _encode(request: EmbeddingRequest, terms: Terms) -> Encoded:
    losses = Losses(DIALECT)
    if request.texts is None:
        raise LocalProtocolError("input: Ollama embeds texts, and not their tokens")
    for name in _UNSAID:
        if getattr(request, name) not in {None, "float"}:
            losses.drop(name, "the API has nothing like it")
    if request.truncate is not None and request.truncate not in _TRUNCATE:
        losses.drop("truncate", "the API truncates at the end, or not at all")
    members = {
        "model": native_model(request.model, terms.provider),
        "input": request.input,
        "dimensions": request.dimensions,
        "truncate": _TRUNCATE.get(request.truncate or ""),
    }
    body = json_body({name: value for name, value in members.items() if value is not None}, request.extra)
    return Encoded(path_of(terms, "ollama_embed", "/api/embed"), body, tuple(losses.found))


def _answer(piece: EmbeddingsPiece) -> EmbeddingResponse | None:
    if piece.embeddings is None:
        return None
    data = [Embedding(index, vector) for index, vector in enumerate(piece.embeddings)]
    usage = None if piece.prompt_eval_count is None else Usage(piece.prompt_eval_count)
    return EmbeddingResponse(data=data, model=piece.model or "", usage=usage)


def _read(request: EmbeddingRequest, terms: Terms) -> Reading[EmbeddingResponse]:
    return answering(EmbeddingsPiece, of_each_input(request, _answer))(request, terms)


CODEC: Final[Codec[EmbeddingRequest, EmbeddingResponse]] = OllamaOperation(_encode, _read)
