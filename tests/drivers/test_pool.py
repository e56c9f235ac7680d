"""Many calls at once over few connections, and calls that are left half-way: every connection comes back or goes."""

# A leak shows only inside of a client.
# pyright: reportPrivateUsage=false

from __future__ import annotations

import asyncio
import gc
import random
import threading
from collections.abc import Awaitable, Callable

import pytest
import trio

from sansio import Completed, LocalProtocolError, TextDelta, Timeouts
from sansio.wire.pool import PoolLimits
from sansio_transports import _waiting
from sansio_transports import asyncio as asyncio_driver
from sansio_transports import sync as sync_driver
from sansio_transports import trio as trio_driver
from tests.drivers.answers import ANSWER, DONE, STREAM, STREAM_HEAD, always, chunk, delta
from tests.drivers.drivers import Client, Driver, at_rest
from tests.drivers.scenario import NO_RETRY, PATIENT, REQUEST, failing, provider, run, send, stream
from tests.drivers.server import Peer, Server


def both(peer: Peer) -> None:
    """Answer streams and plain requests."""
    while True:
        peer.send(STREAM if b'"stream":true' in peer.request().body else ANSWER)


def test_a_hundred_calls_over_five_connections(driver: Driver) -> None:
    async def scenario(client: Client) -> None:
        jobs: list[Callable[[], Awaitable[object]]] = [lambda: send(client), lambda: stream(client)]
        await driver.together(*(jobs * 50))

    with Server(both) as server:
        run(driver, server, scenario, pool=PoolLimits(per_route=5))
    assert server.connections <= 5
    assert len(server.requests) == 100


def test_a_wait_for_a_connection_has_an_end(driver: Driver) -> None:
    async def scenario(client: Client) -> None:
        async with client.stream(REQUEST, timeouts=PATIENT) as held:
            await anext(held)
            exc = await failing(client, send)
            assert exc.failure.kind == "timeout"
        await send(client)

    def script(peer: Peer) -> None:
        peer.request()
        peer.send(STREAM_HEAD, chunk(delta("hel")))
        peer.stall()

    with Server(script, both) as server:
        run(driver, server, scenario, pool=PoolLimits(per_route=1), timeouts=Timeouts(connect=20.0, read=0.1))


def test_a_waiting_call_gets_the_connection_that_comes_free(driver: Driver) -> None:
    """The holder lets go only when the other call waits."""
    done: list[str] = []

    async def hold(client: Client) -> None:
        async with client.stream(REQUEST) as held:
            await anext(held)
            while not client.hub.shared.pool.waiting:
                await driver.sleep(0.001)
        done.append("held")

    async def wait(client: Client) -> None:
        while not started.is_set():
            await driver.sleep(0.001)
        await send(client)
        done.append("waited")

    started = threading.Event()

    def script(peer: Peer) -> None:
        peer.request()
        started.set()
        peer.send(STREAM_HEAD, chunk(delta("hel")))
        peer.stall()

    async def scenario(client: Client) -> None:
        await driver.together(lambda: hold(client), lambda: wait(client))

    with Server(script, both) as server:
        run(driver, server, scenario, pool=PoolLimits(per_route=1))
    assert sorted(done) == ["held", "waited"]


def test_leaving_a_stream_early_closes_its_connection(driver: Driver) -> None:
    left = threading.Event()

    def script(peer: Peer) -> None:
        peer.request()
        peer.send(STREAM_HEAD, chunk(delta("hel")))
        peer.stall()
        left.set()

    async def scenario(client: Client) -> None:
        async with client.stream(REQUEST) as answer:
            async for event in answer:
                if isinstance(event, TextDelta):
                    break
        assert at_rest(client.hub)
        assert [event async for event in answer] == []
        with pytest.raises(LocalProtocolError):
            _ = answer.response

    with Server(script) as server:
        run(driver, server, scenario)
        assert left.wait(20)


def test_leaving_a_stream_at_completed_keeps_its_connection(driver: Driver) -> None:
    async def scenario(client: Client) -> None:
        for _ in range(3):
            async with client.stream(REQUEST) as answer:
                async for event in answer:
                    if isinstance(event, Completed):
                        break
            assert answer.response.text == "hello"

    with Server(both) as server:
        run(driver, server, scenario)
    assert server.connections == 1


def test_an_exception_of_the_users_leaves_the_stream(driver: Driver) -> None:
    async def scenario(client: Client) -> None:
        with pytest.raises(ZeroDivisionError):  # noqa: PT012
            async with client.stream(REQUEST) as answer:
                async for _ in answer:
                    raise ZeroDivisionError
        assert at_rest(client.hub)

    with Server(always(STREAM_HEAD, chunk(delta("hel")))) as server:
        run(driver, server, scenario)


def test_a_stream_that_is_dropped_lets_go(driver: Driver) -> None:
    """No context manager, no close: the collector finds it, even while all connections are taken."""

    async def scenario(client: Client) -> None:
        answer = client.stream(REQUEST)
        await anext(answer)
        del answer
        gc.collect()
        await send(client)

    def script(peer: Peer) -> None:
        peer.request()
        peer.send(STREAM_HEAD, chunk(delta("hel")))
        peer.stall()

    with Server(script, both) as server:
        run(driver, server, scenario, pool=PoolLimits(per_route=1))
    assert server.connections == 2


def test_a_stream_that_was_never_read_costs_nothing(driver: Driver) -> None:
    async def scenario(client: Client) -> None:
        client.stream(REQUEST)
        async with client.stream(REQUEST):
            assert at_rest(client.hub)

    with Server(both) as server:
        run(driver, server, scenario)
    assert server.connections == 0


def test_two_readers_of_one_stream_are_told(driver: Driver) -> None:
    """The second finds the first waiting."""
    release = threading.Event()
    waiting = threading.Event()

    def script(peer: Peer) -> None:
        peer.request()
        waiting.set()
        release.wait(20)
        peer.send(STREAM)

    async def scenario(client: Client) -> None:
        answer = client.stream(REQUEST)

        async def second() -> None:
            while not waiting.is_set():
                await driver.sleep(0.001)
            with pytest.raises(LocalProtocolError, match="one thread or task"):
                await anext(answer)
            with pytest.raises(LocalProtocolError, match="one thread or task"):
                await answer.aclose()
            release.set()

        async def first() -> None:
            async for _ in answer:
                continue

        await driver.together(first, second)
        assert answer.response.text == "hello"

    with Server(script) as server:
        run(driver, server, scenario)


def test_closing_a_client_ends_the_calls_of_others(driver: Driver) -> None:
    asked = threading.Event()

    def script(peer: Peer) -> None:
        peer.request()
        asked.set()
        peer.stall()

    async def scenario(client: Client) -> None:
        async def close() -> None:
            while not asked.is_set():
                await driver.sleep(0.001)
            await client.aclose()

        async def call() -> None:
            assert (await failing(client, send)).failure.kind in {"connection", "cancelled"}

        await driver.together(call, close)

    with Server(script) as server:
        run(driver, server, scenario)


# -- cancellation ------------------------------------------------------------------------------------------------


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
    ready = _waiting.ready

    def interrupted(interests: _waiting.Interests, until: float) -> None:
        nonlocal waits
        waits += 1
        if waits == last:
            raise KeyboardInterrupt
        ready(interests, until)

    monkeypatch.setattr(_waiting, "ready", interrupted)
    with Server(slowly) as server, sync_driver.Client(providers=[provider(server.url)], timeouts=PATIENT) as client:
        try:
            while True:
                with client.stream(REQUEST) as answer:
                    for _ in answer:
                        continue
        except KeyboardInterrupt:
            assert at_rest(client._hub)
