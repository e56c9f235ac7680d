"""One response on its connection: opening it, reading its body, and giving the connection back.

A request goes over an idle connection where there is one.  The peer may have closed that at any time, so it is looked
at before it is used; and if it breaks before a byte of the answer came, the request goes once more over a fresh one
(RFC 9112 section 9.3.1).
"""

from __future__ import annotations

from typing import Final

from ..commands import (
    NEVER,
    Ask,
    Broken,
    Busy,
    Chunk,
    Clock,
    Done,
    Ended,
    Head,
    Lease,
    Leased,
    Open,
    Read,
    Release,
    Reply,
    Route,
    Wait,
    Withdraw,
    after,
)
from ..errors import LocalProtocolError
from ..http import split_url
from .http1 import ResponseHead
from .proxy import absolute_form
from .send import Exchanging
from .tunnel import tunnel
from .verbs import Bytes, Connect, Disconnect, Receive, StartTls, Wire
from .wiring import Wiring

NOW: Final = float("-inf")  # a deadline that is always past: take what is there
_DRAINED: Final = 64 * 1024  # bytes that are read to save a connection; a new one costs about as much
_LAST_WORDS: Final = 1.0  # seconds in which the answer of a peer that no longer listens must come


class Response:
    """The body of a response, and the connection that it comes over."""

    __slots__ = ("_call", "_clock", "_conn", "_reader", "_rest", "_reusable")

    def __init__(self, conn: int, head: ResponseHead, rest: bytes, *, call: str, clock: Clock, reusable: bool) -> None:
        self._conn = conn
        self._reader = head.body
        self._rest = rest
        self._reusable = reusable and head.keeps_alive
        self._call = call
        self._clock = clock

    def read(self, command: Read) -> Wire[Reply]:
        """Chunk, Ended or Broken."""
        reader = self._reader
        data, self._rest = self._rest, b""
        while True:
            if data and (body := reader.receive_data(data)):
                return Chunk(body)
            if reader.done:
                return Ended()
            if reader.failure is not None:
                return Broken(self._clock.now, "protocol", reader.failure)
            until = min(after(self._clock.now, command.timeout), command.until)
            _, answer = yield (Receive(self._conn, until),)
            if not isinstance(answer, Bytes):
                self._reusable = False
                return answer
            data = answer.data
            if not data:
                return self._eof()

    def _eof(self) -> Reply:
        """The peer has closed, which is a clean end for one kind of framing only."""
        self._reusable = False
        self._reader.receive_eof()
        failure = self._reader.failure
        return Ended() if failure is None else Broken(self._clock.now, "connection", failure)

    def close(self, until: float) -> Wire[Reply]:
        """Give the connection back, where it is or soon will be at the end of the response; else disconnect it."""
        reader = self._reader
        drained = 0
        data, self._rest = self._rest, b""
        while True:
            if data:
                drained += len(data)
                reader.receive_data(data)
            if not self._reusable or reader.done or reader.failure is not None or drained > _DRAINED:
                break
            _, answer = yield (Receive(self._conn, until),)
            data = answer.data if isinstance(answer, Bytes) else b""
            self._reusable = bool(data)
        keep = self._reusable and reader.done and not reader.rest
        yield from give_back(self._call, self._conn, keep=keep)
        return Done(self._clock.now)


def give_back(call: str, conn: int, *, keep: bool) -> Wire[None]:
    """End a lease."""
    if not keep:
        yield (Disconnect(conn),)
    yield (Ask(Release(call, conn, keep)),)


def open_response(command: Open, call: str, clock: Clock, wiring: Wiring) -> Wire[tuple[Response, Head] | Broken]:
    """Send a request and read the head of its response.

    Raises LocalProtocolError, before anything is sent, for a request that is not HTTP.
    """
    origin, target = split_url(command.request.url)
    route = wiring.proxies.route(origin)
    head = wiring.heads.encode(command.request, target, route)
    fresh = False
    while True:
        leased = yield from _lease(Lease(call, route, fresh=fresh), command, clock)
        if not isinstance(leased, Leased):
            return leased
        ready = yield from (
            _connect(leased.conn, route, command, clock, wiring) if leased.fresh else _probe(leased.conn)
        )
        if isinstance(ready, Broken):
            yield from give_back(call, leased.conn, keep=False)
            if leased.fresh:
                return ready
            continue
        exchanging = Exchanging(leased.conn, command, wiring.limits.head, clock)
        failed = yield from exchanging.send(head)
        sent = clock.now
        yield from exchanging.hear(_first_event(command, sent, failed))
        reader = exchanging.reader
        if reader.head is not None:
            response = Response(leased.conn, reader.head, reader.rest, call=call, clock=clock, reusable=exchanging.sent)
            return response, Head(reader.head.status, reader.head.headers, sent)
        yield from give_back(call, leased.conn, keep=False)
        broken = failed or exchanging.broken or _refused(exchanging, clock)
        if leased.fresh or not reader.empty or broken.kind != "connection":
            return broken
        fresh = True


def _first_event(command: Open, sent: float, failed: Broken | None) -> float:
    if failed is not None:
        return sent + _LAST_WORDS
    return after(sent, command.timeouts.first_event) if command.streams else NEVER


def _refused(exchanging: Exchanging, clock: Clock) -> Broken:
    """What was wrong with the head that did not come."""
    reader = exchanging.reader
    reason = reader.failure or "no response"
    if reader.too_large:
        return Broken(clock.now, "limit_exceeded", reason)
    return Broken(clock.now, "connection" if reader.closed else "protocol", reason)


def _lease(question: Lease, command: Open, clock: Clock) -> Wire[Leased | Broken]:
    """A connection, waited for in the pool's order; the wait is silence like any other."""
    until = min(after(clock.now, command.timeouts.read), command.until)
    while True:
        _, answer = yield (Ask(question),)
        if isinstance(answer, Leased | Broken):
            return answer
        if not isinstance(answer, Busy):
            raise LocalProtocolError("a Lease is answered Leased, Busy or Broken")
        if clock.now >= until:
            yield (Ask(Withdraw(question.call)),)
            return Broken(clock.now, "timeout", "no connection of the pool came free")
        yield (Wait(answer.key, until),)
        question = Lease(question.call, question.route, answer.key, question.fresh)


def _connect(conn: int, route: Route, command: Open, clock: Clock, wiring: Wiring) -> Wire[Broken | None]:
    """Connect, through the proxy where there is one, and start TLS where the origin wants it."""
    until = min(after(clock.now, command.timeouts.connect), command.until)
    peer = route.proxy or route.origin
    _, answer = yield (Connect(conn, peer.host, peer.port, until),)
    if isinstance(answer, Broken):
        return answer
    if route.proxy is not None and not absolute_form(route):
        tunnelled = yield from tunnel(conn, route, until, wiring.limits.head)
        if isinstance(tunnelled, Broken):
            return tunnelled
    if route.origin.scheme == "https":
        _, answer = yield (StartTls(conn, route.origin.host, until),)
    return answer if isinstance(answer, Broken) else None


def _probe(conn: int) -> Wire[Broken | None]:
    """Look at an idle connection: bytes or an end that nobody asked for mean that it is of no use any more.

    What comes later cannot be told from the answer, and is taken for it: HTTP/1.1 has no other mark than the order.
    """
    _, answer = yield (Receive(conn, NOW),)
    if isinstance(answer, Broken) and answer.kind == "timeout":
        return None
    return Broken(answer.now, "connection", "the idle connection was closed")
