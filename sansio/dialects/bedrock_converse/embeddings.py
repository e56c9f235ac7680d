"""Embeddings, for which Bedrock has no API of its own: `POST /model/{modelId}/invoke` with what each family of models takes.

https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-titan-embed-text.html, .../model-parameters-embed.html
(Cohere) and https://docs.aws.amazon.com/nova/latest/userguide/embeddings-schema.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import msgspec

from ...errors import LocalProtocolError
from ...types import Embedding, EmbeddingRequest, EmbeddingResponse, Usage
from ..body import json_body
from ..codec import Codec, Encoded, Reading, Terms, native_model, path_of
from ..documents import document
from ..losses import Losses
from ..vectors import of_each_input
from .content import Block
from .operation import Operation
from .wire import DIALECT

_COMMON: Final = frozenset({"model", "input", "extra", "encoding_format"})  # vectors always come as numbers


class NovaVector(msgspec.Struct):
    """A vector of Nova's."""

    embedding: list[float] | None = None


class VectorsPiece(msgspec.Struct, rename="camel"):
    """The answers of all families."""

    embedding: list[float] | None = None
    embeddings: list[list[float] | NovaVector] | dict[str, list[list[float]]] | None = None
    input_text_token_count: int | None = None
    input_token_count: int | None = None
    id: str | None = None


def _titan(request: EmbeddingRequest, texts: Sequence[str], _: Losses) -> Block:
    return {"inputText": _only(texts), "dimensions": request.dimensions}


def _cohere(request: EmbeddingRequest, texts: Sequence[str], losses: Losses) -> Block:
    if request.input_type is None:
        losses.fill("input_type", "the model wants to know what the vectors are for")
    return {
        "texts": texts,
        "input_type": request.input_type or "search_document",
        "truncate": request.truncate,
        "output_dimension": request.dimensions,
        "embedding_types": None if request.output_dtype is None else [request.output_dtype],
    }


def _nova(request: EmbeddingRequest, texts: Sequence[str], _: Losses) -> Block:
    text = {"truncationMode": request.truncate or "END", "value": _only(texts)}
    purpose = {"embeddingPurpose": request.input_type or "GENERIC_INDEX", "embeddingDimension": request.dimensions}
    return {"taskType": "SINGLE_EMBEDDING", "singleEmbeddingParams": {**_given(purpose), "text": text}}


_Family = tuple[Callable[[EmbeddingRequest, Sequence[str], Losses], Block], frozenset[str]]

# Whose body it is, by the name within the model's, and what it says of a request beyond its texts.
_FAMILIES: Final[tuple[tuple[str, _Family], ...]] = (
    (r"titan-embed", (_titan, frozenset({"dimensions"}))),
    (r"cohere\.embed", (_cohere, frozenset({"dimensions", "input_type", "output_dtype", "truncate"}))),
    (r"nova.*embed", (_nova, frozenset({"dimensions", "input_type", "truncate"}))),
)


def _encode(request: EmbeddingRequest, terms: Terms) -> Encoded:
    losses = Losses(DIALECT)
    model = native_model(request.model, terms.provider)
    write, taken = _family(model)
    if (texts := request.texts) is None:
        raise LocalProtocolError("input: the API takes texts, and no tokens")
    for name, value in msgspec.structs.asdict(request).items():
        if value is not None and name not in _COMMON | taken:
            losses.drop(name, "the model does not take it")
    path = path_of(terms, "invoke", "/model/{model}/invoke", model)
    return Encoded(path, json_body(_given(write(request, texts, losses)), request.extra), tuple(losses.found))


def _family(model: str) -> _Family:
    found = next((family for pattern, family in _FAMILIES if re.search(pattern, model)), None)
    if found is None:
        raise LocalProtocolError(f"model: it is not known how {model!r} is asked for embeddings")
    return found


def _only(texts: Sequence[str]) -> str:
    if len(texts) != 1:
        raise LocalProtocolError("input: the model takes one text at a time")
    return texts[0]


def _given(members: Mapping[str, object]) -> Block:
    return {name: value for name, value in members.items() if value is not None}


def _answer(piece: VectorsPiece) -> EmbeddingResponse | None:
    vectors = [piece.embedding] if piece.embedding is not None else _vectors(piece.embeddings)
    if vectors is None:
        return None
    count = piece.input_text_token_count if piece.input_token_count is None else piece.input_token_count
    usage = None if count is None else Usage(prompt_tokens=count, total_tokens=count)
    data = [Embedding(index, vector) for index, vector in enumerate(vectors)]
    return EmbeddingResponse(data=data, usage=usage, id=piece.id)


def _vectors(
    found: list[list[float] | NovaVector] | dict[str, list[list[float]]] | None,
) -> list[list[float]] | None:
    if isinstance(found, dict):  # by the type of their numbers
        return next(iter(found.values()), None)
    if found is None:
        return None
    vectors = [vector.embedding if isinstance(vector, NovaVector) else vector for vector in found]
    whole = [vector for vector in vectors if vector is not None]
    return whole if len(whole) == len(vectors) else None


_decode = msgspec.json.Decoder(VectorsPiece).decode


def _read(request: EmbeddingRequest, terms: Terms) -> Reading[EmbeddingResponse]:
    return document(terms, VectorsPiece, _decode, of_each_input(request, _answer))


CODEC: Final[Codec[EmbeddingRequest, EmbeddingResponse]] = Operation(_encode, _read)
