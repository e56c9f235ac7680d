"""The contract between an exchange and the client side of a dialect: a request becomes bytes, records become events.

A codec stands for one kind of request in one dialect.  It sees whole records and bodies: framing, content codings, HTTP
and the end of an exchange belong to the exchange.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol, TypeVar

import msgspec

from ..errors import Failure
from ..events import Delta
from ..http import Limits
from ..types import ChatResponse, Loss, Provider

Q = TypeVar("Q", contravariant=True)
R = TypeVar("R", covariant=True)


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """What an exchange was told beside its request.

    `unix` is the Unix time of the request and `seed` random bytes, where the caller gave them: pure code has neither.
    """

    provider: Provider
    stream: bool
    limits: Limits
    unix: float | None = None
    seed: bytes | None = None


class Encoded(msgspec.Struct, frozen=True):
    """A request on the wire, less its origin and its credential; `path` is relative to the provider's base URL."""

    path: str
    body: bytes
    losses: tuple[Loss, ...] = ()
    method: str = "POST"
    content_type: str = "application/json"


class Reply(msgspec.Struct, frozen=True):
    """An HTTP response that is no success: lower-case header names, and as much of the body as is worth reading."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Decoder(Protocol):
    """Turns the records of one response into events, up to the first of its two ends.

    `complete` is set at the dialect's terminal marker, `failure` at an error that the peer reports or at a record that is
    not the API's; after either nothing more is given to it.  No record makes a method raise.  What a lenient reading had
    to drop is told in `notes`.
    """

    complete: bool
    failure: Failure | None
    notes: list[str]

    def receive(self, records: Sequence[bytes]) -> list[Delta]:
        """Take the next records of a stream.  Returns their events; those before a failure are among them."""
        ...

    def receive_document(self, body: bytes | bytearray) -> list[Delta]:
        """Take an answer that was not streamed, instead of any record.  Sets `complete` or `failure`."""
        ...

    def finish(self) -> list[Delta]:
        """Take the clean end of a stream without a marker.  Sets `complete` where the API says that this is an end."""
        ...


class Folding(Protocol[R]):
    """Gathers events into the response."""

    def extend(self, events: Iterable[Delta]) -> None:
        """Take the next events."""
        ...

    def response(self) -> R:
        """The response, once the decoder is complete."""
        ...

    def partial(self) -> ChatResponse | None:
        """The response so far, None where nothing came that a user would want."""
        ...


class Codec(Protocol[Q, R]):
    """One kind of request in one dialect, seen from the client."""

    def encode(self, request: Q, terms: Terms) -> Encoded:
        """The request as the provider takes it, and what that lost.  Raises LocalProtocolError for what no API takes."""
        ...

    def decoder(self, terms: Terms) -> Decoder:
        """A decoder for one response."""
        ...

    def fold(self, terms: Terms, request_id: str | None) -> Folding[R]:
        """A fold for one response; the provider's name and the request's id are stamped on it."""
        ...

    def failure(self, reply: Reply, terms: Terms) -> Failure:
        """Why the provider refused, as its status, headers and body tell."""
        ...


def native_model(model: str, provider: Provider) -> str:
    """The model as the provider knows it: its own name in front is removed, once.

    The name ends at the first slash; only where there is none, at the first colon (`ft:gpt-4o:...` stays whole).
    """
    head, mark, rest = model.partition("/" if "/" in model else ":")
    return rest if mark and rest and head == provider.name else model
