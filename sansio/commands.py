"""What a flow may ask for, on the level of HTTP messages, and what it is answered.

A flow is a generator that yields commands and is sent their answers.  It holds no resource, no clock but the `Clock`
cell that moves before it runs on, and no reference to what calls share: it asks, and gets plain data.
Answers are plain data too, so that a recorded list of them replays a call.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Final, Generic, Literal, TypeAlias, TypeVar

import msgspec

from .errors import Failure
from .events import Event, Outcome
from .http import Headers, HttpRequest, Origin, Timeouts
from .types import ChatResponse, Credential

R = TypeVar("R", covariant=True)
T = TypeVar("T")

NEVER: Final = float("inf")


class Clock:
    """The time as the driver last told it, in its own clock; and the Unix time at the start, for dates only."""

    __slots__ = ("_start", "now", "unix")

    def __init__(self, now: float, unix: float | None = None) -> None:
        self.now = now
        self.unix = unix
        self._start = now

    def unix_now(self) -> float | None:
        """The Unix time now: that at the start, and what the driver's clock has gone on since; None where none was given."""
        return None if self.unix is None else self.unix + (self.now - self._start)


def after(now: float, timeout: float | None) -> float:
    """The deadline *timeout* seconds from *now*; NEVER for None."""
    return NEVER if timeout is None else now + timeout


# -- what calls share: questions and their answers -----------------------------------------------------------


class Proxy(msgspec.Struct, frozen=True):
    """A proxy: `scheme` is http (CONNECT, or absolute-form for http origins) or socks5; the repr shows no password."""

    scheme: str
    host: str
    port: int
    username: str | None = None
    password: str | None = None

    def __repr__(self) -> str:
        """The proxy without its credentials."""
        return f"Proxy({self.scheme}://{self.host}:{self.port})"


class Route(msgspec.Struct, frozen=True):
    """Where a connection leads, and through what: connections of one route may stand in for each other."""

    origin: Origin
    proxy: Proxy | None = None


class Lease(msgspec.Struct, frozen=True):
    """May *call* use a connection on this route?  Answered Leased, or Busy: Wait for its key, then ask with the ticket.

    `fresh` asks for a connection that nobody has used.
    """

    call: str
    route: Route
    ticket: int | None = None
    fresh: bool = False


class Release(msgspec.Struct, frozen=True):
    """*call* no longer uses the connection; `keep` says that it may serve another."""

    call: str
    conn: int
    keep: bool


class Withdraw(msgspec.Struct, frozen=True):
    """*call* waits no longer, for a connection or for a token."""

    call: str


class Abandoned(msgspec.Struct, frozen=True):
    """*call* is gone: settle everything that is booked under its id."""

    call: str


class Closed(msgspec.Struct, frozen=True):
    """The client is closed: every connection goes, and none is leased again."""


class TokenWanted(msgspec.Struct, frozen=True):
    """May *call* have the token of `key`?  `unix` is the Unix time now.

    Answered Token; Fetch, and then it fetches it and says TokenFetched; Busy, to Wait for its key and ask again; or
    Refused, where the fetch failed that it waited for.
    """

    key: str
    unix: float
    call: str = ""


class TokenFetched(msgspec.Struct, frozen=True):
    """What came of the fetch that *call* was told to make.  Answered Token, an older one where that is still good, or Refused.

    `own` says of a failure that it is the call's alone, whose time is over: the next who waits fetches.
    """

    key: str
    unix: float
    outcome: Credential | Failure
    own: bool = False
    call: str = ""


class TokenRefused(msgspec.Struct, frozen=True):
    """A server refused this token: it is given to nobody any more."""

    key: str
    credential: Credential


Question: TypeAlias = Lease | Release | Withdraw | Abandoned | Closed | TokenWanted | TokenFetched | TokenRefused


class Done(msgspec.Struct, frozen=True, gc=False):
    """It is done."""

    now: float


class Broken(msgspec.Struct, frozen=True, gc=False):
    """It failed: a deadline passed, the connection failed, no HTTP came, a limit was passed, or the client was closed."""

    now: float
    kind: Literal["timeout", "connection", "protocol", "limit_exceeded", "cancelled"]
    reason: str


class Leased(msgspec.Struct, frozen=True, gc=False):
    """The connection is the call's until it is released.  `fresh` means that it is to be connected first."""

    now: float
    conn: int
    fresh: bool


class Busy(msgspec.Struct, frozen=True, gc=False):
    """Nothing is free.  Wait for `key`, then ask again, for a connection with it as the ticket; the order is kept."""

    now: float
    key: int


class Token(msgspec.Struct, frozen=True):
    """An access token that is good for a while."""

    now: float
    credential: Credential


class Fetch(msgspec.Struct, frozen=True, gc=False):
    """The call is to fetch the token: the only one that does, until it says TokenFetched or is abandoned.

    `ahead` says that this is to replace one that is still good, which the call gets where the fetch fails.
    """

    now: float
    ahead: bool = False


class Refused(msgspec.Struct, frozen=True):
    """There is no token, and this is why."""

    now: float
    failure: Failure


Decision: TypeAlias = Done | Broken | Leased | Busy | Token | Fetch | Refused
"""What a question may be answered."""


# -- commands that drivers perform as they are --------------------------------------------------------------


class Ask(msgspec.Struct, frozen=True):
    """Put a question to what calls share; one without a call's name is asked in that of the call that the flow runs in."""

    question: Question


class Wait(msgspec.Struct, frozen=True):
    """Wait until `key` is woken, or `until`; answered Done either way."""

    key: int
    until: float


class Sleep(msgspec.Struct, frozen=True):
    """Wait until the time is come."""

    until: float


class Emit(msgspec.Struct, frozen=True):
    """Hand events to the user, many at once where many came at once."""

    events: Sequence[Event[object]]


# -- commands that the wire turns into bytes ----------------------------------------------------------------


class Open(msgspec.Struct, frozen=True):
    """Send a request and wait for the head of its response, all before `until`.  Answered Head or Broken."""

    request: HttpRequest
    timeouts: Timeouts
    until: float
    streams: bool = False


class Read(msgspec.Struct, frozen=True):
    """Wait for more of the response body, at most `timeout` seconds of silence and not past `until`.

    Answered Chunk, Ended (a clean end by the HTTP framing) or Broken.
    """

    timeout: float | None
    until: float


class Close(msgspec.Struct, frozen=True):
    """The flow is done with the response.  What is left of it may be awaited until `until`, to save the connection."""

    until: float


class Race(msgspec.Struct, frozen=True):
    """Run flows against each other, the next one `stagger` seconds after the last, or at once when none is left running.

    The first to emit, or to complete, wins, and the others are abandoned; answered with what it came to, or with the last
    failure where all failed.
    """

    flows: tuple[Flow[Attempted[ChatResponse]], ...]
    stagger: float


class Head(msgspec.Struct, frozen=True):
    """The head of the response; `sent` is when the request's last byte was handed over."""

    status: int
    headers: Headers
    sent: float


class Chunk(msgspec.Struct, frozen=True, gc=False):
    """Bytes of the response body, never empty."""

    data: bytes


class Ended(msgspec.Struct, frozen=True, gc=False):
    """The response body is complete."""


class Attempted(msgspec.Struct, Generic[R], frozen=True):
    """How an attempt ended.  `committed` means that the user has seen output of it: it cannot be repeated."""

    outcome: Outcome[R]
    committed: bool


Command: TypeAlias = Open | Read | Close | Race | Ask | Wait | Sleep | Emit
Reply: TypeAlias = Head | Chunk | Ended | Attempted[ChatResponse] | Decision
Flow: TypeAlias = Generator[Command, Reply, T]
