"""From a name to a connection: look-ups that fail or hang, addresses that refuse or keep silent."""

from __future__ import annotations

import gc
import socket
import threading
from typing import Any

import pytest

from sansio import APIConnectionError, Timeouts
from sansio_transports import _connecting, _happy_eyeballs
from sansio_transports import trio as trio_driver
from tests.drivers.answers import ANSWER, always
from tests.drivers.conftest import Names
from tests.drivers.drivers import Driver
from tests.drivers.places import for_an_address, silent_address
from tests.drivers.scenario import failing, run, send
from tests.drivers.server import Server


def test_a_refused_connection(driver: Driver) -> None:
    """The port is ours, so that no other program listens there, and nobody does."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        port = bound.getsockname()[1]
        exc = run(driver, f"http://127.0.0.1:{port}/v1", lambda client: failing(client, send))
    assert type(exc) is APIConnectionError
    assert "refused" in exc.failure.message


def test_an_unknown_name(driver: Driver, names: Names) -> None:
    def unknown(_: int) -> list[Any]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    names["nowhere.test"] = unknown
    exc = run(driver, "http://nowhere.test/v1", lambda client: failing(client, send))
    assert exc.failure.kind == "connection"
    assert "not known" in exc.failure.message


def test_a_name_look_up_that_takes_too_long(driver: Driver, names: Names) -> None:
    """The deadline counts for the look-up too; its thread is left behind, by the event loop's end as well."""
    late = threading.Event()
    looked_up: list[bool] = []

    def slow(_: int) -> list[Any]:
        looked_up.append(late.wait(10))
        raise socket.gaierror(socket.EAI_AGAIN, "try again")

    names["slow.test"] = slow
    exc = run(driver, "http://slow.test/v1", lambda client: failing(client, send), timeouts=Timeouts(connect=0.1))
    assert exc.failure.kind == "timeout"
    assert looked_up == []
    late.set()


def test_the_next_address_is_tried_where_one_refuses(driver: Driver, names: Names) -> None:
    def several(port: int) -> list[Any]:
        v4 = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, port)) for host in ("127.0.0.2", "127.0.0.1")]
        return [(socket.AF_INET6, socket.SOCK_STREAM, 6, "", ("::1", port, 0, 0)), *v4]

    names["several.test"] = several
    with Server(always(ANSWER)) as server:
        assert run(driver, f"http://several.test:{server.port}/v1", send).text == "hello"


def test_an_address_that_does_not_answer_is_not_waited_for(driver: Driver, names: Names) -> None:
    """The first listener's queue is full: its kernel says nothing.  The second is tried after 250 ms."""
    with silent_address() as silent, Server(always(ANSWER)) as server:

        def several(_: int) -> list[Any]:
            addresses = (silent, ("127.0.0.1", server.port))
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", address) for address in addresses]

        names["slow.test"] = several
        assert run(driver, "http://slow.test/v1", send).text == "hello"


def test_an_address_that_keeps_silent_is_a_timeout(driver: Driver) -> None:
    with for_an_address() as place:
        exc = run(driver, place.url, lambda client: failing(client, send), timeouts=Timeouts(connect=0.1))
    assert exc.failure.kind == "timeout"


def test_the_reason_of_the_last_address_is_told(driver: Driver, names: Names) -> None:
    def several(port: int) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (f"127.0.0.{n}", port)) for n in (2, 3)]

    names["several.test"] = several
    with socket.socket() as bound:
        bound.bind(("0.0.0.0", 0))
        port = bound.getsockname()[1]
        exc = run(driver, f"http://several.test:{port}/v1", lambda client: failing(client, send))
    assert exc.failure.kind == "connection"
    assert "several.test" in exc.failure.message
    assert "refused" in exc.failure.message


def test_a_name_without_addresses(driver: Driver, names: Names) -> None:
    names["empty.test"] = lambda _: []
    exc = run(driver, "http://empty.test/v1", lambda client: failing(client, send))
    assert exc.failure.kind == "connection"


def test_addresses_that_cannot_even_be_tried(driver: Driver, names: Names) -> None:
    """A family that the system lacks, and an address that it has no route to: neither costs time."""

    def several(port: int) -> list[Any]:
        return [
            (socket.AF_APPLETALK, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port)),
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("255.255.255.255", port)),
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port)),
        ]

    names["several.test"] = several
    with Server(always(ANSWER)) as server:
        assert run(driver, f"http://several.test:{server.port}/v1", send).text == "hello"


def test_of_two_addresses_that_answer_one_is_kept(
    driver: Driver, names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other connection is closed, whenever it comes about."""

    def several(port: int) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))] * 4

    for module in (_connecting, _happy_eyeballs, trio_driver):
        monkeypatch.setattr(module, "STAGGER", 0.0)
    names["several.test"] = several
    with Server(always(ANSWER)) as server:
        for _ in range(5):
            assert run(driver, f"http://several.test:{server.port}/v1", send).text == "hello"
        gc.collect()
    assert len(server.requests) == 5
