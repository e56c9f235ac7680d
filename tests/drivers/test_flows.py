"""Flows of a test's own, performed by the drivers: races, waits and sleeps side by side."""

from __future__ import annotations

import threading

import pytest

from sansio import LocalProtocolError
from sansio.commands import Clock, Emit, Flow, Sleep
from sansio.events import Completed, Failed
from sansio.wire.pool import PoolLimits
from tests.drivers.answers import ANSWER, STREAM, STREAM_HEAD, always, chunk, delta, error, once
from tests.drivers.drivers import Client, Driver
from tests.drivers.scenario import racing, run
from tests.drivers.server import Peer, Server


def silent(peer: Peer) -> None:
    peer.request()
    peer.stall()


@pytest.mark.parametrize("first", ["silent", "answering"])
def test_the_first_that_answers_wins(driver: Driver, first: str) -> None:
    with Server(silent) as slow, Server(always(STREAM)) as quick:
        urls = (slow.url, quick.url) if first == "silent" else (quick.url, slow.url)

        async def scenario(client: Client) -> None:
            result, emitted = await client.perform(racing(*urls), {})
            assert isinstance(result.outcome, Completed)
            assert isinstance(emitted[-1].events[-1], Completed)

        run(driver, quick, scenario)


def test_a_race_of_unstreamed_calls_is_won_by_an_answer(driver: Driver) -> None:
    with Server(silent) as slow, Server(always(ANSWER)) as quick:

        async def scenario(client: Client) -> None:
            for _ in range(3):
                result, emitted = await client.perform(racing(slow.url, quick.url, stream=False), {})
                assert isinstance(result.outcome, Completed)
                assert emitted == []

        run(driver, quick, scenario)
    assert quick.connections <= 3


def test_a_racer_that_fails_starts_the_next_at_once(driver: Driver) -> None:
    with Server(once(error("500 Internal Server Error"))) as broken, Server(always(STREAM)) as quick:

        async def scenario(client: Client) -> None:
            result, _ = await client.perform(racing(broken.url, quick.url, stagger=1000.0), {})
            assert isinstance(result.outcome, Completed)

        run(driver, quick, scenario)


def test_the_last_failure_stands_where_all_fail(driver: Driver) -> None:
    with (
        Server(once(error("500 Internal Server Error"))) as one,
        Server(once(error("500 Internal Server Error"))) as two,
    ):

        async def scenario(client: Client) -> None:
            result, _ = await client.perform(racing(one.url, two.url, stagger=1000.0), {})
            assert isinstance(result.outcome, Failed)

        run(driver, one, scenario)


def test_racers_may_wait_for_a_connection(driver: Driver) -> None:
    """Two on one route with room for one: the second waits, and is abandoned with its place in the queue."""
    with Server(always(STREAM)) as server:

        async def scenario(client: Client) -> None:
            result, _ = await client.perform(racing(server.url, server.url), {})
            assert isinstance(result.outcome, Completed)

        run(driver, server, scenario, pool=PoolLimits(per_route=1))
    assert server.connections == 1


def test_a_stream_that_won_goes_on_alone(driver: Driver) -> None:
    """The winner shows output, and stalls: a loser that would now answer is gone already."""

    def winner(peer: Peer) -> None:
        peer.request()
        asked.wait(20)
        peer.send(STREAM_HEAD, chunk(delta("hel")))
        lost.wait(20)
        peer.send(chunk(delta("lo")), chunk(delta(None, "stop")), chunk(b"data: [DONE]\n\n"), chunk(b""))

    def loser(peer: Peer) -> None:
        peer.request()
        asked.set()
        peer.stall()
        lost.set()

    asked = threading.Event()
    lost = threading.Event()
    with Server(winner) as one, Server(loser) as two:

        async def scenario(client: Client) -> None:
            result, emitted = await client.perform(racing(one.url, two.url), {})
            assert isinstance(result.outcome, Completed)
            assert len(emitted) >= 2

        run(driver, one, scenario)
    assert lost.is_set()


def test_a_flow_sleeps_and_emits(driver: Driver) -> None:
    def flow(clock: Clock) -> Flow[float]:
        began = clock.now
        yield Emit([Completed(1)])
        yield Sleep(began + 0.02)
        return clock.now - began

    async def scenario(client: Client) -> None:
        slept, emitted = await client.perform(flow, {})
        assert slept >= 0.02
        assert emitted == [Emit([Completed(1)])]

    run(driver, "http://127.0.0.1:1/v1", scenario)


def test_what_a_flow_raises_reaches_the_caller(driver: Driver) -> None:
    def flow(_: Clock) -> Flow[None]:
        yield Sleep(0.0)
        raise LocalProtocolError("a mistake")

    async def scenario(client: Client) -> None:
        with pytest.raises(LocalProtocolError, match="a mistake"):
            await client.perform(flow, {})

    run(driver, "http://127.0.0.1:1/v1", scenario)
