"""Performs the verbs of one call on blocking threads: one at a time as a rule, several on one poll."""

from __future__ import annotations

from time import monotonic
from typing import Final, Generic, TypeVar

from sansio.commands import NEVER, Ask, Broken, Busy, Done, Emit, Sleep, Wait
from sansio.errors import LocalProtocolError
from sansio.wire.call import Call
from sansio.wire.verbs import Answer, Bytes, Connect, Disconnect, Finished, Pull, Receive, Send, Verb

from ._connecting import connect
from ._socket import Connection
from ._sources import Sources
from ._thread_hub import ThreadHub
from ._waiting import Operation, Pollable, perform, ready

T = TypeVar("T")

_AT_ONCE: Final = (
    Ask,
    Disconnect,
    Pull,
    Emit,
)  # reading a file counts as immediate: a thread cannot wait for it better


class Running(Generic[T]):
    """A call that its thread performs whenever it is asked for more."""

    def __init__(self, hub: ThreadHub, call: Call[T], sources: Sources) -> None:
        self._hub = hub
        self._call = call
        self._sources = sources
        self._emitted: Emit | None = None
        self._keys: set[int] = set()  # those that were Busy and not waited for yet
        self._operations: dict[int, tuple[Verb, Operation[Answer]]] = {}  # of several verbs, by their identity
        self.closed = False

    def advance(self) -> Emit | Finished[T]:
        """Perform verbs until there is something to show, or the call is over.

        What was emitted is resumed here, when the user comes back for more: no clock of the peer's runs meanwhile.
        """
        answer: Answer
        call = self._call
        if self._emitted is not None:
            call.resume(self._emitted, Done(monotonic()))
            self._emitted = None
        while True:
            verbs = call.verbs
            alone = len(verbs) == 1 and not self._operations
            verb = verbs[0] if alone else next((verb for verb in verbs if isinstance(verb, _AT_ONCE)), verbs[0])
            match verb:
                case Receive(conn, until) if alone and (connection := self._hub.connection(conn)) is not None:
                    answer = connection.wait(until)
                case Emit():
                    self._emitted = verb
                    return verb
                case Finished():
                    return verb
                case Ask() | Disconnect() | Pull():
                    answer = self._immediate(verb)
                case _ if alone:
                    answer = perform(self._operation(verb))
                case _:
                    verb, answer = self._first(verbs)
            call.resume(verb, self._hub.told(answer) if type(answer) is Broken else answer)
            if self._operations:
                self._give_up()

    def close(self) -> None:
        """Let everything go that the call holds.  Harmless where it is over, or closed already."""
        if self.closed:
            return
        self.closed = True
        for _, operation in self._operations.values():
            operation.close()
        self._operations.clear()
        if (last := self._call.abandon(monotonic())) is not None:
            self._hub.ask(last.question)
        self._hub.forget(self._keys)
        self._sources.close()

    def __del__(self) -> None:
        if not self.closed:
            self._hub.orphan(self.close)
            self._hub.settle()

    def _immediate(self, verb: Ask | Disconnect | Pull) -> Answer:
        match verb:
            case Ask(question):
                answer = self._hub.ask(question)
                if isinstance(answer, Busy):
                    self._keys.add(answer.key)
                return answer
            case Disconnect(conn):
                self._hub.disconnect(conn)
                return Done(monotonic())
            case Pull(source, offset, size):
                try:
                    return Bytes(monotonic(), self._sources.read(source, offset, size))
                except OSError as exc:
                    return Broken(monotonic(), "connection", f"source {source!r}: {exc}")

    def _operation(self, verb: Verb | Finished[T]) -> Operation[Answer]:
        match verb:
            case Receive(conn, until) if (connection := self._hub.connection(conn)) is not None:
                return connection.receive(until)
            case Send(conn, data, until) if (connection := self._hub.connection(conn)) is not None:
                return connection.send(data, until)
            case Receive() | Send():
                return self._gone()
            case Connect():
                return self._connect(verb)
            case Wait(key, until):
                return self._wait(key, until)
            case Sleep(until):
                return _sleep(until)
            case _:
                raise LocalProtocolError(f"{type(verb).__name__} is not for drivers")

    def _first(self, verbs: tuple[Verb | Finished[T], ...]) -> tuple[Verb, Answer]:
        """Run all of them until one has its answer; those that began earlier are looked at first."""
        for verb in verbs:
            if id(verb) not in self._operations and not isinstance(verb, Finished):
                self._operations[id(verb)] = verb, self._operation(verb)
        while True:
            interests: list[tuple[Pollable, int]] = []
            until = NEVER
            for verb, operation in self._operations.values():
                try:
                    wanted, deadline = next(operation)
                except StopIteration as stop:
                    del self._operations[id(verb)]
                    answer: Answer = stop.value
                    return verb, answer
                interests += wanted
                until = min(until, deadline)
            ready(interests, until)

    def _give_up(self) -> None:
        kept = {id(verb) for verb in self._call.verbs}
        for key in self._operations.keys() - kept:
            self._operations.pop(key)[1].close()

    def _gone(self) -> Operation[Answer]:
        yield (), -NEVER  # no wait at all
        return self._hub.gone()

    def _connect(self, verb: Connect) -> Operation[Answer]:
        connected = yield from connect(verb.host, verb.port, verb.until)
        if isinstance(connected, Broken):
            return connected
        if self._hub.connected(verb.conn, Connection(connected)):
            return Done(monotonic())
        return self._hub.gone()

    def _wait(self, key: int, until: float) -> Operation[Answer]:
        if (signal := self._hub.event(key)) is not None:
            yield from signal.wait(until)
            self._hub.forget((key,))
            self._keys.discard(key)
        return Done(monotonic())


def _sleep(until: float) -> Operation[Answer]:
    while monotonic() < until:
        yield (), until
    return Done(monotonic())
