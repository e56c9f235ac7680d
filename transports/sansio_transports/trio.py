"""The client for trio."""

from __future__ import annotations

import socket
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Final, TypeAlias, TypeVar, cast

import trio

from sansio.commands import NEVER, Broken, Done
from sansio.wire.verbs import Answer, Bytes, Verb

from ._async import AsyncClient, AsyncStream
from ._connecting import STAGGER, tune
from ._loop import Loop, Perform

__all__ = ["Client", "Stream"]

R = TypeVar("R")

_PIECE: Final = 64 * 1024  # the most that one Receive is answered with


class _Connection:
    """A TCP stream: a non-blocking socket, and one task that keeps the time for all its Receives.

    Not a trio.SocketStream, which has no way to take what is there without waiting.  A cancel scope for each Receive would
    cost as much as the wait itself: deadlines mostly move on, so that the task's scope is seldom touched.
    """

    __slots__ = ("_filled", "_sock", "_timer", "_until")

    def __init__(self, sock: socket.socket) -> None:
        sock.setblocking(False)
        with suppress(OSError):  # reset already, says macOS: receiving tells
            tune(sock)
        self._sock = sock
        self._filled = False  # whether the last read took all it could, so that there may be more
        self._until = NEVER  # of the Receive that waits
        self._timer: trio.CancelScope | None = None

    async def receive(self, until: float) -> Bytes | Broken:
        """As the verb Receive."""
        late = until == -NEVER
        try:
            if (late or self._filled) and (answer := self._take()) is not None:
                await trio.lowlevel.checkpoint()
                return answer
            while not late:
                self._arm(until)
                try:
                    await trio.lowlevel.wait_readable(self._sock)
                except trio.ClosedResourceError:  # it is, which the socket will tell, or the time has come
                    late = True
                finally:
                    self._until = NEVER
                if (answer := self._take()) is not None:
                    return answer
        except OSError as exc:
            return _broken(exc)
        return Broken(trio.current_time(), "timeout", "nothing came")

    async def send(self, data: bytes, until: float) -> Done | Broken:
        """As the verb Send.  No checkpoint where the kernel takes all at once: the Receive that follows has one."""
        left = memoryview(data)
        late = False
        try:
            while True:
                with suppress(BlockingIOError):
                    left = left[self._sock.send(left) :]
                if not left:
                    return Done(trio.current_time())
                if late:
                    return Broken(trio.current_time(), "timeout", "the peer takes nothing more")
                with trio.move_on_at(until), suppress(trio.ClosedResourceError):
                    await trio.lowlevel.wait_writable(self._sock)
                late = trio.current_time() >= until
        except OSError as exc:
            return _broken(exc)

    def disconnect(self) -> None:
        """Close it at once; whoever waits for it is answered Broken."""
        trio.lowlevel.notify_closing(self._sock)
        self._sock.close()
        self._filled = True  # the next Receive asks the socket first
        self._until = NEVER
        if self._timer is not None:
            self._timer.cancel()

    def _take(self) -> Bytes | None:
        """What is there; None where nothing is."""
        try:
            data = self._sock.recv(_PIECE)
        except BlockingIOError:
            self._filled = False
            return None
        self._filled = len(data) == _PIECE
        return Bytes(trio.current_time(), data)

    def _arm(self, until: float) -> None:
        self._until = until
        if self._timer is not None:
            if until < self._timer.deadline:
                self._timer.deadline = until
        elif until < NEVER:
            self._timer = trio.CancelScope(deadline=until)
            trio.lowlevel.spawn_system_task(self._keep_time, self._timer)

    async def _keep_time(self, timer: trio.CancelScope) -> None:
        """Wake the Receive that waits at its deadline; end with it, or at a deadline where none waits."""
        try:
            while True:
                with timer:
                    await trio.sleep_forever()
                if trio.current_time() >= self._until:
                    trio.lowlevel.notify_closing(self._sock)  # wakes who waits, and closes nothing
                    return
                if self._until == NEVER:
                    return
                self._timer = timer = trio.CancelScope(deadline=self._until)
        finally:
            self._timer = None


def _broken(exc: OSError) -> Broken:
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

    def in_loop(self) -> Callable[[Callable[[], None]], object]:
        return trio.lowlevel.current_trio_token().run_sync_soon


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


Stream: TypeAlias = AsyncStream[R, _Connection, trio.Event]
