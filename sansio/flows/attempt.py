"""One attempt: one exchange over one response, with its clocks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Generic, Protocol, Self, TypeVar

from ..commands import NEVER, Attempted, Broken, Chunk, Clock, Close, Emit, Ended, Flow, Head, Open, Read, Reply, after
from ..errors import Failure, LocalProtocolError
from ..events import Completed, Event, Failed, Outcome
from ..http import Headers, HttpRequest, Timeouts

R = TypeVar("R")

# Seconds in which a stream's last chunk may follow its marker: without it the connection cannot be used again, and
# the user has the whole answer already.
_LINGER: Final = 0.25
# Seconds in which an error's explanation must have come; the status says enough to go on.
_EXPLAINED: Final = 10.0
# Events before the first output are held back, so that an attempt that fails before it leaves no trace.  Past this many
# those that a later one replaces are dropped; a peer that then still has more of them is not heading for output.
_HELD: Final = 64


class Attemptable(Protocol[R]):
    """What an attempt runs: an `Exchange`, or what has as much of its manners.  See there."""

    @property
    def request(self) -> HttpRequest:
        """The request, ready to be sent."""
        ...

    @property
    def stream(self) -> bool:
        """Whether its events are shown as they come."""
        ...

    @property
    def committed(self) -> bool:
        """Whether it has given output that must not be said twice."""
        ...

    @property
    def outcome(self) -> Outcome[R] | None:
        """The end, as soon as it is known."""
        ...

    def renewed(self, *, unix: float | None = None) -> Self:
        """A fresh one of the same request, made at the Unix time *unix* where that matters."""
        ...

    def receive_head(self, status: int, headers: Headers, /) -> None:
        """Take the response's status and headers."""
        ...

    def receive_data(self, chunk: bytes, /) -> None:
        """Take the next bytes of the body."""
        ...

    def receive_eof(self) -> None:
        """Take the clean end of the response."""
        ...

    def receive_broken(self, reason: str, /) -> None:
        """Take any other end."""
        ...

    def fail(self, failure: Failure, /) -> None:
        """End with what the caller knows better; nothing happens if it has ended."""
        ...

    def take_events(self) -> list[Event[R]]:
        """The events since the last time."""
        ...


def attempt(exchange: Attemptable[R], timeouts: Timeouts, until: float, clock: Clock) -> Flow[Attempted[R]]:
    """Run *exchange* to its end.  Events are emitted where it streams; *until* is the deadline of the whole call.

    The flow never emits `Failed`: that is its result, for the caller to retry or to raise.
    """
    first = NEVER
    refused = False
    reply = yield Open(exchange.request, timeouts, until, exchange.stream)
    if isinstance(reply, Head):
        exchange.receive_head(reply.status, reply.headers)
        refused = not 200 <= reply.status < 300
        if refused:
            first = clock.now + _EXPLAINED
        elif exchange.stream:
            first = after(reply.sent, timeouts.first_event)
    else:
        exchange.fail(_failure(reply, "connect", clock.now >= until))
    del reply  # a stream may wait for long: it holds nothing that it does not need
    shown = Shown(exchange)
    while (outcome := exchange.outcome) is None:
        if clock.now >= until and not refused:  # what has arrived meanwhile is too late
            exchange.fail(_TOTAL)
            continue
        match (yield Read(timeouts.read, until if exchange.committed else min(first, until))):
            case Chunk(data):
                exchange.receive_data(data)
                del data
            case Ended():
                exchange.receive_eof()
            case Broken(_, kind, reason) if kind == "connection" or (refused and kind != "cancelled"):
                exchange.receive_broken(reason)
            case reply:
                late = "first_event" if clock.now >= first and not exchange.committed else "read"
                exchange.fail(_failure(reply, late, clock.now >= until))
        if events := shown.due():
            yield Emit(events)
        del events
    yield Close(clock.now + _LINGER if isinstance(outcome, Completed) else clock.now)
    return Attempted(outcome, shown.committed)


class Shown(Generic[R]):
    """What the user sees of a streaming exchange, and from when on: nothing before the commit point."""

    __slots__ = ("_exchange", "_held")

    def __init__(self, exchange: Attemptable[R]) -> None:
        self._exchange = exchange
        self._held: Sequence[Event[R]] | None = ()  # None from the commit point on

    def due(self) -> list[Event[R]]:
        """The events to show now, in order; none of an exchange that does not stream."""
        exchange = self._exchange
        if not exchange.stream:
            return []
        events = exchange.take_events()
        if isinstance(exchange.outcome, Failed):
            events.pop()
        if self._held is None:
            return events
        held = [*self._held, *events]
        if not exchange.committed and not isinstance(exchange.outcome, Completed):
            if len(held) > _HELD:  # none of them is output: of each kind the last one counts
                held = list({(type(event), getattr(event, "choice", 0)): event for event in held}.values())
            if len(held) <= _HELD:
                self._held = held
                return []
        self._held = None
        return held

    @property
    def committed(self) -> bool:
        """Whether the user has been shown anything."""
        return self._held is None


_TOTAL: Final = Failure(kind="timeout", message="the call's total time is over", should_retry=False)
_CLOCKS: Final = {
    "connect": "no connection and no response in time",
    "first_event": "no output in time",
    "read": "the peer was silent for too long",
}


def _failure(broken: Reply, clock_name: str, total: bool) -> Failure:
    """The failure that a broken wire stands for; for a deadline it names the clock, and only the total one is final."""
    if not isinstance(broken, Broken):
        raise LocalProtocolError(f"{type(broken).__name__} does not answer this command")
    if broken.kind != "timeout":
        return Failure(kind=broken.kind, message=broken.reason)
    if total:
        return _TOTAL
    return Failure(kind="timeout", message=f"{_CLOCKS[clock_name]} ({broken.reason})")
