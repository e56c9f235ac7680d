"""Clients that nobody closes, and options that the system refuses."""

from __future__ import annotations

import asyncio
import gc
import socket
import threading
import warnings
from collections.abc import Callable

import pytest
import trio

from sansio_transports import asyncio as asyncio_driver
from sansio_transports import sync as sync_driver
from sansio_transports import trio as trio_driver
from tests.drivers.answers import ANSWER, always
from tests.drivers.scenario import REQUEST, provider
from tests.drivers.server import Peer, Server


def drop_threads_client(url: str) -> None:
    sync_driver.Client(providers=[provider(url)]).send(REQUEST)


def drop_asyncio_client(url: str) -> None:
    async def main() -> None:
        await asyncio_driver.Client(providers=[provider(url)]).send(REQUEST)

    asyncio.run(main())


def drop_trio_client(url: str) -> None:
    async def main() -> None:
        await trio_driver.Client(providers=[provider(url)]).send(REQUEST)

    trio.run(main)


@pytest.mark.parametrize("drop", [drop_threads_client, drop_asyncio_client, drop_trio_client])
def test_a_client_that_was_never_closed_is_warned_of(drop: Callable[[str], None]) -> None:
    """As any socket: its connections are closed by the collector, with a ResourceWarning."""
    gone = threading.Event()

    def script(peer: Peer) -> None:
        try:
            always(ANSWER)(peer)
        finally:
            gone.set()

    with Server(script) as server, warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        drop(server.url)
        gc.collect()
        assert gone.wait(20)
    assert {warning.category for warning in caught} == {ResourceWarning}


def call_in_two_asyncio_loops(url: str) -> None:
    client = asyncio_driver.Client(providers=[provider(url)])
    for _ in range(2):
        assert asyncio.run(client.send(REQUEST)).text == "hello"


def call_in_two_trio_runs(url: str) -> None:
    client = trio_driver.Client(providers=[provider(url)])
    for _ in range(2):
        assert trio.run(client.send, REQUEST).text == "hello"


@pytest.mark.parametrize("call", [call_in_two_asyncio_loops, call_in_two_trio_runs])
def test_a_client_outlives_its_event_loop(call: Callable[[str], None]) -> None:
    """One run after the other: what the first left idle is looked at before it is used, as ever."""
    with Server(always(ANSWER)) as server, warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        call(server.url)
        gc.collect()
    assert {warning.category for warning in caught} == {ResourceWarning}


def test_a_connection_without_its_options_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """MacOS refuses them where the peer has reset the connection already: receiving tells that."""

    def refuse(_: socket.socket) -> None:
        raise OSError(22, "Invalid argument")

    async def main(url: str) -> None:
        async with trio_driver.Client(providers=[provider(url)]) as client:
            assert (await client.send(REQUEST)).text == "hello"

    monkeypatch.setattr(trio_driver, "tune", refuse)
    with Server(always(ANSWER)) as server:
        trio.run(main, server.url)
