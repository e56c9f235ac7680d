"""Many calls at once over few connections, and calls that are left half-way: every connection comes back or goes."""

from __future__ import annotations

import gc
import threading
from collections.abc import Awaitable, Callable

import pytest

import sansio
from sansio import ChatRequest, Completed, LocalProtocolError, TextDelta, Timeouts
from sansio.wire.pool import PoolLimits
from tests.drivers.answers import ANSWER, STREAM, STREAM_HEAD, always, chunk, delta
from tests.drivers.drivers import Client, Driver, at_rest, noticed
from tests.drivers.scenario import PATIENT, REQUEST, failing, provider, run, send, stream
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


def test_all_routes_together_have_a_limit(driver: Driver) -> None:
    """Two servers and room for one connection: an idle one to the other makes room, one in use is waited for."""

    async def scenario(client: Client) -> None:
        async def ask(name: str) -> None:
            for _ in range(10):
                answer = await client.send(ChatRequest(model=f"{name}/gpt-4o", messages="hi"))
                assert answer.text == "hello"
                most.append(client.hub.shared.pool.connections)

        await driver.together(lambda: ask("openai"), lambda: ask("mine"))

    most: list[int] = []
    with Server(both) as one, Server(both) as two:
        mine = sansio.provider("openai", api_key="k", base_url=two.url, name="mine")
        run(driver, one, scenario, providers=[provider(one.url), mine], pool=PoolLimits(total=1))
    assert (len(one.requests), len(two.requests), max(most)) == (10, 10, 1)


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


def test_idle_connections_that_were_all_ended_are_passed_over(driver: Driver) -> None:
    """As after a night: each is looked at, and the call goes over a new one without a retry."""
    busy = threading.Barrier(3)

    def ending(peer: Peer) -> None:
        peer.request()
        busy.wait(20)
        peer.send(ANSWER)
        peer.sock.close()

    async def scenario(client: Client) -> None:
        await driver.together(*[lambda: send(client)] * 3)
        while not noticed(client.hub):
            await driver.sleep(0.001)
        await send(client)
        assert client.hub.shared.pool.connections == 1

    with Server(ending, ending, ending, both) as server:
        run(driver, server, scenario)
    assert (server.connections, len(server.requests)) == (4, 4)
