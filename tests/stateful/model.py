"""A driver without I/O, which checks what calls and their pool may ask of one, and peers that answer well."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeAlias, TypeVar

from sansio.commands import (
    Abandoned,
    Ask,
    Broken,
    Busy,
    Clock,
    Closed,
    Done,
    Emit,
    Fetch,
    Flow,
    Lease,
    Leased,
    Question,
    Release,
    Route,
    Sleep,
    TokenFetched,
    TokenWanted,
    Wait,
    Withdraw,
)
from sansio.events import Event
from sansio.gateway import Close, Conversation, Reset, Write
from sansio.shared import Shared
from sansio.testing import Double, Recorder
from sansio.wire.call import Call
from sansio.wire.pool import PoolLimits
from sansio.wire.response import NOW
from sansio.wire.verbs import Answer, Bytes, Connect, Disconnect, Finished, Pull, Receive, Send, StartTls
from sansio.wire.wiring import Wiring

T = TypeVar("T")
Operation: TypeAlias = Connect | StartTls | Send | Receive | Pull | Wait | Sleep
"""What a driver takes time for."""

_LENGTH = re.compile(rb"content-length: (\d+)$")
CONTENT = bytes(range(256)) * 600  # of every source


@dataclass(eq=False)
class Connection:
    """A connection as the driver knows it, and its peer."""

    route: Route
    holder: str  # the call or racer that leases it; "" while it is idle
    peer: Conversation
    connected: bool = False
    closed: bool = False
    cut_short: bool = False  # a Send was given up
    spent: bool = False  # a Receive has failed, or said that it was the last
    misled: bool = False  # something else was received than what the peer sent
    owed: int = 0  # bytes of a request that the peer does not have yet
    arrived: bytearray = field(default_factory=bytearray)  # from the peer, and not received
    end: Broken | Bytes | None = None  # what comes behind it

    def hear(self, data: bytes, now: float) -> None:
        """Give the peer what was sent."""
        head, _, body = data.partition(b"\r\n\r\n")
        length = _LENGTH.search(head)
        self.owed = self.owed - len(data) if self.owed else int(length[1]) - len(body) if length else 0
        if data.startswith(b"CONNECT"):
            self.arrived += b"HTTP/1.1 200 OK\r\n\r\n"
            return
        self.peer.receive_data(data)
        while (action := self.peer.next_action()) is not None:
            match action:
                case Write(written):
                    self.arrived += written
                case Close():
                    self.end = Bytes(now, b"")
                case Reset():
                    self.end = Broken(now, "connection", "reset")
                case _:  # a pause: the rules say when time passes
                    continue

    def answer(self, now: float, size: int) -> Answer | None:
        """What a Receive is answered with; None while the peer is silent."""
        if self.closed:
            return Broken(now, "connection", "closed here")
        if self.arrived:
            data = bytes(self.arrived[:size])
            del self.arrived[:size]
            return Bytes(now, data)
        if isinstance(self.end, Broken):
            return Broken(now, "connection", self.end.reason)
        return None if self.end is None else Bytes(now, b"")


@dataclass(eq=False)
class Running(Generic[T]):
    """A call and what the driver performs for it."""

    name: str
    flow: Callable[[Clock], Flow[T]]
    recorder: Recorder
    call: Call[T]
    performing: list[Operation] = field(default_factory=list[Operation])
    emitted: list[Event[object]] = field(default_factory=list[Event[object]])
    performed: int = 0
    over: bool = False

    @property
    def value(self) -> T:
        """What the flow returned."""
        (finished,) = self.call.verbs
        assert isinstance(finished, Finished)
        return finished.value


class Driver:
    """Performs what is immediate at once, and keeps the books that a driver keeps, to compare them with the pool's."""

    def __init__(self, limits: PoolLimits, wiring: Wiring, double: Double) -> None:
        self.limits = limits
        self.wiring = wiring
        self.double = double
        self.shared = Shared(limits)
        self.now = 0.0
        self.closed = False
        self.connections: dict[int, Connection] = {}
        self.waiting: dict[int, tuple[str, Route]] = {}  # keys that are not woken yet
        self.woken: dict[int, tuple[str, Route]] = {}  # keys that are, of those who have not asked again
        self.patient: dict[int, str] = {}  # of those who wait for a token
        self.roused: dict[int, str] = {}
        self.fetchers: list[str] = []  # those who were told to fetch one
        self.reached: Counter[str] = Counter()

    def start(self, flow: Callable[[Clock], Flow[T]]) -> Running[T]:
        """A new call."""
        name = self.shared.call_id()
        recorder = Recorder(name, now=self.now)
        call = Call(flow, name, self.wiring, now=self.now, recorder=recorder)
        running = Running(name, flow, recorder, call)
        self._settle(running)
        return running

    def resume(self, running: Running[T], verb: Operation, answer: Answer) -> None:
        """Answer one of the verbs that are performed."""
        assert any(verb is other for other in running.performing)
        running.performing = [other for other in running.performing if other is not verb]
        if isinstance(verb, Connect) and isinstance(answer, Done):
            self.connections[verb.conn].connected = True
        elif isinstance(verb, Send) and isinstance(answer, Done):
            self.connections[verb.conn].hear(verb.data, self.now)
        elif isinstance(verb, Receive):
            looked = verb.until == NOW and isinstance(answer, Broken) and answer.kind == "timeout"
            self.connections[verb.conn].spent = not looked and not (isinstance(answer, Bytes) and answer.data)
        running.call.resume(verb, answer)
        self._settle(running)

    def abandon(self, running: Running[T]) -> None:
        """Give the call up."""
        last = running.call.abandon(self.now)
        assert last is not None
        assert last == Ask(Abandoned(running.name))
        assert running.call.verbs == ()
        assert running.call.abandon(self.now) is None
        self._ask(last.question)
        self._check(running)
        self._check_over(running)

    def close(self) -> None:
        """Close the client."""
        self.closed = True
        self._ask(Closed())

    def good(self, verb: Operation, size: int = 65536) -> Answer | None:
        """The answer of a world in which all is well; None while it has none."""
        match verb:
            case Connect(conn) | StartTls(conn) | Send(conn):  # nothing is opened in a closed client, nor used
                return self.lost() if self.connections[conn].closed else Done(self.now)
            case Receive(conn, until):
                late = Broken(self.now, "timeout", "silence") if until <= self.now else None
                return self.connections[conn].answer(self.now, size) or late
            case Pull(_, offset, wanted):
                return Bytes(self.now, CONTENT[offset : offset + min(wanted, size)])
            case Wait(key, until):
                return Done(self.now) if key in self.woken or key in self.roused or until <= self.now else None
            case Sleep(until):
                return Done(self.now) if until <= self.now else None

    @property
    def idle(self) -> list[Connection]:
        """The open connections that nobody leases."""
        return [c for c in self.connections.values() if c.connected and not c.closed and not c.holder]

    def lost(self) -> Broken:
        """What a connection is answered that `close` has disconnected."""
        return Broken(self.now, "connection", "closed here")

    # -- the books ---------------------------------------------------------------------------------------------

    def _settle(self, running: Running[T]) -> None:
        """Perform what is immediate, then look at what is outstanding."""
        while at_once := [verb for verb in running.call.verbs if isinstance(verb, Ask | Disconnect | Emit)]:
            verb = at_once[0]
            running.performed += 1
            answer: Answer = Done(self.now)
            if isinstance(verb, Ask):
                answer = self._ask(verb.question)
            elif isinstance(verb, Disconnect):
                assert _belongs(self.connections[verb.conn].holder, running.name)
                self.connections[verb.conn].closed = True
            else:
                running.emitted += verb.events
            running.call.resume(verb, answer)
        self._check(running)

    def _check(self, running: Running[T]) -> None:
        outstanding = [verb for verb in running.call.verbs if isinstance(verb, Operation)]
        assert len(outstanding) == len(running.call.verbs) or len(running.call.verbs) == 1
        given_up = [verb for verb in running.performing if not any(verb is other for other in outstanding)]
        for verb in given_up:
            self._check_given_up(verb)
        running.performed += sum(not any(verb is other for other in running.performing) for verb in outstanding)
        running.performing = outstanding
        for verb in outstanding:
            self._check_outstanding(running, verb)
        on = Counter((type(verb), verb.conn) for verb in outstanding if isinstance(verb, Connect | Send | Receive))
        assert not on or max(on.values()) == 1
        if len(outstanding) > 1:
            self.reached["several verbs"] += 1
        if running.call.verbs and not outstanding:
            assert isinstance(running.call.verbs[0], Finished)
            assert running.call.abandon(self.now) is None
            self._check_over(running)

    def _check_given_up(self, verb: Operation) -> None:
        self.reached[f"given up: {type(verb).__name__}"] += 1
        match verb:
            case Send(conn):
                self.connections[conn].cut_short = True
            case Connect(conn) | StartTls(conn) | Receive(conn):
                assert self.connections[conn].closed, f"{verb} was given up, and its connection is open"
            case Wait(key):
                for keys in (self.waiting, self.woken, self.patient, self.roused):
                    assert key not in keys
            case Sleep() | Pull():
                pass

    def _check_outstanding(self, running: Running[T], verb: Operation) -> None:
        match verb:
            case Connect(conn):
                connection = self.connections[conn]
                assert _belongs(connection.holder, running.name)
                assert not connection.connected
            case Send(conn) | Receive(conn) | StartTls(conn):
                connection = self.connections[conn]
                assert _belongs(connection.holder, running.name)
                assert connection.connected
                assert self.closed or not connection.closed
                assert not (connection.cut_short and isinstance(verb, Send))
                assert not connection.spent
            case Wait(key):
                assert any(key in keys for keys in (self.waiting, self.woken, self.patient, self.roused))
            case Sleep() | Pull():
                pass

    def _check_over(self, running: Running[T]) -> None:
        running.over = True
        holders = [connection.holder for connection in self.connections.values()]
        waiters = [name for name, _ in (*self.waiting.values(), *self.woken.values())]
        tokens = (*self.patient.values(), *self.roused.values(), *self.fetchers)
        assert not [name for name in (*holders, *waiters, *tokens) if _belongs(name, running.name)]

    def _ask(self, question: Question) -> Answer:
        reply = self.shared.ask(question, self.now)
        for key in reply.wake:
            if key in self.waiting:  # closing wakes those again that were woken and have not asked yet
                self.woken[key] = self.waiting.pop(key)
            elif key in self.patient:
                self.roused[key] = self.patient.pop(key)
            self.reached["woken"] += 1
        for conn in reply.disconnect:
            if conn in self.connections:
                self.connections[conn].closed = True
        match question:
            case Lease():
                self._leased(question, reply.answer)
            case Release():
                self._released(question)
            case TokenWanted():
                self._token_wanted(question, reply.answer)
            case TokenFetched():
                self.fetchers.remove(question.call)
                self.reached[f"token: {type(question.outcome).__name__}"] += 1
            case Withdraw(call):
                self._forget_keys(lambda name: name == call)
            case Abandoned(call):
                self._forget_keys(lambda name: _belongs(name, call))
                self.fetchers = [name for name in self.fetchers if not _belongs(name, call)]
                for connection in self.connections.values():
                    if _belongs(connection.holder, call):
                        assert connection.closed, f"{call} was abandoned, and holds a connection"
                        connection.holder = ""
            case _:
                assert isinstance(question, Closed)
        return reply.answer

    def _leased(self, question: Lease, answer: Answer) -> None:
        if isinstance(answer, Busy):
            self.reached["busy"] += 1
            self.waiting[answer.key] = (question.call, question.route)
            return
        self.woken.pop(question.ticket or 0, None)
        if not isinstance(answer, Leased):
            assert answer == Broken(self.now, "cancelled", "the client is closed")
            return
        if answer.fresh:
            assert answer.conn not in self.connections
            self.connections[answer.conn] = Connection(question.route, question.call, self.double.connect())
            return
        self.reached["reused"] += 1
        connection = self.connections[answer.conn]
        assert not connection.holder
        assert connection.connected
        assert not connection.closed
        assert connection.route == question.route
        connection.holder = question.call

    def _token_wanted(self, question: TokenWanted, answer: Answer) -> None:
        self._forget_keys(lambda name: name == question.call)
        if isinstance(answer, Busy):
            self.reached["busy: token"] += 1
            self.patient[answer.key] = question.call
        elif isinstance(answer, Fetch):
            assert not self.fetchers, "two fetch the one token that there is"
            self.fetchers.append(question.call)

    def _released(self, question: Release) -> None:
        connection = self.connections[question.conn]
        assert connection.holder == question.call
        connection.holder = ""
        if question.keep:
            assert connection.connected
            assert not connection.cut_short
            assert not connection.spent
            assert not connection.owed
            assert connection.misled or not connection.arrived
        else:
            assert connection.closed, "released without being kept, and not disconnected"

    def _forget_keys(self, matches: Callable[[str], bool]) -> None:
        for keys in (self.waiting, self.woken):
            for key in [key for key, (name, _) in keys.items() if matches(name)]:
                del keys[key]
        for names in (self.patient, self.roused):
            for key in [key for key, name in names.items() if matches(name)]:
                del names[key]

    def check_books(self) -> None:
        """The pool's counts are the driver's, and nobody waits for what is free."""
        pool = self.shared.pool
        assert pool.waiting == len(self.waiting)
        assert self.shared.tokens.waiting == len(self.patient)
        assert self.closed or self.fetchers or self.roused or not self.patient, "a lost wake-up"
        if self.closed:
            assert (pool.connections, pool.waiting) == (0, 0)
            return
        held = [connection.route for connection in self.connections.values() if connection.holder]
        taken = [*held, *[route for _, route in self.woken.values()]]
        assert pool.connections == len(taken) + pool.idle
        assert pool.idle <= len(self.idle) <= pool.idle + len(self.woken)
        for _, route in self.waiting.values():
            assert len(taken) >= self.limits.total or taken.count(route) >= self.limits.per_route, "a lost wake-up"


def _belongs(name: str, call: str) -> bool:
    """Whether it is the call, or one of its racers."""
    return name == call or name.startswith(call + ".")
