"""The client for asyncio."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from typing import TypeAlias, TypeVar

from sansio.commands import NEVER, Broken
from sansio.wire.verbs import Answer, Verb

from ._async import AsyncClient, AsyncStream
from ._happy_eyeballs import connect
from ._loop import Loop, Perform
from ._protocol import Connection

__all__ = ["Client", "Stream"]

R = TypeVar("R")


class _Asyncio(Loop[Connection, asyncio.Event]):
    """The verbs on asyncio; on other loops of its interface, too, such as uvloop's."""

    def now(self) -> float:
        return asyncio.get_running_loop().time()

    def event(self) -> asyncio.Event:
        return asyncio.Event()

    async def connect(self, host: str, port: int, until: float) -> Connection | Broken:
        limit = asyncio.timeout_at(None if until == NEVER else until)
        try:
            async with limit:
                return await connect(host, port)
        except OSError as exc:
            if limit.expired():
                return Broken(self.now(), "timeout", f"{host}: no connection in time")
            return Broken(self.now(), "connection", f"{host}: {exc.strerror or exc}")

    async def wait(self, event: asyncio.Event, until: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout_at(None if until == NEVER else until):
                await event.wait()

    async def sleep(self, until: float) -> None:
        await asyncio.sleep(until - self.now())

    async def in_thread(self, read: Callable[[], bytes]) -> bytes:
        return await asyncio.to_thread(read)

    @asynccontextmanager
    async def together(self, perform: Perform) -> AsyncGenerator[_Tasks, None]:
        tasks = _Tasks(perform)
        try:
            yield tasks
        finally:
            await tasks.cancel()

    def in_loop(self) -> Callable[[Callable[[], None]], object]:
        return asyncio.get_running_loop().call_soon_threadsafe


class _Tasks:
    """A task for each of several verbs."""

    def __init__(self, perform: Perform) -> None:
        self._perform = perform
        self._running: dict[int, tuple[Verb, asyncio.Task[Answer]]] = {}
        self._given_up: list[asyncio.Task[Answer]] = []

    async def first(self, verbs: tuple[Verb, ...]) -> tuple[Verb, Answer]:
        for verb in verbs:
            if id(verb) not in self._running:
                self._running[id(verb)] = verb, asyncio.create_task(self._perform(verb))
        await asyncio.wait([task for _, task in self._running.values()], return_when=asyncio.FIRST_COMPLETED)
        verb, task = next((verb, task) for verb, task in self._running.values() if task.done())
        del self._running[id(verb)]
        return verb, task.result()

    def keep(self, verbs: tuple[Verb, ...]) -> None:
        kept = {id(verb) for verb in verbs}
        for key in self._running.keys() - kept:
            _, task = self._running.pop(key)
            task.cancel()
            self._given_up.append(task)

    def runs(self, verb: Verb) -> bool:
        return id(verb) in self._running

    async def cancel(self) -> None:
        """Cancel them all, and wait until they are gone."""
        self.keep(())
        await asyncio.gather(*self._given_up, return_exceptions=True)


class Client(AsyncClient[Connection, asyncio.Event]):
    """Sends requests to the configured providers, in one event loop at a time; connections are kept alive and reused.

    See `Configuration` for what it can be given.  Use it as an async context manager, or `aclose` it.  Every call ends in its
    response or in a `sansio.errors.APIError`; misuse is a LocalProtocolError; a call that is cancelled lets go of all it holds.
    """

    _loop = _Asyncio()


Stream: TypeAlias = AsyncStream[R, Connection, asyncio.Event]
