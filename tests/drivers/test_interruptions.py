"""Calls that are cancelled, or whose client is closed, wherever they wait: nothing of them is left."""

# A leak shows only inside of a client.
# pyright: reportPrivateUsage=false

from __future__ import annotations

import asyncio
import random
import signal
import socket
import threading
from collections.abc import Awaitable, Callable
from time import sleep
from typing import Any

import pytest
import trio

from sansio.commands import Broken
from sansio.wire.pool import PoolLimits
from sansio.wire.verbs import Bytes
from sansio_transports import _waiting
from sansio_transports import asyncio as asyncio_driver
from sansio_transports import sync as sync_driver
from sansio_transports import trio as trio_driver
from sansio_transports._socket import Connection
from tests.drivers.answers import DONE, STREAM_HEAD, chunk, delta
from tests.drivers.conftest import Names
from tests.drivers.drivers import Client, Driver, at_rest
from tests.drivers.places import IN_USE, Place, Waits, for_an_address, for_the_next_attempt, silent
from tests.drivers.scenario import NO_RETRY, PATIENT, REQUEST, failing, provider, run, send
from tests.drivers.server import Peer, Server

# -- cancellation ------------------------------------------------------------------------------------------------


async def _cancel_task(call: Callable[[], Awaitable[object]], reached: Callable[[], object]) -> None:
    task = asyncio.ensure_future(call())
    while not reached():  # noqa: ASYNC110  # threads of the server reach it
        await asyncio.sleep(0.001)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def _cancel_scope(call: Callable[[], Awaitable[object]], reached: Callable[[], object]) -> None:
    async with trio.open_nursery() as nursery:
        nursery.start_soon(call)
        while not reached():  # noqa: ASYNC110  # as above
            await trio.sleep(0.001)
        nursery.cancel_scope.cancel()
    assert nursery.cancel_scope.cancelled_caught


async def _interrupt(call: Callable[[], Awaitable[object]], reached: Callable[[], object]) -> None:
    """Ctrl-C, by a signal of our own, which comes while the thread waits."""

    def interrupt() -> None:
        while not reached():
            sleep(0.001)
        sleep(0.02)  # the thread goes to sleep, too
        signal.pthread_kill(main, signal.SIGUSR1)

    main = threading.get_ident()
    before = signal.signal(signal.SIGUSR1, signal.default_int_handler)
    thread = threading.Thread(target=interrupt)
    thread.start()
    try:
        with pytest.raises(KeyboardInterrupt):
            await call()
    finally:
        thread.join()
        signal.signal(signal.SIGUSR1, before)


CANCEL = {"sync": _interrupt, "asyncio": _cancel_task, "trio": _cancel_scope}


def cancel(driver: Driver, place: Place) -> None:
    """Cancel the call when it is there; `run` looks at what is left."""

    async def scenario(client: Client) -> None:
        await CANCEL[driver.name](lambda: place.call(client), lambda: place.reached(client))
        assert at_rest(client.hub)

    run(driver, place.url, scenario, **place.configuration)


@pytest.mark.parametrize("waits", [*IN_USE, for_the_next_attempt, for_an_address], ids=lambda place: place.__name__)
def test_a_call_that_is_cancelled_leaves_nothing(driver: Driver, waits: Waits) -> None:
    with waits() as place:
        cancel(driver, place)


def test_a_call_that_is_cancelled_in_a_name_look_up_leaves_nothing(driver: Driver, names: Names) -> None:
    def slow(_: int) -> list[Any]:
        asked.set()
        late.wait(20)
        raise socket.gaierror(socket.EAI_AGAIN, "try again")

    asked, late = threading.Event(), threading.Event()
    names["slow.test"] = slow
    cancel(driver, Place("http://slow.test/v1", send, lambda _: asked.is_set()))
    late.set()


# -- closing -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("waits", IN_USE, ids=lambda place: place.__name__)
def test_closing_a_client_ends_the_calls_of_others(driver: Driver, waits: Waits) -> None:
    """Whatever their connection looks like to them, they are told why."""
    with waits() as place:

        async def scenario(client: Client) -> None:
            async def close() -> None:
                while not place.reached(client):
                    await driver.sleep(0.001)
                await client.aclose()

            async def call(client: Client) -> object:
                return await place.call(client)

            async def failed() -> None:
                exc = await failing(client, call)
                assert (exc.failure.kind, exc.failure.message) == ("cancelled", "the client is closed")

            await driver.together(failed, close)

        run(driver, place.url, scenario, **place.configuration)


def test_a_stream_whose_client_was_closed_between_two_reads(driver: Driver) -> None:
    """Nobody waits for the connection; the next read is told, with what was seen before."""

    def script(peer: Peer) -> None:
        peer.request()
        peer.send(STREAM_HEAD, chunk(delta("hel")))
        peer.stall()

    async def scenario(client: Client) -> None:
        answer = client.stream(REQUEST)
        texts = answer.text
        assert await anext(texts) == "hel"
        await client.aclose()

        async def more(_: Client) -> object:
            return await anext(texts)

        exc = await failing(client, more)
        assert exc.failure.kind == "cancelled"
        assert exc.partial is not None
        assert exc.partial.text == "hel"

    with Server(script) as server:
        run(driver, server, scenario)


def test_a_connection_that_comes_after_the_close_is_closed(driver: Driver, names: Names) -> None:
    def slow(port: int) -> list[Any]:
        asked.set()
        closed.wait(20)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    async def scenario(client: Client) -> None:
        async def close() -> None:
            while not asked.is_set():
                await driver.sleep(0.001)
            await client.aclose()
            closed.set()

        async def call() -> None:
            assert (await failing(client, send)).failure.kind == "cancelled"

        await driver.together(call, close)

    asked, closed = threading.Event(), threading.Event()
    names["slow.test"] = slow
    with Server(silent) as server:
        run(driver, f"http://slow.test:{server.port}/v1", scenario)
    assert server.requests == []


def slowly(peer: Peer) -> None:
    """Answer in small steps, so that there are many points to be cancelled at."""
    while True:
        peer.request()
        for piece in (STREAM_HEAD, chunk(delta("a")), chunk(delta("b")), chunk(delta(None, "stop") + DONE), chunk(b"")):
            peer.sock.sendall(piece)
            threading.Event().wait(0.002)


def test_asyncio_calls_cancelled_anywhere_leave_nothing() -> None:
    chance = random.Random(7)

    async def main(url: str) -> None:
        async with asyncio_driver.Client(
            providers=[provider(url)], retry=NO_RETRY, timeouts=PATIENT, pool=PoolLimits(per_route=3)
        ) as client:

            async def call() -> None:
                async with client.stream(REQUEST) as answer:
                    async for _ in answer:
                        continue

            tasks = [asyncio.create_task(call()) for _ in range(60)]
            for task in tasks:
                if chance.random() < 0.7:
                    await asyncio.sleep(chance.random() * 0.003)
                    task.cancel()
            results = await asyncio.gather(*tasks, return_exceptions=True)
            assert {type(result) for result in results} <= {asyncio.CancelledError, type(None)}
            assert at_rest(client._hub)

    with Server(slowly) as server:
        asyncio.run(main(server.url))


def test_trio_calls_cancelled_anywhere_leave_nothing() -> None:
    chance = random.Random(7)

    async def main(url: str) -> None:
        async with trio_driver.Client(
            providers=[provider(url)], retry=NO_RETRY, timeouts=PATIENT, pool=PoolLimits(per_route=3)
        ) as client:

            async def call(seconds: float) -> None:
                with trio.move_on_after(seconds):
                    async with client.stream(REQUEST) as answer:
                        async for _ in answer:
                            continue

            async with trio.open_nursery() as nursery:
                for _ in range(60):
                    nursery.start_soon(call, chance.choice((0.001, 0.01, 0.05, 20.0)) * chance.random())
            assert at_rest(client._hub)

    with Server(slowly) as server:
        trio.run(main, server.url)


@pytest.mark.parametrize("last", range(1, 12))
def test_sync_calls_interrupted_in_any_wait_leave_nothing(last: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C comes while the thread waits: for the connection, for the head, or for more of the body."""
    waits = 0
    ready, wait = _waiting.ready, Connection.wait

    def count() -> None:
        nonlocal waits
        waits += 1
        if waits == last:
            raise KeyboardInterrupt

    def interrupted_ready(interests: _waiting.Interests, until: float) -> None:
        count()
        ready(interests, until)

    def interrupted_wait(connection: Connection, until: float) -> Bytes | Broken:
        count()
        return wait(connection, until)

    monkeypatch.setattr(_waiting, "ready", interrupted_ready)
    monkeypatch.setattr(Connection, "wait", interrupted_wait)
    with Server(slowly) as server, sync_driver.Client(providers=[provider(server.url)], timeouts=PATIENT) as client:
        try:
            while True:
                with client.stream(REQUEST) as answer:
                    for _ in answer:
                        continue
        except KeyboardInterrupt:
            assert at_rest(client._hub)
