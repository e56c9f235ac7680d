"""The order in which addresses are tried."""

from __future__ import annotations

import socket

import pytest

from sansio_transports._connecting import addresses, connect, interleaved
from sansio_transports._waiting import perform

V4, V6 = socket.AF_INET, socket.AF_INET6


def test_families_take_turns() -> None:
    """RFC 8305 section 4; within a family the system's order (RFC 6724) stays."""
    six = [(V6, (f"::{n}", 1, 0, 0)) for n in (1, 2, 3)]
    four = [(V4, (f"10.0.0.{n}", 1)) for n in (1, 2)]
    assert interleaved([*six, *four]) == [six[0], four[0], six[1], four[1], six[2]]
    assert interleaved([*four, *six]) == [four[0], six[0], four[1], six[1], six[2]]
    assert interleaved([]) == []


def test_an_address_is_not_looked_up() -> None:
    assert addresses("127.0.0.1", 80, socket.AI_NUMERICHOST) == [(V4, ("127.0.0.1", 80))]
    with pytest.raises(OSError, match="not"):
        addresses("localhost", 80, socket.AI_NUMERICHOST)


def test_a_name_that_is_not_ascii_is_none() -> None:
    with pytest.raises(OSError, match="not a name"):
        addresses("bücher.test", 80)


def test_a_connected_socket_is_ready_for_use() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        sock = perform(connect("127.0.0.1", listener.getsockname()[1], float("inf")))
        assert isinstance(sock, socket.socket)
        with sock:
            assert sock.getblocking() is False
            assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
            assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
