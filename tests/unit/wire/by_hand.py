"""Performs a call by hand: what is immediate at once, against a `Shared`; everything else as the test says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, Literal, TypeAlias, TypeVar

from sansio.commands import (
    NEVER,
    Ask,
    Broken,
    Chunk,
    Clock,
    Close,
    Done,
    Emit,
    Ended,
    Flow,
    Head,
    Lease,
    Leased,
    Open,
    Question,
    Read,
    Reply,
    Route,
)
from sansio.events import Event
from sansio.http import HttpRequest, Timeouts, split_url
from sansio.shared import Shared
from sansio.wire.call import Call, Recorder
from sansio.wire.verbs import Answer, Bytes, Connect, Disconnect, Finished, Receive, Send, Verb
from sansio.wire.wiring import Wiring

T = TypeVar("T")
V = TypeVar("V", bound=Verb)
Kind: TypeAlias = Literal["timeout", "connection", "protocol", "limit_exceeded", "cancelled"]

GET = HttpRequest("GET", "http://a.example/x")
POST = HttpRequest("POST", "http://a.example/x", body=b"{}")
OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n"


class ByHand(Generic[T]):
    """A call and its driver.  `asked`, `disconnected` and `emitted` list what was performed, `woken` the keys."""

    def __init__(
        self,
        flow: Callable[[Clock], Flow[T]],
        shared: Shared | None = None,
        wiring: Wiring | None = None,
        *,
        now: float = 0.0,
        recorder: Recorder | None = None,
    ) -> None:
        self.shared = shared or Shared()
        self.now = now
        self.asked: list[Question] = []
        self.disconnected: list[int] = []
        self.emitted: list[Event[object]] = []
        self.woken: list[int] = []
        self.call = Call(flow, self.shared.call_id(), wiring or Wiring(), now=now, recorder=recorder)
        self._at_once()

    @property
    def verbs(self) -> list[str]:
        """The names of what is outstanding."""
        return [type(verb).__name__ for verb in self.call.verbs]

    @property
    def value(self) -> T:
        """What the flow returned."""
        (finished,) = self.call.verbs
        assert isinstance(finished, Finished)
        return finished.value

    @property
    def conn(self) -> int:
        """The connection that the outstanding verb is about."""
        verb = self.call.verbs[0]
        assert isinstance(verb, Connect | Send | Receive)
        return verb.conn

    def verb(self, kind: type[V]) -> V:
        """The one outstanding verb of that kind."""
        (found,) = [verb for verb in self.call.verbs if isinstance(verb, kind)]
        return found

    def answer(self, kind: type[Verb], answer: Answer) -> None:
        """Answer the one outstanding verb of that kind."""
        self.resume(self.verb(kind), answer)

    def resume(self, verb: Verb, answer: Answer) -> None:
        """Answer that verb."""
        self.call.resume(verb, answer)
        self._at_once()

    def done(self, kind: type[Verb]) -> None:
        self.answer(kind, Done(self.now))

    def breaks(self, kind: type[Verb], how: Kind = "connection", reason: str = "reset") -> None:
        self.answer(kind, Broken(self.now, how, reason))

    def receive(self, *pieces: bytes) -> None:
        for piece in pieces:
            self.answer(Receive, Bytes(self.now, piece))

    def exchange(self, *pieces: bytes) -> None:
        """Connect or look, send, and receive the pieces."""
        if "Connect" in self.verbs:
            self.done(Connect)
        else:
            self.breaks(Receive, "timeout")
        self.done(Send)
        self.receive(*pieces)

    def ask(self, question: Question) -> Answer:
        """A question to what the calls share, performed."""
        reply = self.shared.ask(question, self.now)
        self.asked.append(question)
        self.disconnected += reply.disconnect
        self.woken += reply.wake
        return reply.answer

    def abandon(self) -> None:
        """Give the call up."""
        last = self.call.abandon(self.now)
        assert last is not None
        self.ask(last.question)

    def _at_once(self) -> None:
        while at_once := [verb for verb in self.call.verbs if isinstance(verb, Ask | Disconnect | Emit)]:
            verb = at_once[0]
            answer: Answer = Done(self.now)
            if isinstance(verb, Ask):
                answer = self.ask(verb.question)
            elif isinstance(verb, Disconnect):
                self.disconnected.append(verb.conn)
            else:
                self.emitted += verb.events
            self.call.resume(verb, answer)


def fetch(
    request: HttpRequest = GET,
    timeouts: Timeouts = Timeouts(),
    *,
    until: float = NEVER,
    streams: bool = False,
    closing: float = 0.0,
    stop_after: int | None = None,
) -> Callable[[Clock], Flow[list[Reply]]]:
    """A flow that opens a request, reads its response to the end, or *stop_after* replies, and closes it."""

    def flow(_: Clock) -> Flow[list[Reply]]:
        replies = [(yield Open(request, timeouts, until, streams))]
        if isinstance(replies[0], Head):
            while not isinstance(replies[-1], Ended | Broken) and len(replies) != stop_after:
                replies.append((yield Read(timeouts.read, until)))
            yield Close(closing)
        return replies

    return flow


def body(replies: list[Reply]) -> bytes:
    """The response body in what `fetch` returned."""
    return b"".join(reply.data for reply in replies if isinstance(reply, Chunk))


def idle_connection(request: HttpRequest = GET) -> Shared:
    """What is shared after one successful call: connection 1, idle."""
    hands = ByHand(fetch(request))
    hands.exchange(OK + b"hi")
    assert hands.shared.pool.idle == 1
    return hands.shared


def taken(shared: Shared, request: HttpRequest = GET) -> int:
    """A connection that somebody else uses."""
    answer = shared.ask(Lease("other", Route(split_url(request.url)[0])), 0.0).answer
    assert isinstance(answer, Leased)
    return answer.conn
