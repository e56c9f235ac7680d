"""asyncio's own Protocol: it holds little, loses nothing, and keeps its deadlines with one timer."""

# How much is held shows only inside.
# pyright: reportPrivateUsage=false

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Awaitable, Callable

from sansio.commands import NEVER, Broken, Done
from sansio.wire.verbs import Bytes
from sansio_transports._happy_eyeballs import connect
from sansio_transports._protocol import Connection

Scenario = Callable[[Connection, socket.socket], Awaitable[None]]


def over(scenario: Scenario) -> None:
    """Run *scenario* with a connection and the socket of its peer."""

    async def main() -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            connection = await connect("127.0.0.1", listener.getsockname()[1])
            peer, _ = listener.accept()
        with peer:
            try:
                await scenario(connection, peer)
            finally:
                connection.disconnect()
                await asyncio.sleep(0)

    asyncio.run(main())


async def settle() -> None:
    """Let the loop see what is there."""
    for _ in range(5):
        await asyncio.sleep(0)


async def receive(connection: Connection, until: float) -> Bytes | Broken:
    answer = connection.receive(until)
    return answer if isinstance(answer, Bytes | Broken) else await answer


def received(answer: Bytes | Broken) -> bytes:
    assert isinstance(answer, Bytes), answer
    return answer.data


def test_a_peer_that_is_faster_than_the_user_is_made_to_wait() -> None:
    """The loop reads ahead 128 KiB and one read; the rest stays with the peer."""

    async def scenario(connection: Connection, peer: socket.socket) -> None:
        peer.setblocking(False)
        sent = 0
        for _ in range(200):
            try:
                sent += peer.send(b"x" * 65536)
            except BlockingIOError:
                await settle()
        assert len(connection._data) <= 3 * 64 * 1024
        got = 0
        while got < sent:
            got += len(received(await receive(connection, NEVER)))
        assert got == sent

    over(scenario)


def read(connection: Connection, data: bytes) -> None:
    """As a loop does."""
    connection.get_buffer(-1)[: len(data)] = data
    connection.buffer_updated(len(data))


def test_what_came_in_several_reads_is_received_in_pieces_of_64_kib() -> None:
    async def scenario(connection: Connection, _: socket.socket) -> None:
        for data in (b"a", b"b" * 65536, b"c"):
            read(connection, data)
        assert received(await receive(connection, NEVER)) == b"a" + b"b" * 65535
        assert received(await receive(connection, NEVER)) == b"bc"
        read(connection, b"later")
        assert received(await receive(connection, NEVER)) == b"later"

    over(scenario)


def test_connections_share_a_buffer_but_never_at_the_same_time() -> None:
    """Most loops ask for it when there is something to read; some reads find nothing, and some might last."""

    async def scenario(one: Connection, _: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        other = Connection(loop)
        assert one.get_buffer(-1) is one.get_buffer(-1)
        assert one.get_buffer(-1) is not other.get_buffer(-1)
        one.get_buffer(-1)[:3] = b"one"
        read(other, b"other")
        one.buffer_updated(3)
        assert received(await receive(one, NEVER)) == b"one"
        assert received(await receive(other, NEVER)) == b"other"
        buffer = one.get_buffer(-1)
        one.buffer_updated(1)
        assert other.get_buffer(-1) is buffer

    over(scenario)


def test_what_came_before_a_reset_is_received_before_it() -> None:
    async def scenario(connection: Connection, peer: socket.socket) -> None:
        peer.sendall(b"last words")
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        peer.close()
        await settle()
        assert received(await receive(connection, NEVER)) == b"last words"
        assert isinstance(answer := await receive(connection, NEVER), Broken)
        assert answer.kind == "connection"

    over(scenario)


def test_what_came_before_a_failed_send_is_received() -> None:
    """The transport gives up at the first failed write, before it has read what the peer said last."""

    async def scenario(connection: Connection, peer: socket.socket) -> None:
        assert isinstance(await connection.send(b"question", NEVER), Done)
        peer.sendall(b"answer")
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        peer.close()  # the loop has not looked yet
        await connection.send(b"more", NEVER)
        assert received(await receive(connection, NEVER)) == b"answer"
        assert isinstance(await receive(connection, NEVER), Broken)
        assert isinstance(await connection.send(b"more", NEVER), Broken)

    over(scenario)


def test_a_peer_that_is_done_may_still_listen() -> None:
    async def scenario(connection: Connection, peer: socket.socket) -> None:
        peer.sendall(b"all")
        peer.shutdown(socket.SHUT_WR)
        assert received(await receive(connection, NEVER)) == b"all"
        assert received(await receive(connection, NEVER)) == b""
        assert received(await receive(connection, NEVER)) == b""
        assert isinstance(await connection.send(b"still here", NEVER), Done)
        assert peer.recv(100) == b"still here"

    over(scenario)


def test_a_deadline_in_the_past_takes_what_is_there() -> None:
    """Also what only the kernel has seen."""

    async def scenario(connection: Connection, peer: socket.socket) -> None:
        assert isinstance(answer := await receive(connection, -NEVER), Broken)
        assert answer.kind == "timeout"
        peer.sendall(b"there")
        assert received(await receive(connection, -NEVER)) == b"there"
        peer.close()
        assert received(await receive(connection, -NEVER)) == b""

    over(scenario)


def test_deadlines_hold_whether_they_move_on_or_back() -> None:
    async def scenario(connection: Connection, peer: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        for ahead in (60.0, 0.02, 60.0, NEVER):
            peer.sendall(b"x")
            await receive(connection, loop.time() + ahead)
        for ahead in (0.03, 0.01, 0.02):
            until = loop.time() + ahead
            assert isinstance(answer := await receive(connection, until), Broken)
            assert answer.kind == "timeout"
            assert loop.time() >= until

    over(scenario)


def test_a_send_that_nobody_takes_has_an_end() -> None:
    async def scenario(connection: Connection, peer: socket.socket) -> None:
        answer = await connection.send(b"x" * 50_000_000, asyncio.get_running_loop().time() + 0.05)
        assert isinstance(answer, Broken)
        assert answer.kind == "timeout"
        assert peer.recv(10) == b"x" * 10

    over(scenario)


def test_disconnecting_answers_who_waits() -> None:
    async def scenario(connection: Connection, _: socket.socket) -> None:
        waiting = asyncio.create_task(receive(connection, NEVER))
        await settle()
        connection.disconnect()
        assert isinstance(answer := await waiting, Broken)
        assert answer.kind == "connection"

    over(scenario)
