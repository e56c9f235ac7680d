"""Performs the verbs of one call on an event loop, whichever it is: one at a time as a rule, several in tasks."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, suppress
from functools import partial
from typing import Generic, Protocol, TypeAlias, TypeVar

from sansio.commands import Ask, Broken, Busy, Done, Emit, Sleep, Wait
from sansio.errors import LocalProtocolError
from sansio.wire.call import Call
from sansio.wire.verbs import Answer, Bytes, Connect, Disconnect, Finished, Pull, Receive, Send, Verb

from ._hub import E, Hub
from ._sources import Sources

T = TypeVar("T")
Perform: TypeAlias = Callable[[Verb], Coroutine[None, None, Answer]]


class Connection(Protocol):
    """A TCP stream."""

    def receive(self, until: float) -> Bytes | Broken | Awaitable[Bytes | Broken]:
        """As the verb Receive: its answer, or what to await for it."""
        ...

    async def send(self, data: bytes, until: float) -> Done | Broken:
        """As the verb Send."""
        ...

    def disconnect(self) -> None:
        """Close it at once; whoever waits for it is answered."""
        ...


C = TypeVar("C", bound=Connection)


class Together(Protocol):
    """Several verbs being performed at once.  What is left at the end is cancelled."""

    async def first(self, verbs: tuple[Verb, ...]) -> tuple[Verb, Answer]:
        """Start those of *verbs* that do not run yet; the first that has its answer, of equals the one that began earlier."""
        ...

    def keep(self, verbs: tuple[Verb, ...]) -> None:
        """Give up all others."""
        ...

    def runs(self, verb: Verb) -> bool:
        """Whether *verb* was started, and neither answered nor given up."""
        ...


class Loop(ABC, Generic[C, E]):
    """What an event loop does for a call: one method a verb, and what is around them."""

    @abstractmethod
    def now(self) -> float:
        """Its clock."""

    @abstractmethod
    def event(self) -> E:
        """A new event."""

    @abstractmethod
    async def connect(self, host: str, port: int, until: float) -> C | Broken:
        """A connection, by RFC 8305."""

    @abstractmethod
    async def wait(self, event: E, until: float) -> None:
        """Return when *event* is set, or at *until*."""

    @abstractmethod
    async def sleep(self, until: float) -> None:
        """Return at *until*; others run meanwhile even where that is past."""

    @abstractmethod
    async def in_thread(self, read: Callable[[], bytes]) -> bytes:
        """What *read* returns, or raises, in a worker thread."""

    @abstractmethod
    def together(self, perform: Perform) -> AbstractAsyncContextManager[Together]:
        """Room for several verbs at once."""

    @abstractmethod
    def in_loop(self) -> Callable[[Callable[[], None]], object]:
        """How any thread has something run in the loop that runs now; raises RuntimeError when that has ended."""


class Running(Generic[T, C, E]):
    """A call that its task performs whenever it is asked for more."""

    __slots__ = ("_call", "_emitted", "_hub", "_in_loop", "_keys", "_loop", "_sources", "closed")

    def __init__(self, hub: Hub[C, E], loop: Loop[C, E], call: Call[T], sources: Sources) -> None:
        self.closed = False
        self._hub = hub
        self._loop = loop
        self._call = call
        self._sources = sources
        self._emitted: Emit | None = None
        self._keys: tuple[int, ...] = ()  # those that were Busy and not waited for yet
        self._in_loop = loop.in_loop()

    async def advance(self) -> Emit | Finished[T]:
        """Perform verbs until there is something to show, or the call is over.

        What was emitted is resumed here, when the user comes back for more: no clock of the peer's runs meanwhile.
        """
        answer: Answer
        call = self._call
        if self._emitted is not None:
            call.resume(self._emitted, Done(self._loop.now()))
            self._emitted = None
        while True:
            verbs = call.verbs
            if len(verbs) != 1:
                await self._several()
                continue
            match verb := verbs[0]:
                case Receive(conn, until) if (connection := self._hub.connection(conn)) is not None:
                    received = connection.receive(until)
                    answer = received if isinstance(received, Bytes | Broken) else await received
                case Send(conn, data, until) if (connection := self._hub.connection(conn)) is not None:
                    answer = await connection.send(data, until)
                case Emit():
                    self._emitted = verb
                    return verb
                case Finished():
                    return verb
                case Ask() | Disconnect():
                    answer = self._immediate(verb)
                case _:
                    answer = await self._perform(verb)
            call.resume(verb, self._hub.told(answer) if type(answer) is Broken else answer)

    def close(self) -> None:
        """Let everything go that the call holds; never waits.  Harmless where it is over, or closed already."""
        if self.closed:
            return
        self.closed = True
        if (last := self._call.abandon(self._loop.now())) is not None:
            self._hub.ask(last.question)
        self._hub.forget(self._keys)
        self._sources.close()

    def __del__(self) -> None:
        if not self.closed:
            self._hub.orphan(self.close)
            with suppress(RuntimeError):  # the loop is closed, and every connection with it
                self._in_loop(self._hub.settle)

    async def _several(self) -> None:
        """Perform several verbs at once, until one is left that is not under way."""
        call = self._call
        async with self._loop.together(self._perform) as together:
            while len(verbs := _verbs(call)) > 1 or any(together.runs(verb) for verb in verbs):
                at_once = next((verb for verb in verbs if isinstance(verb, Ask | Disconnect)), None)
                if at_once is not None:
                    call.resume(at_once, self._immediate(at_once))
                else:
                    verb, answer = await together.first(verbs)
                    call.resume(verb, self._hub.told(answer) if isinstance(answer, Broken) else answer)
                together.keep(_verbs(call))

    def _immediate(self, verb: Ask | Disconnect) -> Answer:
        if isinstance(verb, Disconnect):
            self._hub.disconnect(verb.conn)
            return Done(self._loop.now())
        answer = self._hub.ask(verb.question)
        if isinstance(answer, Busy):
            self._keys = (*self._keys, answer.key)
        return answer

    async def _perform(self, verb: Verb) -> Answer:
        match verb:
            case Receive(conn, until):
                if (connection := self._hub.connection(conn)) is not None:
                    received = connection.receive(until)
                    return received if isinstance(received, Bytes | Broken) else await received
                return self._hub.gone()
            case Send(conn, data, until):
                if (connection := self._hub.connection(conn)) is not None:
                    return await connection.send(data, until)
                return self._hub.gone()
            case Connect():
                return await self._connect(verb)
            case Wait(key, until):
                await self._wait(key, until)
            case Sleep(until):
                await self._loop.sleep(until)
            case Pull(source, offset, size):
                return await self._pull(source, offset, size)
            case _:
                raise LocalProtocolError(f"{type(verb).__name__} is not for drivers")
        return Done(self._loop.now())

    async def _connect(self, verb: Connect) -> Answer:
        connection = await self._loop.connect(verb.host, verb.port, verb.until)
        if isinstance(connection, Broken):
            return connection
        return Done(self._loop.now()) if self._hub.connected(verb.conn, connection) else self._hub.gone()

    async def _wait(self, key: int, until: float) -> None:
        if (event := self._hub.event(key)) is not None:
            await self._loop.wait(event, until)
            self._hub.forget((key,))
            self._keys = tuple([other for other in self._keys if other != key])

    async def _pull(self, source: str, offset: int, size: int) -> Answer:
        try:
            data = await self._loop.in_thread(partial(self._sources.read, source, offset, size))
        except OSError as exc:
            return Broken(self._loop.now(), "connection", f"source {source!r}: {exc}")
        return Bytes(self._loop.now(), data)


def _verbs(call: Call[T]) -> tuple[Verb, ...]:
    return tuple([verb for verb in call.verbs if not isinstance(verb, Finished)])
