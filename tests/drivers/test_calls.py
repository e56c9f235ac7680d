"""Calls that go well, on connections that are kept, closed, and lost between them."""

from __future__ import annotations

import msgspec
import pytest

import sansio
from sansio import ChatRequest, Completed, Failed, Fold, LocalProtocolError, TextDelta
from sansio.framing.partial import PartialJson
from sansio.types import ChatResponse
from tests.drivers.answers import (
    ANSWER,
    DONE,
    STREAM,
    STREAM_HEAD,
    always,
    chunk,
    delta,
    document,
    events,
    head,
    once,
    whole,
)
from tests.drivers.drivers import Client, Driver, noticed
from tests.drivers.scenario import REQUEST, failing, run, send, stream
from tests.drivers.server import Peer, Server


def test_a_call_is_answered(driver: Driver) -> None:
    with Server(always(ANSWER)) as server:
        assert run(driver, server, send).text == "hello"
    assert server.requests[0].target == "/v1/chat/completions"


def test_a_stream_shows_every_event_and_completed_last(driver: Driver) -> None:
    async def scenario(client: Client) -> None:
        async with client.stream(REQUEST) as answer:
            seen = [event async for event in answer]
        assert [event.text for event in seen if isinstance(event, TextDelta)] == ["hel", "lo"]
        assert isinstance(seen[-1], Completed)
        assert answer.response is seen[-1].response

    with Server(always(STREAM)) as server:
        run(driver, server, scenario)


def test_a_long_stream_shows_all_that_its_response_is_made_of(driver: Driver) -> None:
    """Thousands of events, hundreds in a read."""

    async def scenario(client: Client) -> None:
        fold = Fold()
        async with client.stream(REQUEST) as answer:
            async for event in answer:
                if not isinstance(event, Completed | Failed):
                    fold.receive(event)
        assert answer.response.text == "".join(pieces)
        assert fold.response() == msgspec.structs.replace(answer.response, request_id=None, provider=None, cost=None)

    pieces = [f"{number} " for number in range(3000)]
    body = b"".join([delta(piece) for piece in pieces]) + DONE
    with Server(always(STREAM_HEAD + chunk(body) + chunk(b""))) as server:
        run(driver, server, scenario)


def test_the_text_of_a_stream_is_its_own_iterator(driver: Driver) -> None:
    async def scenario(client: Client) -> list[str]:
        async with client.stream(REQUEST) as answer:
            return [text async for text in answer.text]

    with Server(always(STREAM)) as server:
        assert run(driver, server, scenario) == ["hel", "lo"]


def test_the_response_of_a_stream_comes_with_its_end(driver: Driver) -> None:
    async def scenario(client: Client) -> None:
        async with client.stream(REQUEST) as answer:
            async for event in answer:
                if isinstance(event, Completed):
                    assert answer.response.text == "hello"
                else:
                    with pytest.raises(LocalProtocolError, match="read to its end"):
                        _ = answer.response

    with Server(always(STREAM)) as server:
        run(driver, server, scenario)


def test_an_ended_stream_stays_ended(driver: Driver) -> None:
    async def scenario(client: Client) -> None:
        answer = client.stream(REQUEST)
        assert len([event async for event in answer]) > 2
        assert [event async for event in answer] == []
        assert answer.response.text == "hello"

    with Server(always(STREAM)) as server:
        run(driver, server, scenario)


def test_connections_are_kept(driver: Driver) -> None:
    async def scenario(client: Client) -> None:
        for _ in range(3):
            await send(client)
            await stream(client)

    def script(peer: Peer) -> None:
        while True:
            peer.send(STREAM if b'"stream":true' in peer.request().body else ANSWER)

    with Server(script) as server:
        run(driver, server, scenario)
    assert server.connections == 1
    assert len(server.requests) == 6


def test_a_client_with_options_shares_the_connections(driver: Driver) -> None:
    async def scenario(client: Client) -> None:
        await send(client)
        await send(client.with_options(headers={"X-Mine": "1"}, query={"a": "b"}))
        await client.send(REQUEST, headers={"x-mine": "2"})
        await send(client)

    with Server(always(ANSWER)) as server:
        run(driver, server, scenario)
    assert server.connections == 1
    assert [request.headers.get("x-mine") for request in server.requests] == [None, "1", "2", None]
    assert server.requests[1].target.endswith("?a=b")


@pytest.mark.parametrize("end", ["close", "half-close", "reset", "garbage"])
def test_an_idle_connection_that_was_ended_is_replaced(driver: Driver, end: str) -> None:
    """The server is done with the connection before the second request, which goes over another."""
    ended: list[bool] = []

    def ending(peer: Peer) -> None:
        peer.request()
        peer.send(ANSWER)
        match end:
            case "half-close":
                peer.half_close()
            case "reset":
                peer.reset()
            case "garbage":
                peer.send(b"HTTP/1.1 408 Request Timeout\r\n\r\n")
            case _:
                peer.sock.close()
        ended.append(True)
        if end == "half-close":
            peer.stall()

    async def scenario(client: Client) -> None:
        await send(client)
        while not ended or not noticed(client.hub):
            await driver.sleep(0.001)
        await send(client)

    with Server(ending, always(ANSWER)) as server:
        run(driver, server, scenario)
    assert server.connections == 2
    assert len(server.requests) == 2


def test_what_comes_after_a_request_is_its_answer(driver: Driver) -> None:
    """Garbage that was late cannot be told from it; and since the request may have been acted upon, it goes out once."""

    def script(peer: Peer) -> None:
        peer.request()
        peer.send(ANSWER)
        peer.request()
        peer.send(b"garbage\r\n\r\n")
        peer.stall()

    async def scenario(client: Client) -> None:
        await send(client)
        assert (await failing(client, send)).failure.kind == "protocol"

    with Server(script, always(ANSWER)) as server:
        run(driver, server, scenario)
    assert server.connections == 1


@pytest.mark.parametrize("reset", [False, True])
def test_a_connection_that_ends_under_a_request_is_replaced_once(driver: Driver, reset: bool) -> None:
    """The server ends it when the second request comes, and before it answers (RFC 9112 section 9.3.1)."""

    def stale(peer: Peer) -> None:
        peer.request()
        peer.send(ANSWER)
        peer.request()
        if reset:
            peer.reset()

    async def scenario(client: Client) -> None:
        await send(client)
        assert (await send(client)).text == "hello"

    with Server(stale, always(ANSWER)) as server:
        run(driver, server, scenario)
    assert server.connections == 2
    assert len(server.requests) == 3


def test_a_fresh_connection_that_ends_too_is_a_failure(driver: Driver) -> None:
    """The request goes out twice, and not a third time."""

    def ending(peer: Peer) -> None:
        peer.request()

    def stale(peer: Peer) -> None:
        peer.request()
        peer.send(ANSWER)
        peer.request()

    async def scenario(client: Client) -> None:
        await send(client)
        assert (await failing(client, send)).failure.kind == "connection"

    with Server(stale, ending) as server:
        run(driver, server, scenario)
    assert server.connections == 2
    assert len(server.requests) == 3


def _interim(peer: Peer) -> None:
    peer.request()
    peer.send(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n", STREAM)


def _dripping(peer: Peer) -> None:
    peer.request()
    peer.drip(STREAM)


@pytest.mark.parametrize(
    "script",
    [
        pytest.param(_interim, id="100 and 103 before the head"),
        pytest.param(_dripping, id="one byte at a time"),
        pytest.param(
            once(STREAM_HEAD, chunk(events("hel", "lo")), b"0\r\nx-check: 1\r\nx-more: 2\r\n\r\n"), id="trailers"
        ),
        pytest.param(once(head(kind="text/event-stream"), events("hello")), id="ended by closing"),
        pytest.param(
            once(STREAM_HEAD, chunk(delta("hello")), chunk(delta(None, "stop")), chunk(DONE)), id="no last chunk"
        ),
        pytest.param(once(STREAM, b"HTTP/1.1 200 OK\r\n\r\ngarbage"), id="garbage behind it"),
        pytest.param(once(ANSWER), id="a document for a stream"),
    ],
)
def test_unusual_answers_to_a_stream(driver: Driver, script: object) -> None:
    with Server(script) as server:  # type: ignore[arg-type]
        assert run(driver, server, stream).text == "hello"


@pytest.mark.parametrize(
    "pieces",
    [
        pytest.param([head(), document()], id="ended by closing"),
        pytest.param([head("200 OK", "transfer-encoding: chunked"), *map(chunk, [document(), b""])], id="chunked"),
        pytest.param([whole(document()), b"garbage"], id="garbage behind it"),
        pytest.param([b"HTTP/1.0 200 OK\r\n\r\n", document()], id="HTTP/1.0"),
    ],
)
def test_unusual_answers_to_a_request(driver: Driver, pieces: list[bytes]) -> None:
    with Server(once(*pieces)) as server:
        assert run(driver, server, send).text == "hello"


def test_a_connection_with_garbage_behind_the_answer_is_not_used_again(driver: Driver) -> None:
    async def scenario(client: Client) -> ChatResponse:
        await send(client)
        return await send(client)

    with Server(always(ANSWER + b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")) as server:
        assert run(driver, server, scenario).text == "hello"
    assert server.connections == 2


def test_names_are_looked_up(driver: Driver) -> None:
    with Server(always(ANSWER)) as server:
        assert run(driver, f"http://localhost:{server.port}/v1", send).text == "hello"


def test_a_closed_client_refuses(driver: Driver) -> None:
    async def scenario(client: Client) -> None:
        await send(client)
        await client.aclose()
        exc = await failing(client, send)
        assert (exc.failure.kind, exc.failure.message) == ("cancelled", "the client is closed")

    with Server(always(ANSWER)) as server:
        run(driver, server, scenario)


class Weather(msgspec.Struct):
    place: str
    degrees: int


def test_a_stream_may_have_a_structure(driver: Driver) -> None:
    """The text so far is JSON that is cut anywhere; the whole of it is the type that was asked for."""
    request = ChatRequest(model="openai/gpt-4o", messages="As JSON?", response_format=sansio.json_schema(Weather))
    pieces = ('{"pla', 'ce":"Os', 'lo","degr', 'ees":1', "4}")

    async def scenario(client: Client) -> None:
        partial = PartialJson()
        seen: list[object] = []
        async with client.stream(request) as answer:
            async for text in answer.text:
                partial.receive(text)
                seen.append(msgspec.json.decode(msgspec.json.encode(partial.value)))
        assert seen == [{}, {"place": "Os"}, {"place": "Oslo"}, {"place": "Oslo"}, {"place": "Oslo", "degrees": 14}]
        assert answer.response.parse(Weather) == Weather("Oslo", 14)

    with Server(once(STREAM_HEAD, *(chunk(data) for data in (events(*pieces), b"")))) as server:
        run(driver, server, scenario)
    assert b'"json_schema"' in server.requests[0].body
