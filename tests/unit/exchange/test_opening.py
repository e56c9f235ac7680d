"""What a body is, told by its first bytes."""

from __future__ import annotations

import gzip
import zlib

import pytest

import sansio
from sansio import ChatRequest, ChatResponse, Completed, Exchange, Failed, Limits

_WHOLE = b'{"choices":[{"message":{"content":"a"},"finish_reason":"stop"}]}'
_STREAM = b'data: {"choices":[{"delta":{"content":"a"},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'
_EVENTS = "text/event-stream; charset=utf-8"
_JSON = "application/json"
_PROVIDER = sansio.provider("openai", api_key="key")


def _end(
    body: bytes, type_: str | None = None, coding: str | None = None, *, stream: bool = True, status: int = 200
) -> Completed[ChatResponse] | Failed:
    """How it ends, the same for the whole body and byte by byte."""
    ends: list[Completed[ChatResponse] | Failed] = []
    for step in (1, len(body) or 1):
        exchange = Exchange(_PROVIDER, ChatRequest(model="m", messages="hi"), stream=stream)
        headers = [("Content-Type", type_), ("Content-Encoding", coding)]
        exchange.receive_head(status, [(name, value) for name, value in headers if value is not None])
        for start in range(0, len(body), step):
            exchange.receive_data(body[start : start + step])
        exchange.receive_eof()
        assert exchange.outcome is not None
        ends.append(exchange.outcome)
    assert ends[0] == ends[1]
    return ends[0]


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("type_", [_EVENTS, _JSON, "text/plain", None])
@pytest.mark.parametrize("coding", [None, "gzip", "br"])
@pytest.mark.parametrize(
    "body",
    [
        _WHOLE,
        _STREAM,
        b"\xef\xbb\xbf" + _WHOLE,
        b"\xef\xbb\xbf" + _STREAM,
        b"\r\n \n \t" + _WHOLE,
        b"\n\n" + _STREAM,
        b": comment\n\n" + _STREAM,
        b"event: x\n" + _STREAM,
        b"id: 1\n" + _STREAM,
        b"retry: 1\r\n" + _STREAM,
        gzip.compress(_WHOLE, mtime=0),
        gzip.compress(_STREAM, mtime=0),
        zlib.compress(_STREAM),
        gzip.compress(_STREAM[:20], mtime=0) + gzip.compress(_STREAM[20:], mtime=0),
    ],
)
def test_the_bytes_decide(body: bytes, coding: str | None, type_: str | None, stream: bool) -> None:
    """Neither a type nor a coding that is untrue, nor a verb that was not heeded, changes what is read."""
    end = _end(body, type_, coding, stream=stream)
    assert isinstance(end, Completed)
    assert end.response.text == "a"


def _kind(end: Completed[ChatResponse] | Failed) -> tuple[str, str]:
    assert isinstance(end, Failed)
    return end.failure.kind, end.failure.message


def test_a_coding_that_was_not_asked_for() -> None:
    assert _kind(_end(b"\x1b\x2a\x00", _JSON, "br")) == ("protocol", "the body is in br, which was not asked for")
    assert _kind(_end(b"\x28\xb5\x2f\xfd", _EVENTS, "zstd"))[0] == "protocol"


def test_a_coding_that_is_broken() -> None:
    coded = gzip.compress(_STREAM, mtime=0)
    assert _kind(_end(coded[:10] + b"\xff" * 20, _EVENTS))[0] == "protocol"
    assert _kind(_end(b"\x1f\x8b\xff\xff", _JSON, status=503)) == (
        "service_unavailable",
        "status 503 without an explanation",
    )


def test_a_coding_that_is_cut_off() -> None:
    assert _kind(_end(gzip.compress(_WHOLE, mtime=0)[:-4], _JSON))[0] == "truncated"
    assert _kind(_end(gzip.compress(_STREAM, mtime=0)[:4], _EVENTS))[0] == "truncated"


def test_a_limit_counts_what_was_inflated() -> None:
    limits = sansio.Limits(body=1_000_000)
    exchange = Exchange(_PROVIDER, ChatRequest(model="m", messages="hi"), limits=limits)
    exchange.receive_head(200, [])
    exchange.receive_data(gzip.compress(b"{" + b" " * 1_000_000, mtime=0))
    assert isinstance(exchange.outcome, Failed)
    assert exchange.outcome.failure.kind == "limit_exceeded"


@pytest.mark.parametrize("body", [b"", b" ", b"\n \n", b"d", b"\xef\xbb"])
def test_a_body_that_says_nothing(body: bytes) -> None:
    assert _kind(_end(body, _EVENTS))[0] == "truncated"
    assert _kind(_end(body, _JSON, stream=False))[0] == "truncated"


@pytest.mark.parametrize("over", [0, 1])
def test_white_space_counts_for_the_limit(over: int) -> None:
    exchange = Exchange(_PROVIDER, ChatRequest(model="m", messages="hi"), limits=Limits(body=100))
    exchange.receive_head(200, [])
    for _ in range(101 + over):  # one is kept
        exchange.receive_data(b"\n")
    assert (exchange.outcome is not None) == bool(over)
    assert not isinstance(exchange.outcome, Failed) or exchange.outcome.failure.kind == "limit_exceeded"


def test_neither_events_nor_json() -> None:
    assert _kind(_end(b"<html><title>Sign in</title>", "text/html"))[0] == "protocol"
    assert _kind(_end(b"<html><title>Sign in</title>", _EVENTS))[0] == "truncated"
    assert _kind(_end(b"dat: x", _JSON))[0] == "protocol"


def test_an_indented_field_is_none() -> None:
    assert _kind(_end(b" " + _STREAM.partition(b"data: [DONE]")[0], _EVENTS))[0] == "truncated"


def test_a_stream_that_begins_with_a_bare_line() -> None:
    end = _end(b'{"status":"queued"}\n\n' + _STREAM, _EVENTS)
    assert isinstance(end, Completed)
    assert _kind(_end(b'{"error":"busy"}\n\n' + _STREAM, _EVENTS)) == ("server_error", "busy")
    assert _kind(_end(b'{\n"error":\n"busy"\n}', _EVENTS)) == ("server_error", "busy")


@pytest.mark.parametrize("body", [gzip.compress(b'{"error":"no"}', mtime=0), b'{"error":"no"}', b"x", b""])
def test_explanations_of_errors(body: bytes) -> None:
    kind, message = _kind(_end(body, _JSON, "gzip", status=400))
    assert kind == "bad_request"
    assert message == {b"x": "x", b"": "status 400 without an explanation"}.get(body, "no")


@pytest.mark.parametrize(
    ("body", "failure"),
    [
        ([], "truncated"),
        ([b""], "truncated"),
        ([b"", b'{"message":"no"}'], "server_error"),
        ([b"\x00\x00"], "truncated"),
    ],
)
def test_where_messages_of_the_event_stream_are_expected(body: list[bytes], failure: str) -> None:
    """Nothing at all, a document, and a message that is cut."""
    bedrock = sansio.provider("bedrock", region="us-east-1", api_key="key")
    exchange = Exchange(bedrock, ChatRequest(model="m", messages="hi"), stream=True)
    exchange.receive_head(200, [("content-type", "application/vnd.amazon.eventstream")])
    for data in body:
        exchange.receive_data(data)
    exchange.receive_eof()
    assert isinstance(exchange.outcome, Failed)
    assert exchange.outcome.failure.kind == failure


@pytest.mark.parametrize("cut", [1, 2, 12, -1])
def test_a_document_where_messages_of_the_event_stream_are_expected(cut: int) -> None:
    """It is read once, wherever it is cut."""
    bedrock = sansio.provider("bedrock", region="us-east-1", api_key="key")
    exchange = Exchange(bedrock, ChatRequest(model="m", messages="hi"), stream=True)
    exchange.receive_head(200, [("content-type", "application/json")])
    body = b'{"output":{"message":{"role":"assistant","content":[{"text":"a"}]}},"stopReason":"end_turn"}'
    for data in (body[:cut], body[cut:]):
        exchange.receive_data(data)
    exchange.receive_eof()
    assert isinstance(exchange.outcome, Completed)
    assert exchange.outcome.response.text == "a"
