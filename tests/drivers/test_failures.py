"""Whatever goes wrong has its kind, and leaves nothing behind."""

from __future__ import annotations

import threading

import pytest

from sansio import APITimeoutError, ChatResponse, Limits, RateLimitError, Retry, Timeouts, TruncatedStreamError
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


def test_what_came_before_a_reset_is_shown_before_it(driver: Driver) -> None:
    """The user comes back for it when the connection is long gone."""
    ended = threading.Event()

    def script(peer: Peer) -> None:
        peer.request()
        peer.send(STREAM_HEAD + _HALF)
        asked.wait(20)
        peer.send(chunk(delta("lo")))
        peer.reset()
        ended.set()

    asked = threading.Event()

    async def scenario(client: Client) -> None:
        texts: list[str] = []
        answer = client.stream(REQUEST)

        async def read(_: Client) -> None:
            async for text in answer.text:
                texts.append(text)
                asked.set()
                while not ended.is_set():
                    await driver.sleep(0.001)

        exc = await failing(client, read)
        assert (texts, exc.failure.kind) == (["hel", "lo"], "truncated")

    with Server(script) as server:
        run(driver, server, scenario)


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


def test_an_exception_has_all_that_is_known(driver: Driver) -> None:
    fields = ("x-request-id: req_1", "retry-after: 7", "x-should-retry: false")
    with Server(once(error("429 Too Many Requests", *fields, message="slow down"))) as server:
        exc = run(driver, server, lambda client: failing(client, send), retry=Retry())
    assert type(exc) is RateLimitError
    assert (exc.status_code, exc.request_id, exc.provider, exc.retry_after) == (429, "req_1", "openai", 7.0)
    assert b"slow down" in exc.body
    assert "slow down" in str(exc)
    assert exc.partial is None
    assert (exc.failure.kind, exc.failure.should_retry) == ("rate_limited", False)
    assert server.connections == 1


def test_a_retry_after_in_seconds_is_obeyed(driver: Driver) -> None:
    scripts = [once(error("503 Service Unavailable", "retry-after: 0")), always(ANSWER)]
    with Server(*scripts) as server:
        assert run(driver, server, send, retry=Retry(base=1e6, cap=1e6)).text == "hello"


def test_a_retry_after_date_counts_from_the_responses_own(driver: Driver) -> None:
    """The server's clock may be days away from ours."""
    dates = ("date: Fri, 20 Nov 2020 10:00:00 GMT", "retry-after: Fri, 20 Nov 2020 10:00:00 GMT")
    with Server(once(error("503 Service Unavailable", *dates)), always(ANSWER)) as server:
        assert run(driver, server, send, retry=Retry(base=1e6, cap=1e6)).text == "hello"


def test_the_retries_are_counted(driver: Driver) -> None:
    with Server(once(error("500 Internal Server Error"))) as server:
        exc = run(driver, server, lambda client: failing(client, send), retry=Retry(retries=2, base=0.001))
    assert exc.failure.kind == "server_error"
    assert server.connections == 3
