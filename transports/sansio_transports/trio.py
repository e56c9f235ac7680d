"""The client for trio."""

from __future__ import annotations

import socket
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Final, TypeAlias, cast

import trio

from sansio.commands import Broken, Done
from sansio.wire.verbs import Answer, Bytes, Verb

from ._async import AsyncClient, AsyncStream
from ._connecting import STAGGER, tune
from ._loop import Loop, Perform

__all__ = ["Client", "Stream"]

_PIECE: Final = 64 * 1024  # the most that one Receive is answered with


class _Connection:
    """A TCP stream: a non-blocking socket that is tried first, and waited for where it would block.

    Not a trio.SocketStream: that has no way to take what is there without waiting.
    """

    def __init__(self, sock: socket.socket) -> None:
        sock.setblocking(False)
        with suppress(OSError):  # reset already, says macOS: receiving tells
            tune(sock)
        self._sock = sock

    async def receive(self, until: float) -> Bytes | Broken:
        waited = False
        try:
            while True:
                with suppress(BlockingIOError):
                    data = self._sock.recv(_PIECE)
                    if not waited:
                        await trio.lowlevel.checkpoint()
                    return Bytes(trio.current_time(), data)
                if waited and trio.current_time() >= until:
                    return Broken(trio.current_time(), "timeout", "nothing came")
                waited = True
                with trio.move_on_at(until):
                    await trio.lowlevel.wait_readable(self._sock)
        except (OSError, trio.ClosedResourceError) as exc:
            return _broken(exc)

    async def send(self, data: bytes, until: float) -> Done | Broken:
        left = memoryview(data)
        waited = False
        try:
            while True:
                with suppress(BlockingIOError):
                    left = left[self._sock.send(left) :]
                if not left:
                    if not waited:
                        await trio.lowlevel.checkpoint()
                    return Done(trio.current_time())
                if waited and trio.current_time() >= until:
                    return Broken(trio.current_time(), "timeout", "the peer takes nothing more")
                waited = True
                with trio.move_on_at(until):
                    await trio.lowlevel.wait_writable(self._sock)
        except (OSError, trio.ClosedResourceError) as exc:
            return _broken(exc)

    def disconnect(self) -> None:
        trio.lowlevel.notify_closing(self._sock)
        self._sock.close()


def _broken(exc: BaseException) -> Broken:
    return Broken(trio.current_time(), "connection", str(exc))


def _reason(exc: Exception) -> str:
    """What went wrong, of the last address that was tried; trio's own words only say that all of them failed."""
    cause = exc.__cause__
    if isinstance(cause, ExceptionGroup):
        cause = cast("ExceptionGroup[Exception]", cause).exceptions[-1]
    return str(cause or exc)


class _Trio(Loop[_Connection, trio.Event]):
    """The verbs on trio."""

    def now(self) -> float:
        return trio.current_time()

    def event(self) -> trio.Event:
        return trio.Event()

    async def connect(self, host: str, port: int, until: float) -> _Connection | Broken:
        try:
            with trio.move_on_at(until):
                stream = await trio.open_tcp_stream(host, port, happy_eyeballs_delay=STAGGER)
                return _Connection(socket.socket(fileno=stream.socket.detach()))
        except (OSError, UnicodeError) as exc:
            return Broken(trio.current_time(), "connection", f"{host}: {_reason(exc)}")
        return Broken(trio.current_time(), "timeout", f"{host}: no connection in time")

    async def wait(self, event: trio.Event, until: float) -> None:
        with trio.move_on_at(until):
            await event.wait()

    async def sleep(self, until: float) -> None:
        await trio.sleep_until(until)

    async def in_thread(self, read: Callable[[], bytes]) -> bytes:
        return await trio.to_thread.run_sync(read)

    @asynccontextmanager
    async def together(self, perform: Perform) -> AsyncGenerator[_Tasks, None]:
        try:
            async with trio.open_nursery() as nursery:
                yield _Tasks(nursery, perform)
                nursery.cancel_scope.cancel()
        except BaseExceptionGroup as group:
            if len(group.exceptions) == 1:  # the nursery's wrapping of what the block itself raised
                raise group.exceptions[0] from None
            raise

    def in_loop(self) -> Callable[[Callable[[], None]], None]:
        token = trio.lowlevel.current_trio_token()

        def run(function: Callable[[], None]) -> None:
            with suppress(trio.RunFinishedError):
                token.run_sync_soon(function)

        return run


class _Tasks:
    """A task for each of several verbs, in one nursery."""

    def __init__(self, nursery: trio.Nursery, perform: Perform) -> None:
        self._nursery = nursery
        self._perform = perform
        self._running: dict[int, tuple[Verb, trio.CancelScope]] = {}
        self._done: list[tuple[Verb, Answer | Exception]] = []
        self._some = trio.Event()

    async def first(self, verbs: tuple[Verb, ...]) -> tuple[Verb, Answer]:
        for verb in verbs:
            if not self.runs(verb):
                self._running[id(verb)] = verb, trio.CancelScope()
                self._nursery.start_soon(self._run, *self._running[id(verb)])
        while not self._done:
            self._some = trio.Event()
            await self._some.wait()
        verb, answer = self._done.pop(0)
        del self._running[id(verb)]
        if isinstance(answer, Exception):
            raise answer
        return verb, answer

    def keep(self, verbs: tuple[Verb, ...]) -> None:
        kept = {id(verb) for verb in verbs}
        for key in self._running.keys() - kept:
            _, scope = self._running.pop(key)
            scope.cancel()
        self._done = [(verb, answer) for verb, answer in self._done if id(verb) in kept]

    def runs(self, verb: Verb) -> bool:
        return id(verb) in self._running

    async def _run(self, verb: Verb, scope: trio.CancelScope) -> None:
        with scope:
            try:
                answer: Answer | Exception = await self._perform(verb)
            except Exception as exc:  # it is the caller's, without a group around it
                answer = exc
            if self.runs(verb):
                self._done.append((verb, answer))
                self._some.set()


class Client(AsyncClient[_Connection, trio.Event]):
    """Sends requests to the configured providers, in one trio run at a time; connections are kept alive and reused.

    See `Configuration` for what it can be given.  Use it as an async context manager, or `aclose` it.  Every call ends in its
    response or in a `sansio.errors.APIError`; misuse is a LocalProtocolError; a call that is cancelled lets go of all it holds.
    """

    _loop = _Trio()


Stream: TypeAlias = AsyncStream[_Connection, trio.Event]
