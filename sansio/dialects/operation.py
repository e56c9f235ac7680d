"""The codec of a kind of request that is encoded by one function and read by another, and the path of what has an id."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

import msgspec

from ..errors import Failure
from .codec import Encoded, Framing, Reading, Reply, Terms, path_of
from .documents import Unanswered, document
from .failures import of_reply

Q = TypeVar("Q")
R = TypeVar("R")


class Piece(msgspec.Struct):
    """What any answer may hold instead of what was asked for."""

    error: object = None


T = TypeVar("T", bound=Piece)
Item = TypeVar("Item")


class Operation(Generic[Q, R]):
    """A `Codec` made of its two functions; the framing is that of a reading, where it is another one."""

    framing: Framing = "sse"

    def __init__(self, encode: Callable[[Q, Terms], Encoded], read: Callable[[Q, Terms], Reading[R]]) -> None:
        self._encode = encode
        self._read = read

    def encode(self, request: Q, terms: Terms) -> Encoded:
        """The request as the provider takes it."""
        return self._encode(request, terms)

    def reading(self, request: Q, terms: Terms) -> Reading[R]:
        """What reads the response."""
        return self._read(request, terms)

    def failure(self, reply: Reply, terms: Terms) -> Failure:
        """Why the provider refused."""
        return of_reply(reply, terms.unix)


def answering(shape: type[T], answer: Callable[[T], R | Unanswered | None]) -> Callable[[object, Terms], Reading[R]]:
    """How an answer is read that is one JSON object: into *shape*, of which *answer* makes the response."""
    decode = msgspec.json.Decoder(shape).decode

    def unless_error(piece: T) -> R | Unanswered | None:
        return None if piece.error else answer(piece)

    def read(_: object, terms: Terms) -> Reading[R]:
        return document(terms, shape, decode, unless_error)

    return read


def listed(items: Sequence[Item], read: Callable[[Item], R | None]) -> list[R] | None:
    """What *read* makes of the items of a page, but for those that are none; None where that leaves nothing of some."""
    found = [thing for item in items if (thing := read(item)) is not None]
    return found if found or not items else None


def path_to(terms: Terms, name: str, default: str, id_: str) -> str:
    """The path of the thing *id_* in the collection that the dialect calls *name*."""
    from urllib.parse import quote

    return f"{path_of(terms, name, default)}/{quote(id_, safe='')}"
