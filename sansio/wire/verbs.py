"""The verbs that a driver performs on connections, and its answers.  Every answer carries the driver's `now`.

`Ask`, `Wait`, `Sleep` and `Emit` pass through from the flow; the rest is what is left of HTTP, TLS and proxies
when they are taken away: connect, send, receive, disconnect, and reading a file.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Final, Generic, TypeAlias, TypeVar

import msgspec

from ..commands import Ask, Broken, Busy, Decision, Done, Emit, Fetch, Leased, Refused, Sleep, Token, Wait

T = TypeVar("T")
R = TypeVar("R", covariant=True)


class Connect(msgspec.Struct, frozen=True):
    """Open a TCP stream and call it *conn*: from name to stream, before `until`.  Answered Done or Broken."""

    conn: int
    host: str
    port: int
    until: float


class StartTls(msgspec.Struct, frozen=True):
    """From here on *conn* speaks TLS with *hostname*.  The TLS layer answers it; a driver never sees it."""

    conn: int
    hostname: str
    until: float


class Send(msgspec.Struct, frozen=True):
    """Send all of the bytes.  Answered Done or Broken.  Given up half-way, it is followed by Disconnect."""

    conn: int
    data: bytes
    until: float


class Receive(msgspec.Struct, frozen=True):
    """Receive some bytes, up to 64 KiB.  Answered Bytes (empty: the peer closed cleanly) or Broken.

    What came before a reset is answered before the reset.  With `until` in the past it takes what is there, and never
    waits: Broken("timeout") says that nothing is.  Given up, the connection goes with it.
    """

    conn: int
    until: float


class Disconnect(msgspec.Struct, frozen=True):
    """Close the connection at once.  Answered Done, also where it is closed already."""

    conn: int


class Pull(msgspec.Struct, frozen=True):
    """Read up to *size* bytes of a source of the request body at *offset*.  Answered Bytes or Broken."""

    source: str
    offset: int
    size: int


class Finished(msgspec.Struct, Generic[R], frozen=True):
    """The call is over; nothing is outstanding any more."""

    value: R


class Bytes(msgspec.Struct, frozen=True, gc=False):
    """What was received or read."""

    now: float
    data: bytes


Verb: TypeAlias = Connect | StartTls | Send | Receive | Disconnect | Pull | Ask | Wait | Sleep | Emit
Answer: TypeAlias = Decision | Bytes
Answered: TypeAlias = tuple[Verb, Answer]
ANSWERS: Final[dict[type[Verb | Finished[object]], frozenset[type[Answer]]]] = {
    Connect: frozenset({Done, Broken}),
    StartTls: frozenset({Done, Broken}),
    Send: frozenset({Done, Broken}),
    Receive: frozenset({Bytes, Broken}),
    Disconnect: frozenset({Done}),
    Pull: frozenset({Bytes, Broken}),
    Ask: frozenset({Done, Broken, Leased, Busy, Token, Fetch, Refused}),
    Wait: frozenset({Done}),
    Sleep: frozenset({Done}),
    Emit: frozenset({Done}),
    Finished: frozenset(),
}
"""What a verb may be answered with."""

Wire: TypeAlias = Generator[tuple[Verb, ...], Answered, T]
"""A lowered flow: it yields the verbs that are outstanding, and is sent one of them with its answer."""
