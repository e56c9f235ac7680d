"""The connection of a client for threads: whoever is last closes it."""

from __future__ import annotations

import errno
import socket
import threading
from collections.abc import Iterator
from time import monotonic

import pytest

from sansio.commands import NEVER, Broken, Done
from sansio.wire.verbs import Bytes
from sansio_transports._socket import Connection
from sansio_transports._waiting import Operation, perform, ready


@pytest.fixture
def ends() -> Iterator[tuple[Connection, socket.socket, socket.socket]]:
    """A connection, its socket, and the socket of its peer."""
    own, peer = socket.socketpair()
    own.setblocking(False)
    with own, peer:
        yield Connection(own), own, peer


Ends = tuple[Connection, socket.socket, socket.socket]


def answer(operation: Operation[Bytes | Broken]) -> Bytes | Broken:
    with pytest.raises(StopIteration) as stop:
        next(operation)
    value: Bytes | Broken = stop.value.value
    return value


def test_bytes_and_an_end(ends: Ends) -> None:
    connection, _, peer = ends
    peer.send(b"hello")
    peer.close()
    received = [perform(connection.receive(NEVER)) for _ in range(2)]
    assert [piece.data for piece in received if isinstance(piece, Bytes)] == [b"hello", b""]


def test_a_send_that_nobody_takes_has_an_end(ends: Ends) -> None:
    connection, _, peer = ends
    sent = perform(connection.send(b"x" * 10_000_000, monotonic() + 0.02))
    assert isinstance(sent, Broken)
    assert sent.kind == "timeout"
    assert peer.recv(10) == b"x" * 10
    peer.close()
    sent = perform(connection.send(b"x", NEVER))
    assert isinstance(sent, Broken)
    assert sent.kind == "connection"


def test_an_unused_connection_is_closed_at_once(ends: Ends) -> None:
    connection, own, peer = ends
    assert isinstance(perform(connection.send(b"bye", NEVER)), Done)
    connection.disconnect()
    connection.disconnect()
    assert own.fileno() == -1
    assert peer.recv(10) == b"bye"
    assert peer.recv(10) == b""


def test_a_connection_in_use_is_closed_by_its_user(ends: Ends) -> None:
    """Until it was woken its number must not become another's."""
    connection, own, peer = ends
    receiving = connection.receive(NEVER)
    interests, until = next(receiving)
    connection.disconnect()
    assert own.fileno() >= 0
    ready(interests, until)
    broken = answer(receiving)
    assert isinstance(broken, Broken)
    assert (broken.kind, broken.reason) == ("connection", "the connection is closed")
    assert own.fileno() == -1
    assert peer.recv(10) == b""


def test_an_end_that_was_made_here_is_none_of_the_peers(ends: Ends) -> None:
    """A body that closing ends would be taken for complete."""
    connection, _, _ = ends
    waiting = connection.receive(NEVER)
    next(waiting)
    connection.disconnect()
    assert isinstance(answer(connection.receive(NEVER)), Broken)
    waiting.close()


def test_another_thread_is_woken(ends: Ends) -> None:
    connection, own, _ = ends
    answers: list[Bytes | Broken] = []
    thread = threading.Thread(target=lambda: answers.append(perform(connection.receive(NEVER))))
    thread.start()
    connection.disconnect()
    thread.join()
    assert isinstance(answers[0], Broken)
    assert own.fileno() == -1


def test_two_operations_close_it_with_the_second(ends: Ends) -> None:
    """A request that is sent while its answer is listened for; both are given up."""
    connection, own, _ = ends
    receiving, sending = connection.receive(NEVER), connection.send(b"x" * 10_000_000, NEVER)
    next(receiving)
    next(sending)
    connection.disconnect()
    receiving.close()
    assert own.fileno() >= 0
    sending.close()
    assert own.fileno() == -1


def test_a_forked_copy_is_closed_for_one_process_only(ends: Ends) -> None:
    connection, own, peer = ends
    with own.dup() as parents:
        connection.forsake()
        assert own.fileno() == -1
        parents.send(b"still here")
    assert peer.recv(20) == b"still here"


def test_waiting_is_receiving(ends: Ends) -> None:
    connection, _, peer = ends
    nothing = [connection.wait(until) for until in (-NEVER, monotonic() + 0.01)]
    assert [broken.kind for broken in nothing if isinstance(broken, Broken)] == ["timeout", "timeout"]
    threading.Timer(0.02, peer.send, (b"hello",)).start()
    assert isinstance(received := connection.wait(NEVER), Bytes)
    assert received.data == b"hello"
    peer.close()
    assert isinstance(end := connection.wait(NEVER), Bytes)
    assert end.data == b""


def test_after_a_wait_nothing_else_waits(ends: Ends) -> None:
    connection, _, peer = ends
    peer.send(b"a")
    assert isinstance(connection.wait(NEVER), Bytes)
    interests, _ = next(connection.receive(NEVER))
    assert len(interests) == 1
    assert isinstance(connection.wait(monotonic() + 0.01), Broken)
    sent = perform(connection.send(b"x" * 10_000_000, monotonic() + 0.02))
    assert isinstance(sent, Broken)
    assert sent.kind == "timeout"


def test_a_wait_is_ended_by_a_disconnect(ends: Ends) -> None:
    connection, own, _ = ends
    threading.Timer(0.02, connection.disconnect).start()
    broken = connection.wait(NEVER)
    assert isinstance(broken, Broken)
    assert (broken.kind, broken.reason) == ("connection", "the connection is closed")
    assert own.fileno() == -1
    assert isinstance(connection.wait(NEVER), Broken)


class _Silent(socket.socket):
    """What the kernel says when a peer has not acknowledged anything for too long."""

    def recv(self, bufsize: int, flags: int = 0, /) -> bytes:  # noqa: ARG002
        raise TimeoutError(errno.ETIMEDOUT, "Connection timed out")


def test_a_peer_that_the_kernel_gave_up_is_no_silence() -> None:
    """Asked again, the kernel would tell a clean end."""
    with _Silent() as sock:
        connection = Connection(sock)
        for broken in (connection.wait(NEVER), perform(connection.receive(NEVER))):
            assert isinstance(broken, Broken)
            assert (broken.kind, "timed out" in broken.reason) == ("connection", True)
