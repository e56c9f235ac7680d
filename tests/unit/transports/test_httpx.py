"""Calls over httpx: the same events, the same failures; the client's connections are given back."""

from __future__ import annotations

import asyncio
import threading
import zlib
from typing import Any

import httpx
import pytest

from sansio import APIError, ChatResponse, Completed, Event, LocalProtocolError
from sansio_transports import httpx as driver
from tests.drivers.answers import ANSWER, STREAM, STREAM_HEAD, always, chunk, delta, document, error, events, head, once
from tests.drivers.scenario import REQUEST, provider
from tests.drivers.server import Peer, Script, Server

Batches = list[list[Event[ChatResponse]]]


def ended(event: Event[ChatResponse]) -> ChatResponse:
    """The response that the last event of a stream brings."""
    assert isinstance(event, Completed)
    return event.response


class Sync:
    """The sync side."""

    def send(self, url: str, **options: Any) -> str:
        with httpx.Client(timeout=options.pop("timeout", 20.0), trust_env=False) as client:
            return driver.send(client, provider(url), REQUEST, **options).text

    def stream(self, url: str, times: int = 1, timeout: float = 20.0) -> list[list[Event[ChatResponse]]]:
        with httpx.Client(timeout=timeout, trust_env=False) as client:
            answers: list[list[Event[ChatResponse]]] = []
            for _ in range(times):
                with driver.stream(client, provider(url), REQUEST) as answer:
                    answers.append(list(answer))
                    assert list(answer) == []
                    last = answers[-1][-1]
                    assert isinstance(last, Completed)
                    assert answer.response is last.response
            return answers

    def text(self, url: str) -> list[str]:
        with httpx.Client(trust_env=False) as client, driver.stream(client, provider(url), REQUEST) as answer:
            return list(answer.text)

    def leave(self, url: str) -> None:
        with httpx.Client(trust_env=False) as client:
            with driver.stream(client, provider(url), REQUEST) as answer:
                next(answer)
            assert list(answer) == []
            with pytest.raises(LocalProtocolError, match="read to its end"):
                _ = answer.response


class Async:
    """The async side, on asyncio."""

    def send(self, url: str, **options: Any) -> str:
        async def main() -> str:
            async with httpx.AsyncClient(timeout=options.pop("timeout", 20.0), trust_env=False) as client:
                return (await driver.asend(client, provider(url), REQUEST, **options)).text

        return asyncio.run(main())

    def stream(self, url: str, times: int = 1, timeout: float = 20.0) -> list[list[Event[ChatResponse]]]:
        async def main() -> list[list[Event[ChatResponse]]]:
            answers: list[list[Event[ChatResponse]]] = []
            async with httpx.AsyncClient(timeout=timeout, trust_env=False) as client:
                for _ in range(times):
                    async with driver.astream(client, provider(url), REQUEST) as answer:
                        answers.append([event async for event in answer])
                        assert [event async for event in answer] == []
                        last = answers[-1][-1]
                        assert isinstance(last, Completed)
                        assert answer.response is last.response
            return answers

        return asyncio.run(main())

    def text(self, url: str) -> list[str]:
        async def main() -> list[str]:
            async with (
                httpx.AsyncClient(trust_env=False) as client,
                driver.astream(client, provider(url), REQUEST) as answer,
            ):
                return [text async for text in answer.text]

        return asyncio.run(main())

    def leave(self, url: str) -> None:
        async def main() -> None:
            async with httpx.AsyncClient(trust_env=False) as client:
                async with driver.astream(client, provider(url), REQUEST) as answer:
                    await anext(answer)
                assert [event async for event in answer] == []
                with pytest.raises(LocalProtocolError, match="read to its end"):
                    _ = answer.response

        asyncio.run(main())


@pytest.fixture(params=[Sync(), Async()], ids=["sync", "async"])
def side(request: pytest.FixtureRequest) -> Sync | Async:
    chosen: Sync | Async = request.param
    return chosen


def test_a_call(side: Sync | Async) -> None:
    with Server(always(ANSWER)) as server:
        assert side.send(server.url, headers=(("x-mine", "1"),), query=(("a", "b"),)) == "hello"
    (request,) = server.requests
    assert request.target == "/v1/chat/completions?a=b"
    assert (request.headers["x-mine"], request.headers["authorization"]) == ("1", "Bearer secret")
    assert request.headers["accept-encoding"] == "gzip, deflate"


def test_streams_keep_their_connection(side: Sync | Async) -> None:
    with Server(always(STREAM)) as server:
        for answer in side.stream(server.url, times=3):
            assert ended(answer[-1]).text == "hello"
    assert server.connections == 1


def test_text(side: Sync | Async) -> None:
    with Server(always(STREAM)) as server:
        assert side.text(server.url) == ["hel", "lo"]


def test_leaving_early(side: Sync | Async) -> None:
    def script(peer: Peer) -> None:
        peer.request()
        peer.send(STREAM_HEAD, chunk(delta("hel")))
        peer.stall()

    with Server(script) as server:
        side.leave(server.url)


def test_codings_are_undone_once(side: Sync | Async) -> None:
    """The exchange gets the raw body, and httpx undoes nothing."""
    packed = zlib.compress(document())
    answer = head("200 OK", "content-encoding: deflate", f"content-length: {len(packed)}") + packed
    with Server(always(answer)) as server:
        assert side.send(server.url) == "hello"


def stall(*pieces: bytes) -> Script:
    def script(peer: Peer) -> None:
        peer.request()
        peer.send(*pieces)
        peer.stall()

    return script


UNARY: dict[str, tuple[Script, str]] = {
    "refused by the API": (once(error("429 Too Many Requests")), "rate_limited"),
    "closed before the head": (once(), "connection"),
    "body too short": (once(head("200 OK", "content-length: 1000"), document()), "truncated"),
    "silent": (stall(), "timeout"),
    "silent in the body": (stall(head("200 OK", "content-length: 1000")), "timeout"),
    "no HTTP": (once(b"garbage\r\n\r\n"), "protocol"),
    "no length": (once(head("200 OK", "content-length: x")), "protocol"),
    "no chunk": (once(head("200 OK", "transfer-encoding: chunked"), b"zz\r\n"), "protocol"),
    "no end": (once(head("200 OK", "transfer-encoding: chunked"), chunk(b"{")), "truncated"),
    "closed in the head": (once(b"HTTP/1.1 200 OK\r\nx: y\r\n"), "connection"),
    "redirect": (once(head("302 Found", "location: /elsewhere", "content-length: 0")), "bad_request"),
}


@pytest.mark.parametrize("name", UNARY)
def test_a_call_fails_with_its_kind(side: Sync | Async, name: str) -> None:
    script, kind = UNARY[name]
    with Server(script) as server, pytest.raises(APIError) as caught:
        side.send(server.url, timeout=0.2)
    assert caught.value.failure.kind == kind


STREAMS: dict[str, tuple[Script, str]] = {
    "refused by the API": (once(error("429 Too Many Requests")), "rate_limited"),
    "cut": (once(STREAM_HEAD, chunk(delta("hel"))), "truncated"),
    "no chunk": (once(STREAM_HEAD, chunk(delta("hel")), b"zz\r\n"), "protocol"),
    "ended early": (once(STREAM_HEAD, chunk(delta("hel")), chunk(b"")), "truncated"),
    "silent": (stall(), "timeout"),
    "silent in the body": (stall(STREAM_HEAD, chunk(delta("hel"))), "timeout"),
}


@pytest.mark.parametrize("name", STREAMS)
def test_a_stream_fails_with_its_kind(side: Sync | Async, name: str) -> None:
    script, kind = STREAMS[name]
    with Server(script) as server, pytest.raises(APIError) as caught:
        side.stream(server.url, timeout=0.2)
    assert caught.value.failure.kind == kind


def test_a_stream_is_complete_although_its_end_never_comes(side: Sync | Async) -> None:
    """After its marker nothing turns it into a failure, not even httpx's time-out."""
    with Server(stall(STREAM_HEAD, chunk(events("hello")))) as server:
        ((*_, last),) = side.stream(server.url, timeout=0.2)
    assert isinstance(last, Completed)


def test_only_clients_of_httpx_are_taken() -> None:
    with pytest.raises(LocalProtocolError, match="no client of httpx"):
        driver.stream(object(), provider("http://127.0.0.1:1/v1"), REQUEST)  # type: ignore[arg-type]


def test_a_closed_client_is_refused() -> None:
    with httpx.Client(trust_env=False) as client:
        answer = driver.stream(client, provider("http://127.0.0.1:1/v1"), REQUEST)
    with pytest.raises(LocalProtocolError, match="the client is closed"):
        driver.send(client, provider("http://127.0.0.1:1/v1"), REQUEST)
    with pytest.raises(LocalProtocolError, match="the client is closed"):
        next(answer)


def test_a_closed_async_client_is_refused() -> None:
    async def main() -> None:
        async with httpx.AsyncClient(trust_env=False) as client:
            answer = driver.astream(client, provider("http://127.0.0.1:1/v1"), REQUEST)
        with pytest.raises(LocalProtocolError, match="the client is closed"):
            await driver.asend(client, provider("http://127.0.0.1:1/v1"), REQUEST)
        with pytest.raises(LocalProtocolError, match="the client is closed"):
            await anext(answer)

    asyncio.run(main())


def test_a_subclass_of_the_users_is_taken() -> None:
    class Mine(httpx.Client):
        """A client with a name of its own."""

    with Server(always(ANSWER)) as server, Mine(trust_env=False) as client:
        assert driver.send(client, provider(server.url), REQUEST).text == "hello"


def test_a_stream_that_is_cancelled_is_closed() -> None:
    """Nobody is left to close it: it has no context manager."""
    gone = threading.Event()

    def script(peer: Peer) -> None:
        peer.request()
        peer.send(STREAM_HEAD, chunk(delta("hel")))
        peer.stall()
        gone.set()

    async def read(answer: driver.AsyncStream[ChatResponse]) -> None:
        async for _ in answer:
            continue

    async def main(url: str) -> None:
        async with httpx.AsyncClient(timeout=None, trust_env=False) as client:  # it is cancelled
            answer = driver.astream(client, provider(url), REQUEST)
            await anext(answer)
            task = asyncio.create_task(read(answer))
            await asyncio.sleep(0)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert await asyncio.to_thread(gone.wait, 20)
            assert [event async for event in answer] == []

    with Server(script) as server:
        asyncio.run(main(server.url))


def test_a_stream_that_is_interrupted_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    def script(peer: Peer) -> None:
        peer.request()
        peer.send(STREAM_HEAD, chunk(delta("hel")))
        peer.stall()
        gone.set()

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    gone = threading.Event()
    with Server(script) as server, httpx.Client(trust_env=False) as client:
        answer = driver.stream(client, provider(server.url), REQUEST)
        next(answer)
        monkeypatch.setattr(answer, "_read", interrupted)
        with pytest.raises(KeyboardInterrupt):
            list(answer)
        assert gone.wait(20)
        assert list(answer) == []
