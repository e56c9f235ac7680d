"""Large requests: sent while listening, read from sources piece by piece, and stopped by an early answer."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from sansio import ChatRequest, LocalProtocolError
from sansio.commands import NEVER, Broken, Chunk, Clock, Close, Ended, Flow, Head, Open, Read
from sansio.http import Body, HttpRequest, Source, Timeouts
from sansio.types import ChatResponse
from sansio_transports._sources import Content
from tests.drivers.answers import ANSWER, error, whole
from tests.drivers.drivers import Client, Driver
from tests.drivers.scenario import failing, run
from tests.drivers.server import Peer, Server

LARGE = ChatRequest(model="openai/gpt-4o", messages="x" * 8_000_000)


async def upload(client: Client) -> ChatResponse:
    return await client.send(LARGE)


def test_a_large_request_arrives_whole(driver: Driver) -> None:
    def script(peer: Peer) -> None:
        while True:
            peer.request()
            peer.send(ANSWER)

    async def scenario(client: Client) -> None:
        for _ in range(2):
            assert (await upload(client)).text == "hello"

    with Server(script) as server:
        run(driver, server, scenario)
    assert server.connections == 1
    assert [b"x" * 8_000_000 in request.body for request in server.requests] == [True, True]


@pytest.mark.parametrize("end", ["reset", "stall"])
def test_an_early_refusal_is_heard(driver: Driver, end: str) -> None:
    """The answer comes while most of the request is unsent; the server then resets, or never reads on."""

    def script(peer: Peer) -> None:
        peer.head()
        peer.send(error("413 Content Too Large", message="too much"))
        if end == "reset":
            peer.sock.close()  # with unread bytes: the kernel sends a RST behind the answer
        else:
            over.wait(20)

    over = threading.Event()
    with Server(script) as server:
        exc = run(driver, server, lambda client: failing(client, upload))
        over.set()
    assert exc.failure.kind == "request_too_large"
    assert "too much" in str(exc)


def test_an_answer_that_ends_the_upload_costs_the_connection(driver: Driver) -> None:
    def script(peer: Peer) -> None:
        peer.head()
        peer.send(ANSWER)
        peer.stall()

    async def scenario(client: Client) -> None:
        assert (await upload(client)).text == "hello"
        assert (await upload(client)).text == "hello"

    with Server(script) as server:
        run(driver, server, scenario)
    assert server.connections == 2


def post(url: str, body: Body) -> Callable[[Clock], Flow[bytes | Broken]]:
    """A flow that sends *body*, and returns what is answered."""

    def flow(_: Clock) -> Flow[bytes | Broken]:
        head = yield Open(HttpRequest("POST", url, (), body), Timeouts(connect=20.0, read=20.0), NEVER)
        if isinstance(head, Broken):
            return head
        assert isinstance(head, Head)
        data = b""
        while not isinstance(reply := (yield Read(20.0, NEVER)), Ended):
            assert isinstance(reply, Chunk)
            data += reply.data
        yield Close(NEVER)
        return data

    return flow


SOURCE = bytes(range(256)) * 4096  # 1 MiB
PARTS = Body((b"head;", Source("one", len(SOURCE)), b";", Source("two", 3), b";tail"), len(SOURCE) + 14)


def echo(peer: Peer) -> None:
    peer.send(whole(peer.request().body))


def sources(kind: str, folder: Path) -> Mapping[str, Content]:
    """The same two sources in another form."""
    (folder / "one").write_bytes(SOURCE)
    (folder / "two").write_bytes(b"abc")
    match kind:
        case "bytes":
            return {"one": SOURCE, "two": b"abc"}
        case "files":
            return {"one": io.BytesIO(SOURCE), "two": io.BytesIO(b"abc")}
        case "text paths":
            return {"one": str(folder / "one"), "two": str(folder / "two")}
        case _:
            return {"one": folder / "one", "two": folder / "two"}


@pytest.mark.parametrize("kind", ["bytes", "files", "paths", "text paths"])
def test_sources_are_sent_between_the_other_parts(driver: Driver, kind: str, tmp_path: Path) -> None:
    with Server(echo) as server:

        async def scenario(client: Client) -> bytes | Broken:
            value, _ = await client.perform(post(server.url, PARTS), sources(kind, tmp_path))
            return value

        assert run(driver, server, scenario) == b"head;" + SOURCE + b";abc;tail"


def test_a_file_that_is_gone_breaks_the_call(driver: Driver, tmp_path: Path) -> None:
    with Server(echo) as server:

        async def scenario(client: Client) -> bytes | Broken:
            value, _ = await client.perform(post(server.url, PARTS), {"one": tmp_path / "none", "two": b"abc"})
            return value

        broken = run(driver, server, scenario)
    assert isinstance(broken, Broken)
    assert broken.kind == "connection"
    assert "'one'" in broken.reason


def test_a_source_that_is_too_short_breaks_the_call(driver: Driver) -> None:
    with Server(echo) as server:

        async def scenario(client: Client) -> bytes | Broken:
            value, _ = await client.perform(post(server.url, PARTS), {"one": b"short", "two": b"abc"})
            return value

        broken = run(driver, server, scenario)
    assert isinstance(broken, Broken)
    assert "ended before its size" in broken.reason


def test_an_unknown_source_is_the_callers_mistake(driver: Driver) -> None:
    with Server(echo) as server:

        async def scenario(client: Client) -> None:
            with pytest.raises(LocalProtocolError, match="no source 'one'"):
                await client.perform(post(server.url, PARTS), {"two": b"abc"})

        run(driver, server, scenario)
