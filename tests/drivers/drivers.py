"""The three drivers behind one face, so that each scenario is written once, with async/await."""

# A leak shows only inside of a client.
# pyright: reportPrivateUsage=false

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping
from contextlib import suppress
from time import monotonic
from typing import Any, Generic, Protocol, Self, TypeVar, Unpack

import trio

from sansio.commands import Clock, Emit, Flow
from sansio.events import Event
from sansio.types import Request
from sansio.wire.call import Call
from sansio.wire.verbs import Finished
from sansio_transports import _loop, _protocol, _running
from sansio_transports import asyncio as asyncio_driver
from sansio_transports import sync as sync_driver
from sansio_transports import trio as trio_driver
from sansio_transports._async import AsyncClient
from sansio_transports._hub import Hub
from sansio_transports._setup import Configuration, Overrides
from sansio_transports._sources import Content, Sources
from sansio_transports._waiting import readable

R = TypeVar("R")
A = TypeVar("A", covariant=True)
T = TypeVar("T")


class Stream(Protocol[A]):
    """A stream of any driver."""

    @property
    def text(self) -> AsyncIterator[str]: ...
    @property
    def response(self) -> A: ...
    async def aclose(self) -> None: ...
    def __aiter__(self) -> Self: ...
    async def __anext__(self) -> Event[A]: ...
    async def __aenter__(self) -> Self: ...
    async def __aexit__(self, kind: type[BaseException] | None, /, *_: object) -> None: ...


class Client(Protocol):
    """A client of any driver."""

    async def send(self, request: Request[R], **overrides: Unpack[Overrides]) -> R: ...
    def stream(self, request: Request[R], **overrides: Unpack[Overrides]) -> Stream[R]: ...
    def with_options(self, **overrides: Unpack[Overrides]) -> Client: ...
    async def aclose(self) -> None: ...
    async def perform(self, flow: Callable[[Clock], Flow[T]], sources: Mapping[str, Content]) -> tuple[T, list[Emit]]:
        """What the flow returns, and what it emitted."""
        ...

    @property
    def hub(self) -> Hub[Any, Any]:
        """What its calls share."""
        ...


Scenario = Callable[[Client], Coroutine[Any, Any, T]]
Job = Callable[[], Awaitable[object]]


class Driver(Protocol):
    """How scenarios run."""

    name: str

    def run(self, scenario: Scenario[T], **configuration: Unpack[Configuration]) -> T:
        """What *scenario* returns, given a client that is closed afterwards."""
        ...

    async def together(self, *jobs: Job) -> None:
        """Run the jobs at the same time."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Let others run."""
        ...


def at_rest(hub: Hub[Any, Any]) -> bool:
    """Whether nothing is booked, nobody waits, and only idle connections are open."""
    pool = hub.shared.pool
    return pool.connections == pool.idle == len(hub._connections) and not pool.waiting and not hub._events


def noticed(hub: Hub[Any, Any]) -> bool:
    """Whether bytes or an end have come over every open connection so far that a look at it finds them."""
    return all(
        connection._data or connection._ended or connection._lost is not None
        if isinstance(connection, _protocol.Connection)
        else readable(connection._sock)
        for connection in hub._connections.values()
    )


# -- threads ---------------------------------------------------------------------------------------------------


class _SyncStream(Generic[R]):
    def __init__(self, stream: sync_driver.Stream[R]) -> None:
        self.stream = stream

    @property
    def text(self) -> AsyncIterator[str]:
        return _each(self.stream.text)

    @property
    def response(self) -> R:
        return self.stream.response

    async def aclose(self) -> None:
        self.stream.close()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Event[R]:
        for event in self.stream:
            return event
        raise StopAsyncIteration

    async def __aenter__(self) -> Self:
        self.stream.__enter__()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, /, *_: object) -> None:
        self.stream.__exit__(kind)


async def _each(iterator: Any) -> AsyncIterator[Any]:
    for item in iterator:
        yield item


class _SyncClient:
    def __init__(self, client: sync_driver.Client) -> None:
        self.client = client

    async def send(self, request: Request[R], **overrides: Unpack[Overrides]) -> R:
        return self.client.send(request, **overrides)

    def stream(self, request: Request[R], **overrides: Unpack[Overrides]) -> _SyncStream[R]:
        return _SyncStream(self.client.stream(request, **overrides))

    def with_options(self, **overrides: Unpack[Overrides]) -> _SyncClient:
        return _SyncClient(self.client.with_options(**overrides))

    async def aclose(self) -> None:
        self.client.close()

    async def perform(self, flow: Callable[[Clock], Flow[T]], sources: Mapping[str, Content]) -> tuple[T, list[Emit]]:
        hub = self.client._hub
        call = Call(flow, hub.call_id(), self.client._setup._wiring, now=monotonic())
        running = _running.Running(hub, call, Sources(sources))
        emitted: list[Emit] = []
        try:
            while not isinstance(step := running.advance(), Finished):
                emitted.append(step)
        finally:
            running.close()
        return step.value, emitted

    @property
    def hub(self) -> Hub[Any, Any]:
        return self.client._hub


class Threads:
    name = "sync"

    def run(self, scenario: Scenario[T], **configuration: Unpack[Configuration]) -> T:
        with sync_driver.Client(**configuration) as client:
            return _now(scenario(_SyncClient(client)))

    async def together(self, *jobs: Job) -> None:
        failures: list[BaseException] = []

        def run(job: Job) -> None:
            try:
                _now(job())
            except BaseException as exc:
                failures.append(exc)

        threads = [threading.Thread(target=run, args=(job,)) for job in jobs]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if failures:
            raise failures[0]

    async def sleep(self, seconds: float) -> None:
        threading.Event().wait(seconds)


def _now(awaitable: Awaitable[T]) -> T:
    """The result of what never really waits."""
    with suppress(GeneratorExit):
        try:
            next(awaitable.__await__())
        except StopIteration as stop:
            result: T = stop.value
            return result
    raise AssertionError("a scenario for threads waited")


# -- event loops -------------------------------------------------------------------------------------------------


class _LoopClient:
    def __init__(self, client: AsyncClient[Any, Any]) -> None:
        self.client = client

    async def send(self, request: Request[R], **overrides: Unpack[Overrides]) -> R:
        return await self.client.send(request, **overrides)

    def stream(self, request: Request[R], **overrides: Unpack[Overrides]) -> Stream[R]:
        return self.client.stream(request, **overrides)

    def with_options(self, **overrides: Unpack[Overrides]) -> _LoopClient:
        return _LoopClient(self.client.with_options(**overrides))

    async def aclose(self) -> None:
        await self.client.aclose()

    async def perform(self, flow: Callable[[Clock], Flow[T]], sources: Mapping[str, Content]) -> tuple[T, list[Emit]]:
        hub, loop = self.client._hub, self.client._loop
        call = Call(flow, hub.call_id(), self.client._setup._wiring, now=loop.now())
        running = _loop.Running(hub, loop, call, Sources(sources))
        emitted: list[Emit] = []
        try:
            while not isinstance(step := await running.advance(), Finished):
                emitted.append(step)
        finally:
            running.close()
        return step.value, emitted

    @property
    def hub(self) -> Hub[Any, Any]:
        return self.client._hub


class Asyncio:
    name = "asyncio"

    def run(self, scenario: Scenario[T], **configuration: Unpack[Configuration]) -> T:
        async def main() -> T:
            async with asyncio_driver.Client(**configuration) as client:
                return await scenario(_LoopClient(client))

        return asyncio.run(main())

    async def together(self, *jobs: Job) -> None:
        await asyncio.gather(*(job() for job in jobs))

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class Trio:
    name = "trio"

    def run(self, scenario: Scenario[T], **configuration: Unpack[Configuration]) -> T:
        async def main() -> T:
            async with trio_driver.Client(**configuration) as client:
                return await scenario(_LoopClient(client))

        return trio.run(main)

    async def together(self, *jobs: Job) -> None:
        failures: list[Exception] = []

        async def run(job: Job) -> None:
            try:
                await job()
            except Exception as exc:
                failures.append(exc)

        async with trio.open_nursery() as nursery:
            for job in jobs:
                nursery.start_soon(run, job)
        if failures:
            raise failures[0]

    async def sleep(self, seconds: float) -> None:
        await trio.sleep(seconds)


DRIVERS: tuple[Driver, ...] = (Threads(), Asyncio(), Trio())
