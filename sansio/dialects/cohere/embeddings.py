"""`POST /v2/embed`: https://docs.cohere.com/reference/embed.

The API wants to know what the vectors are for; a request that does not say is about documents that are to be found.
Images and mixed inputs go through `extra`, as `images` or `inputs`, beside an `input` without texts.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Final

import msgspec

from ...errors import LocalProtocolError
from ...types import Embedding, EmbeddingRequest, EmbeddingResponse, PromptTokensDetails, Usage
from ..body import json_body
from ..codec import Codec, Encoded, Reading, Terms, native_model, path_of
from ..documents import document
from ..losses import Losses
from ..vectors import of_each_input
from .operation import CohereOperation
from .wire import DIALECT

_INPUT_TYPE: Final = "search_document"


class BilledPiece(msgspec.Struct):
    """What is billed."""

    input_tokens: int | float | None = None
    image_tokens: int | float | None = None


class MetaPiece(msgspec.Struct):
    """What stands beside the vectors."""

    billed_units: BilledPiece | None = None


class EmbeddingsPiece(msgspec.Struct):
    """The vectors by the type of their numbers: lists, or base64 of little-endian floats."""

    embeddings: dict[str, list[list[float] | str]] | None = None
    id: str | None = None
    meta: MetaPiece | None = None


_decode = msgspec.json.Decoder(EmbeddingsPiece).decode


def _encode(request: EmbeddingRequest, terms: Terms) -> Encoded:
    losses = Losses(DIALECT)
    texts = request.texts
    if texts is None:
        raise LocalProtocolError("input: Cohere embeds texts, and not their tokens")
    for name in ("user", "title"):
        if getattr(request, name) is not None:
            losses.drop(name, "the API has nothing like it")
    if request.input_type is None:
        losses.fill("input_type", "the API wants it")
    type_ = request.output_dtype or ("base64" if request.encoding_format == "base64" else None)
    members = {
        "model": native_model(request.model, terms.provider),
        "input_type": request.input_type or _INPUT_TYPE,
        "texts": texts or None,
        "output_dimension": request.dimensions,
        "embedding_types": type_ and [type_],
        "truncate": request.truncate,
    }
    body = json_body({name: value for name, value in members.items() if value is not None}, request.extra)
    return Encoded(path_of(terms, "cohere_embed", "/v2/embed"), body, tuple(losses.found))


def _read(request: EmbeddingRequest, terms: Terms) -> Reading[EmbeddingResponse]:
    model = native_model(request.model, terms.provider)

    def answer(piece: EmbeddingsPiece) -> EmbeddingResponse | None:
        vectors = next(iter((piece.embeddings or {}).values()), None)
        numbers = [_numbers(vector) for vector in vectors or ()]
        data = [Embedding(index, vector) for index, vector in enumerate(numbers) if vector is not None]
        if vectors is None or len(data) < len(numbers):
            return None
        return EmbeddingResponse(data=data, model=model, usage=_usage(piece.meta), id=piece.id)

    return document(terms, EmbeddingsPiece, _decode, of_each_input(request, answer))


def _numbers(vector: Sequence[float] | str) -> Sequence[float] | None:
    """The numbers; None where base64 stands for none."""
    if not isinstance(vector, str):
        return vector
    from binascii import a2b_base64

    try:
        data = a2b_base64(vector)
        return struct.unpack(f"<{len(data) // 4}f", data)
    except (ValueError, struct.error):
        return None


def _usage(meta: MetaPiece | None) -> Usage | None:
    billed = meta.billed_units if meta else None
    tokens = None if billed is None else billed.image_tokens if billed.input_tokens is None else billed.input_tokens
    if billed is None or tokens is None:
        return None
    details = PromptTokensDetails(image_tokens=int(billed.image_tokens)) if billed.image_tokens else None
    return Usage(int(tokens), prompt_tokens_details=details)


CODEC: Final[Codec[EmbeddingRequest, EmbeddingResponse]] = CohereOperation(_encode, _read)
