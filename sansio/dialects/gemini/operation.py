"""What the API's further operations share: their codec, pages and times."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

import msgspec

from ...errors import Failure
from ...events import Delta
from ...http import Headers
from ..codec import Reading, Reply, Terms
from ..documents import DocumentDecoder, Unanswered
from ..lenient import value
from ..operation import Operation, Piece
from .failures import failure

Q = TypeVar("Q")
R = TypeVar("R")
T = TypeVar("T", bound=Piece)


class GoogleOperation(Operation[Q, R]):
    """A `Codec` made of two functions, with Google's errors."""

    def failure(self, reply: Reply, terms: Terms) -> Failure:
        """Why the provider refused."""
        return failure(reply, terms)


class DefaultsDecoder(DocumentDecoder[T, R]):
    """Of an answer whose members are left out where they have their defaults: with none at all it is one, with others not."""

    __slots__ = ()

    def _take_document(self, item: T, body: bytes | bytearray, events: list[Delta]) -> None:
        if item != self._shape() or value(body) == {}:
            super()._take_document(item, body, events)


def defaulted(shape: type[T], answer: Callable[[Q, T], R | Unanswered | None]) -> Callable[[Q, Terms], Reading[R]]:
    """How an answer is read of which all members may have been left out; *answer* is given the request, too.

    https://protobuf.dev/programming-guides/json/#field-presence
    """
    decode = msgspec.json.Decoder(shape).decode

    def read(request: Q, terms: Terms) -> Reading[R]:
        decoder = DefaultsDecoder(terms, shape, decode, lambda piece: None if piece.error else answer(request, piece))
        return Reading(decoder, decoder)

    return read


def page_query(after: str | None, limit: int | None) -> Headers:
    """What asks for a page: https://google.aip.dev/158."""
    given = {"pageSize": limit, "pageToken": after}
    return tuple((name, str(value)) for name, value in given.items() if value is not None)


def unix(time: str | None) -> int | None:
    """The Unix time of an RFC 3339 one; None for what is none."""
    try:
        return None if time is None else int(datetime.fromisoformat(time).timestamp())
    except (ValueError, OverflowError):
        return None


def given(**members: object) -> dict[str, object]:
    """The members that have a value."""
    return {name: value for name, value in members.items() if value is not None}
