"""Whatever goes wrong has its kind, and leaves nothing behind."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from typing import Any

import pytest

from sansio import APIConnectionError, APITimeoutError, ChatResponse, Limits, Retry, Timeouts, TruncatedStreamError
from sansio.errors import EXCEPTIONS, Kind
from tests.drivers.answers import (
    ANSWER,
    STREAM,
    STREAM_HEAD,
    always,
    chunk,
    delta,
    document,
    error,
    head,
    once,
    whole,
)
from tests.drivers.drivers import Client, Driver
from tests.drivers.scenario import HASTY, PATIENT, REQUEST, failing, run, send, stream
from tests.drivers.server import Peer, Script, Server


def then_reset(*pieces: bytes) -> Script:
    """Answer with these pieces, and reset the connection."""

    def script(peer: Peer) -> None:
        peer.request()
        peer.send(*pieces)
        peer.reset()

    return script


def then_stall(*pieces: bytes) -> Script:
    """Answer with these pieces, and say nothing more."""

    def script(peer: Peer) -> None:
        peer.request()
        peer.send(*pieces)
        peer.stall()

    return script


_HUGE = "x-long: " + "a" * 70_000
_HALF = chunk(delta("hel"))

UNARY = {
    "closed before the head": (once(), "connection"),
    "reset before the head": (then_reset(), "connection"),
    "closed in the head": (once(b"HTTP/1.1 200 OK\r\ncontent-"), "connection"),
    "reset in the head": (then_reset(b"HTTP/1.1 200 OK\r\ncontent-"), "connection"),
    "not HTTP": (once(b"SSH-2.0-OpenSSH_9.6\r\n\r\n"), "protocol"),
    "huge head": (once(head("200 OK", _HUGE)), "limit_exceeded"),
    "endless head": (then_stall(b"HTTP/1.1 200 OK\r\nx-long: " + b"a" * 200_000), "limit_exceeded"),
    "body too short": (once(head("200 OK", "content-length: 1000"), document()), "truncated"),
    "body cut by a reset": (then_reset(head("200 OK", "content-length: 1000"), document()[:40]), "truncated"),
    "body cut by its length": (once(head("200 OK", "content-length: 40"), document()), "truncated"),
    "not JSON": (once(whole(b"<html>")), "protocol"),
    "bad chunk size": (once(head("200 OK", "transfer-encoding: chunked"), b"zz\r\nabc\r\n"), "protocol"),
    "401": (once(error("401 Unauthorized")), "authentication"),
    "404": (once(error("404 Not Found")), "not_found"),
    "429": (once(error("429 Too Many Requests")), "rate_limited"),
    "500": (once(error("500 Internal Server Error")), "server_error"),
    "redirect": (once(whole(b"", "302 Found", "location: /elsewhere")), "bad_request"),
}


@pytest.mark.parametrize("name", UNARY)
def test_a_call_fails_with_its_kind(driver: Driver, name: str) -> None:
    script, kind = UNARY[name]
    with Server(script) as server:
        exc = run(driver, server, lambda client: failing(client, send))
    assert exc.failure.kind == kind
    assert type(exc) is EXCEPTIONS[exc.failure.kind]
    assert exc.provider == "openai"


STREAMS = {
    "closed in the middle": (once(STREAM_HEAD, _HALF), "truncated"),
    "ended cleanly in the middle": (once(STREAM_HEAD, _HALF, chunk(b"")), "truncated"),
    "reset in the middle": (then_reset(STREAM_HEAD, _HALF), "truncated"),
    "bad chunk size": (once(STREAM_HEAD, _HALF, b"-1\r\n"), "protocol"),
    "not JSON": (once(STREAM_HEAD, _HALF, chunk(b"data: {\n\n")), "protocol"),
    "error event": (
        once(STREAM_HEAD, _HALF, chunk(b'data: {"error": {"message": "no", "type": "server_error"}}\n\n')),
        "server_error",
    ),
}


@pytest.mark.parametrize("name", STREAMS)
def test_a_broken_stream_shows_what_came_and_then_raises(driver: Driver, name: str) -> None:
    script, kind = STREAMS[name]

    async def scenario(client: Client) -> None:
        texts: list[str] = []

        async def read(client: Client) -> None:
            async with client.stream(REQUEST) as answer:
                async for text in answer.text:
                    texts.append(text)  # noqa: PERF401  # what came before the failure is to stay

        exc = await failing(client, read)
        assert (exc.failure.kind, texts) == (kind, ["hel"])
        assert exc.partial is not None
        assert exc.partial.text == "hel"

    with Server(script) as server:
        run(driver, server, scenario)


STALLS: dict[str, tuple[Script, str, Timeouts]] = {
    "before the head": (then_stall(), "silent", HASTY),
    "in the head": (then_stall(b"HTTP/1.1 200"), "silent", HASTY),
    "in the body": (then_stall(STREAM_HEAD, _HALF), "silent", HASTY),
    "before the first output": (
        then_stall(STREAM_HEAD),
        "no output",
        Timeouts(connect=20.0, read=20.0, first_event=0.1),
    ),
    "in all": (then_stall(STREAM_HEAD, _HALF), "total", Timeouts(connect=20.0, read=20.0, total=0.1)),
}


@pytest.mark.parametrize("name", STALLS)
def test_each_clock_ends_a_stalled_stream(driver: Driver, name: str) -> None:
    script, _, timeouts = STALLS[name]
    with Server(script) as server:
        exc = run(driver, server, lambda client: failing(client, stream), timeouts=timeouts)
    assert isinstance(exc, APITimeoutError)


def test_a_peer_that_takes_no_more_is_a_timeout(driver: Driver) -> None:
    """Megabytes that nobody reads: no progress for the time of `read`."""
    request = type(REQUEST)(model="openai/gpt-4o", messages="x" * 20_000_000)

    over = threading.Event()

    def script(peer: Peer) -> None:
        peer.head()
        over.wait(20)

    async def call(client: Client) -> ChatResponse:
        return await client.send(request)

    with Server(script) as server:
        exc = run(driver, server, lambda client: failing(client, call), timeouts=HASTY)
        over.set()
    assert exc.failure.kind == "timeout"


def test_a_refused_connection(driver: Driver) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    exc = run(driver, f"http://127.0.0.1:{port}/v1", lambda client: failing(client, send))
    assert type(exc) is APIConnectionError
    assert "refused" in exc.failure.message


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, Callable[[int], list[Any]]]:
    """Names of the test's own, each with a function that answers the look-up for a port."""
    real = socket.getaddrinfo
    known: dict[str, Callable[[int], list[Any]]] = {}

    def look_up(host: str | bytes, port: int, *rest: int, **options: int) -> list[Any]:  # getaddrinfo's own
        answer = known.get(host.decode() if isinstance(host, bytes) else host)
        if answer is None:
            return list(real(host, port, *rest, **options))
        if (rest[3] if rest[3:] else options.get("flags", 0)) & socket.AI_NUMERICHOST:
            raise socket.gaierror(socket.EAI_NONAME, "not numeric")
        return answer(port)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return known


def test_an_unknown_name(driver: Driver, names: dict[str, Callable[[int], list[Any]]]) -> None:
    def unknown(_: int) -> list[Any]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    names["nowhere.test"] = unknown
    exc = run(driver, "http://nowhere.test/v1", lambda client: failing(client, send))
    assert exc.failure.kind == "connection"
    assert "not known" in exc.failure.message


def test_a_name_look_up_that_takes_too_long(driver: Driver, names: dict[str, Callable[[int], list[Any]]]) -> None:
    """The deadline counts for the look-up too; its thread is left behind."""
    late = threading.Event()

    def slow(_: int) -> list[Any]:
        late.wait(10)
        raise socket.gaierror(socket.EAI_AGAIN, "try again")

    async def scenario(client: Client) -> None:
        try:
            exc = await failing(client, send)
        finally:
            late.set()
        assert exc.failure.kind == "timeout"

    names["slow.test"] = slow
    run(driver, "http://slow.test/v1", scenario, timeouts=Timeouts(connect=0.1))


def test_the_next_address_is_tried_where_one_refuses(
    driver: Driver, names: dict[str, Callable[[int], list[Any]]]
) -> None:
    def several(port: int) -> list[Any]:
        v4 = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, port)) for host in ("127.0.0.2", "127.0.0.1")]
        return [(socket.AF_INET6, socket.SOCK_STREAM, 6, "", ("::1", port, 0, 0)), *v4]

    names["several.test"] = several
    with Server(always(ANSWER)) as server:
        assert run(driver, f"http://several.test:{server.port}/v1", send).text == "hello"


def test_a_failed_attempt_is_made_again(driver: Driver) -> None:
    scripts = [then_reset(), once(error("500 Internal Server Error")), always(STREAM)]
    with Server(*scripts) as server:
        assert run(driver, server, stream, retry=Retry(base=0.001)).text == "hello"
    assert server.connections == 3


def test_a_stream_is_not_made_again_once_it_was_seen(driver: Driver) -> None:
    with Server(once(STREAM_HEAD, _HALF)) as server:
        exc = run(driver, server, lambda client: failing(client, stream), retry=Retry(base=0.001))
    assert type(exc) is TruncatedStreamError
    assert server.connections == 1


def test_retry_after_is_obeyed(driver: Driver) -> None:
    """Its milliseconds are waited, not those of the backoff, which would outlast the test."""
    script = error("429 Too Many Requests", "retry-after-ms: 30")

    def first(peer: Peer) -> None:
        peer.request()
        peer.send(script)
        peer.request()
        peer.send(ANSWER)

    with Server(first) as server:
        assert run(driver, server, send, retry=Retry(base=1e6, cap=1e6)).text == "hello"
    assert server.connections == 1


def test_a_retry_after_that_is_too_long_ends_the_call(driver: Driver) -> None:
    with Server(once(error("429 Too Many Requests", "retry-after: 86400"))) as server:
        exc = run(driver, server, lambda client: failing(client, send), retry=Retry())
    assert exc.retry_after == 86400
    assert server.connections == 1


def test_the_head_limit_is_the_clients(driver: Driver) -> None:
    with Server(always(whole(document(), "200 OK", "x-long: " + "a" * 2000))) as server:
        exc = run(driver, server, lambda client: failing(client, send), limits=Limits(head=1000))
        assert run(driver, server, send, limits=Limits(head=3000)).text == "hello"
    assert exc.failure.kind == "limit_exceeded"


def test_kinds_are_closed() -> None:
    """What the tables above expect are kinds of the library."""
    kinds: set[Kind] = set(EXCEPTIONS)
    assert {kind for _, kind in (*UNARY.values(), *STREAMS.values())} <= kinds
    assert PATIENT.total is None
