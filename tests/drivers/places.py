"""Somewhere for a call to wait: for its connection, for room to send, for more of the answer, for the next attempt."""

from __future__ import annotations

import socket
import threading
from collections.abc import Awaitable, Callable, Generator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TypeAlias

from sansio import ChatRequest, Retry
from sansio.wire.pool import PoolLimits
from sansio_transports._setup import Configuration
from sansio_transports._stream import response_of
from tests.drivers.answers import STREAM_HEAD, chunk, delta, error, once
from tests.drivers.drivers import Client
from tests.drivers.scenario import REQUEST, racing, send
from tests.drivers.server import Peer, Server


@dataclass
class Place:
    """Somewhere for a call to wait: the call, and whether it is there."""

    url: str
    call: Callable[[Client], Awaitable[object]]
    reached: Callable[[Client], object]
    configuration: Configuration = field(default_factory=Configuration)


def silent(peer: Peer) -> None:
    peer.request()
    peer.stall()


@contextmanager
def for_the_head() -> Generator[Place]:
    with Server(silent) as server:
        yield Place(server.url, send, lambda _: server.requests)


@contextmanager
def for_the_body() -> Generator[Place]:
    def script(peer: Peer) -> None:
        peer.request()
        peer.send(STREAM_HEAD, chunk(delta("hel")))
        peer.stall()

    async def call(client: Client) -> None:
        async with client.stream(REQUEST) as answer:
            async for _ in answer:
                seen.add(True)

    seen: set[bool] = set()
    with Server(script) as server:
        yield Place(server.url, call, lambda _: seen)


@contextmanager
def for_a_body_that_closing_ends() -> Generator[Place]:
    """Where an end that we make ourselves must not be taken for the peer's."""

    def script(peer: Peer) -> None:
        peer.request()
        peer.send(b"HTTP/1.1 200 OK\r\n\r\n{")
        sent.set()
        peer.stall()

    sent = threading.Event()
    with Server(script) as server:
        yield Place(server.url, send, lambda _: sent.is_set())


@contextmanager
def for_room_to_send() -> Generator[Place]:
    """With its Receive outstanding beside."""

    def script(peer: Peer) -> None:
        peer.head()
        asked.set()
        over.wait(20)

    async def call(client: Client) -> None:
        await client.send(ChatRequest(model="openai/gpt-4o", messages="x" * 20_000_000))

    asked, over = threading.Event(), threading.Event()
    with Server(script) as server:
        yield Place(server.url, call, lambda _: asked.is_set())
        over.set()


@contextmanager
def for_a_connection_of_the_pool() -> Generator[Place]:
    async def call(client: Client) -> None:
        async with client.stream(REQUEST) as held:
            await anext(held)
            await send(client)

    def script(peer: Peer) -> None:
        peer.request()
        peer.send(STREAM_HEAD, chunk(delta("hel")))
        peer.stall()

    with Server(script) as server:
        pool = PoolLimits(per_route=1)
        yield Place(server.url, call, lambda client: client.hub.shared.pool.waiting, {"pool": pool})


@contextmanager
def for_the_first_of_a_race() -> Generator[Place]:
    with Server(silent) as one, Server(silent) as two:

        async def call(client: Client) -> None:
            result, _ = await client.perform(racing(one.url, two.url), {})
            response_of(result.outcome)

        yield Place(one.url, call, lambda _: one.requests and two.requests)


@contextmanager
def for_the_next_attempt() -> Generator[Place]:
    with Server(once(error("500 Internal Server Error"))) as server:
        retry = Retry(base=1e6, cap=1e6)
        yield Place(server.url, send, lambda _: server.requests, {"retry": retry})


@contextmanager
def silent_address() -> Generator[tuple[str, int]]:
    """Whose queue of connections is full, so that its kernel says nothing."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full, ExitStack() as fillers:
        for _ in range(4):
            filler = fillers.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(full.getsockname())
        host, port = full.getsockname()
        yield host, port


@contextmanager
def for_an_address() -> Generator[Place]:
    begun: list[bool] = []

    async def call(client: Client) -> None:
        begun.append(True)
        await send(client)

    with silent_address() as (host, port):
        yield Place(f"http://{host}:{port}/v1", call, lambda _: begun)


Waits: TypeAlias = Callable[[], AbstractContextManager[Place]]
IN_USE: list[Waits] = [
    for_the_head,
    for_the_body,
    for_a_body_that_closing_ends,
    for_room_to_send,
    for_a_connection_of_the_pool,
    for_the_first_of_a_race,
]
"""Those where the call is past its connecting, or waits in the pool."""
