"""`POST /embeddings`: https://platform.openai.com/docs/api-reference/embeddings/create.

Vectors travel as numbers, or as base64 of little-endian ones, which takes less than half of the bytes and two thirds of
the time; it is asked for at the providers that are known to have it (a provider's `members`), since some mean another thing.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Final

import msgspec

from ...types import Embedding, EmbeddingRequest, EmbeddingResponse
from ..codec import Codec, Encoded, Reading, Terms
from ..operation import Operation, Piece, answering
from ..vectors import of_each_input
from .binary import unbase64
from .parameters import Parameters, quirks_of
from .usage import UsagePiece, usage

_BEYOND: Final = frozenset({"input_type", "output_dtype", "title", "truncate"})
# The numbers that base64 stands for, as `struct` knows them; the binary ones hold eight dimensions each.
_NUMBERS: Final = {"float": "f", "int8": "b", "uint8": "B", "binary": "b", "ubinary": "B"}


class VectorPiece(msgspec.Struct):
    """A vector."""

    embedding: list[float] | str | None = None
    index: int | None = None


class EmbeddingsPiece(Piece):
    """All of them."""

    data: list[VectorPiece] | None = None
    model: str | None = None
    usage: UsagePiece | None = None
    id: str | None = None


def _encode(request: EmbeddingRequest, terms: Terms) -> Encoded:
    return Parameters(request, terms, _BEYOND).json("/embeddings")


def _read(request: EmbeddingRequest, terms: Terms) -> Reading[EmbeddingResponse]:
    format_ = request.encoding_format or quirks_of(request, terms).members.get("encoding_format") or ""
    kind = request.output_dtype or format_.removeprefix("base64_")  # perplexity has base64_int8
    number = _NUMBERS.get(kind, "f")

    def answer(piece: EmbeddingsPiece) -> EmbeddingResponse | None:
        if piece.data is None:
            return None
        vectors = [_vector(item, position, number) for position, item in enumerate(piece.data)]
        whole = [vector for vector in vectors if vector is not None]
        if len(whole) < len(vectors):
            return None
        return EmbeddingResponse(data=whole, model=piece.model or "", usage=usage(piece.usage), id=piece.id)

    return answering(EmbeddingsPiece, of_each_input(request, answer))(request, terms)


def _vector(piece: VectorPiece, position: int, number: str) -> Embedding | None:
    values = _numbers(piece.embedding, number) if isinstance(piece.embedding, str) else piece.embedding
    if values is None:
        return None
    return Embedding(position if piece.index is None else piece.index, values)


def _numbers(text: str, number: str) -> Sequence[float] | None:
    """What base64 stands for; None where it is none, or no whole numbers."""
    data, size = unbase64(text), struct.calcsize(number)
    if data is None or len(data) % size:
        return None
    return struct.unpack(f"<{len(data) // size}{number}", data)


CODEC: Final[Codec[EmbeddingRequest, EmbeddingResponse]] = Operation(_encode, _read)
