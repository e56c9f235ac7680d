"""trio's connection: one task keeps the time for all its Receives, and leaves with it."""

# The connection is inside of the driver.
# pyright: reportPrivateUsage=false

from __future__ import annotations

import socket
from collections.abc import Awaitable, Callable

import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from sansio.commands import NEVER, Broken, Done
from sansio.wire.verbs import Bytes
from sansio_transports.trio import _Connection

Scenario = Callable[[_Connection, socket.socket], Awaitable[None]]


def over(scenario: Scenario) -> None:
    """Run *scenario* with a connection and the socket of its peer, on a clock that jumps to the next deadline."""

    async def main() -> None:
        before = tasks()
        sock, peer = socket.socketpair()
        connection = _Connection(sock)
        with peer:
            try:
                await scenario(connection, peer)
            finally:
                connection.disconnect()
        await wait_all_tasks_blocked()
        assert tasks() == before

    trio.run(main, clock=MockClock(autojump_threshold=0))


def tasks() -> int:
    return trio.lowlevel.current_statistics().tasks_living


def received(answer: Bytes | Broken) -> bytes:
    assert isinstance(answer, Bytes), answer
    return answer.data


async def late(connection: _Connection, until: float) -> None:
    """A Receive that nothing comes for ends at its deadline, and not before."""
    answer = await connection.receive(until)
    assert isinstance(answer, Broken)
    assert answer.kind == "timeout"
    assert trio.current_time() >= until


def test_deadlines_hold_whether_they_move_on_or_back() -> None:
    async def scenario(connection: _Connection, peer: socket.socket) -> None:
        for ahead in (60.0, 10.0, 90.0, NEVER):
            peer.sendall(b"x")
            assert received(await connection.receive(trio.current_time() + ahead)) == b"x"
        for ahead in (30.0, 10.0, 20.0, 0.0, 40.0):
            start = trio.current_time()
            await late(connection, start + ahead)
            assert trio.current_time() <= start + ahead + 0.001

    over(scenario)


def test_a_deadline_that_passes_while_nobody_receives_harms_no_later_receive() -> None:
    async def scenario(connection: _Connection, peer: socket.socket) -> None:
        peer.sendall(b"x")
        await connection.receive(trio.current_time() + 10)
        await trio.sleep(100)
        await late(connection, trio.current_time() + 10)
        peer.sendall(b"y")
        assert received(await connection.receive(trio.current_time() + 10)) == b"y"

    over(scenario)


def test_a_cancelled_receive_leaves_no_deadline() -> None:
    async def scenario(connection: _Connection, peer: socket.socket) -> None:
        with trio.move_on_after(5):
            await connection.receive(trio.current_time() + 10)
        await trio.sleep(100)
        peer.sendall(b"x")
        assert received(await connection.receive(NEVER)) == b"x"

    over(scenario)


def test_a_deadline_in_the_past_takes_what_is_there() -> None:
    async def scenario(connection: _Connection, peer: socket.socket) -> None:
        await late(connection, -NEVER)
        peer.sendall(b"there")
        assert received(await connection.receive(-NEVER)) == b"there"
        peer.close()
        assert received(await connection.receive(-NEVER)) == b""

    over(scenario)


def test_more_than_one_read_takes() -> None:
    async def scenario(connection: _Connection, peer: socket.socket) -> None:
        peer.sendall(b"x" * 65537)
        assert len(received(await connection.receive(NEVER))) == 65536
        assert received(await connection.receive(NEVER)) == b"x"

    over(scenario)


def test_a_send_waits_through_the_deadline_of_a_receive() -> None:
    """They wait for the same socket, each with a deadline of its own."""

    async def scenario(connection: _Connection, peer: socket.socket) -> None:
        answers: list[Done | Broken] = []

        async def send() -> None:
            answers.append(await connection.send(b"x" * 50_000_000, trio.current_time() + 20))

        start = trio.current_time()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(send)
            await late(connection, start + 10)
        assert trio.current_time() >= start + 20
        assert [type(answer) for answer in answers] == [Broken]
        assert peer.recv(10) == b"x" * 10

    over(scenario)


def test_disconnecting_answers_who_waits_and_who_comes_later() -> None:
    async def scenario(connection: _Connection, _: socket.socket) -> None:
        answers: list[Bytes | Broken] = []

        async def receive() -> None:
            answers.append(await connection.receive(trio.current_time() + 10))

        async with trio.open_nursery() as nursery:
            nursery.start_soon(receive)
            await wait_all_tasks_blocked()
            connection.disconnect()
        answers.append(await connection.receive(NEVER))
        assert [answer.kind for answer in answers if isinstance(answer, Broken)] == ["connection", "connection"]

    over(scenario)


def test_a_connection_outlives_the_run_that_its_time_was_kept_in() -> None:
    sock, peer = socket.socketpair()
    connection = _Connection(sock)

    async def first() -> None:
        peer.sendall(b"x")
        assert received(await connection.receive(trio.current_time() + 600)) == b"x"

    async def second() -> None:
        await late(connection, trio.current_time() + 10)
        connection.disconnect()

    with peer:
        trio.run(first)
        trio.run(second, clock=MockClock(autojump_threshold=0))
