"""The exchange: events, and exactly one end."""

from __future__ import annotations

import tracemalloc
from typing import Any

import pytest

import sansio
from sansio import (
    ChatRequest,
    ChatResponse,
    ChoiceFinished,
    Completed,
    Credential,
    Exchange,
    Failed,
    Failure,
    Limits,
    LocalProtocolError,
    Started,
    TextDelta,
)
from sansio.auth import AwsKeys
from sansio.types import Usage

_PROVIDER = sansio.provider("openai", api_key="key", name="mine")
_SSE = [("Content-Type", "text/event-stream"), ("X-Request-Id", "req_1")]
_A = b'data: {"id":"i","choices":[{"index":0,"delta":{"content":"a"}}],"usage":{"prompt_tokens":1}}\n\n'
_B = b'data: {"choices":[{"index":0,"delta":{"content":"b"}}]}\n\n'
_STOP = b'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n'
_DONE = b"data: [DONE]\n\n"


def _exchange(*, stream: bool = True, limits: Limits | None = None) -> Exchange[ChatResponse]:
    request = ChatRequest(model="m", messages="hi")
    return Exchange(_PROVIDER, request, stream=stream, limits=limits or Limits())


def _streaming(*chunks: bytes) -> Exchange[ChatResponse]:
    exchange = _exchange()
    exchange.receive_head(200, _SSE)
    for chunk in chunks:
        exchange.receive_data(chunk)
    return exchange


def _failure(exchange: Exchange[ChatResponse]) -> Failed:
    *_, last = exchange.take_events()
    assert isinstance(last, Failed)
    assert last is exchange.outcome
    return last


def test_a_stream() -> None:
    exchange = _streaming(_A)
    assert exchange.next_event() == Started("i")
    assert exchange.next_event() == TextDelta("a")
    exchange.receive_data(_B + _STOP)
    early = exchange.outcome
    assert early is None
    exchange.receive_data(_DONE)
    assert exchange.take_events()[1:3] == [TextDelta("b"), ChoiceFinished("stop")]
    assert exchange.next_event() is None
    assert isinstance(exchange.outcome, Completed)
    response = exchange.outcome.response
    assert (response.text, response.finish_reason, response.usage) == ("ab", "stop", Usage(1))
    assert (response.request_id, response.provider) == ("req_1", "mine")


def test_completed_comes_at_the_marker_and_nothing_changes_it() -> None:
    exchange = _streaming(_A, _DONE)
    outcome = exchange.outcome
    assert isinstance(outcome, Completed)
    exchange.receive_data(b'data: {"error":"late"}\n\n')
    exchange.fail(Failure(kind="timeout", message="late"))
    exchange.receive_broken("reset")
    assert exchange.outcome is outcome
    assert exchange.take_events()[-1] is outcome


def test_an_answer_that_was_not_streamed() -> None:
    exchange = _exchange(stream=False)
    exchange.receive_head(200, [])
    exchange.receive_data(b'{"choices":[{"message":{"content":"a"}}]}')
    assert exchange.take_events() == []
    exchange.receive_eof()
    assert exchange.take_events()[0] == TextDelta("a")
    assert isinstance(exchange.outcome, Completed)
    assert not exchange.committed


def test_the_commit_point_is_the_first_output_of_a_stream() -> None:
    exchange = _streaming(b'data: {"id":"i","choices":[{"index":0,"delta":{"role":"assistant","content":""}}]}\n\n')
    assert exchange.take_events() == [Started("i")]
    assert not exchange.committed
    exchange.receive_data(_B)
    assert exchange.committed


def test_informational_heads_are_ignored() -> None:
    exchange = _exchange()
    exchange.receive_head(103, [("link", "x")])
    exchange.receive_head(200, _SSE)
    exchange.receive_data(_A + _DONE)
    assert isinstance(exchange.outcome, Completed)


def test_a_switch_of_protocols_was_not_asked_for() -> None:
    exchange = _exchange()
    exchange.receive_head(101, [])
    exchange.receive_eof()
    assert _failure(exchange).failure.kind == "bad_request"


@pytest.mark.parametrize("clean", [True, False])
def test_a_stream_that_ends_too_early_is_truncated(clean: bool) -> None:
    exchange = _streaming(_A)
    if clean:
        exchange.receive_eof()
    else:
        exchange.receive_broken("connection reset")
    failed = _failure(exchange)
    assert failed.failure == Failure(
        kind="truncated",
        message="the response ended before it was complete" if clean else "connection reset",
        status=200,
        provider="mine",
        request_id="req_1",
    )
    assert failed.partial is not None
    assert (failed.partial.text, failed.partial.usage) == ("a", Usage(1))


def test_finish_reasons_and_a_clean_end_complete() -> None:
    exchange = _streaming(_A, _STOP)
    exchange.receive_eof()
    assert isinstance(exchange.outcome, Completed)
    exchange = _streaming(_A, _STOP)
    exchange.receive_broken("reset")
    assert _failure(exchange).failure.kind == "truncated"


def test_lifecycle_alone_is_no_partial() -> None:
    exchange = _streaming(b'data: {"id":"i","model":"m","choices":[]}\n\n')
    exchange.receive_eof()
    assert _failure(exchange).partial is None


@pytest.mark.parametrize("clean", [True, False])
def test_no_response_at_all(clean: bool) -> None:
    exchange = _exchange()
    if clean:
        exchange.receive_eof()
    else:
        exchange.receive_broken("reset")
    failed = _failure(exchange)
    assert (failed.failure.kind, failed.failure.status, failed.partial) == ("connection", None, None)


@pytest.mark.parametrize("clean", [True, False])
def test_an_error_response(clean: bool) -> None:
    exchange = _exchange()
    exchange.receive_head(429, [("Retry-After", "3"), ("request-id", "r")])
    exchange.receive_data(b'{"error":{"message":"slow ')
    exchange.receive_data(b'down"}}')
    assert exchange.outcome is None
    if clean:
        exchange.receive_eof()
    else:
        exchange.receive_broken("reset")
    failure = _failure(exchange).failure
    assert (failure.kind, failure.message, failure.status) == ("rate_limited", "slow down", 429)
    assert (failure.retry_after, failure.request_id, failure.provider) == (3.0, "r", "mine")


def test_an_error_in_a_stream_ends_it_whatever_follows() -> None:
    exchange = _streaming(_A + b'data: {"error":{"message":"m","code":"rate_limit_exceeded"}}\n\n' + _B + _DONE)
    failed = _failure(exchange)
    assert (failed.failure.kind, failed.failure.message, failed.failure.status) == ("rate_limited", "m", 200)
    assert failed.partial is not None
    assert failed.partial.text == "a"


def test_an_event_that_is_no_json() -> None:
    failed = _failure(_streaming(_A + b"data: oops\n\n"))
    assert (failed.failure.kind, failed.failure.body) == ("protocol", b"oops")
    assert failed.partial is not None


def test_what_the_caller_knows_better() -> None:
    exchange = _streaming(_A)
    exchange.fail(Failure(kind="timeout", message="read timed out"))
    failed = _failure(exchange)
    assert (failed.failure.kind, failed.failure.request_id) == ("timeout", "req_1")
    assert failed.partial is not None
    exchange.receive_data(_B)
    exchange.receive_eof()
    assert exchange.next_event() is None


def test_a_failure_before_the_head() -> None:
    exchange = _exchange()
    exchange.fail(Failure(kind="connection", message="refused", provider="proxy", status=502))
    failure = _failure(exchange).failure
    assert (failure.provider, failure.status) == ("proxy", 502)
    exchange.receive_head(200, _SSE)
    exchange.receive_data(_A)
    exchange.receive_eof()
    assert exchange.next_event() is None


def test_notes_tell_what_was_dropped() -> None:
    exchange = _streaming(b'data: {"choices":[{"index":0,"delta":{"content":"a","refusal":1}}]}\n\n')
    assert exchange.notes == ["$.choices[0].delta.refusal"]


def test_renewed_is_fresh_and_encodes_nothing() -> None:
    exchange = _streaming(_A)
    fresh = exchange.renewed()
    assert type(fresh) is Exchange
    assert fresh.request is exchange.request
    assert fresh.losses is exchange.losses
    assert fresh.stream
    assert (fresh.outcome, fresh.committed, fresh.next_event()) == (None, False, None)
    fresh.receive_head(200, _SSE)
    fresh.receive_data(_B + _DONE)
    assert isinstance(fresh.outcome, Completed)
    assert fresh.outcome.response.text == "b"


def test_out_of_order() -> None:
    with pytest.raises(LocalProtocolError, match="between its head and its end"):
        _exchange().receive_data(b"x")
    exchange = _streaming(_A)
    with pytest.raises(LocalProtocolError, match="comes once"):
        exchange.receive_head(200, [])
    exchange.receive_data(_DONE)
    with pytest.raises(LocalProtocolError, match="comes once"):
        exchange.receive_head(200, [])
    exchange.receive_eof()
    with pytest.raises(LocalProtocolError, match="between its head and its end"):
        exchange.receive_data(b"x")
    for end in (exchange.receive_eof, lambda: exchange.receive_broken("again")):
        with pytest.raises(LocalProtocolError, match="ends once"):
            end()
    ended = _exchange()
    ended.receive_eof()
    with pytest.raises(LocalProtocolError, match="before its end"):
        ended.receive_head(200, [])


def test_one_huge_event_takes_no_more_than_twice_the_limit() -> None:
    limit = Limits().event
    exchange = _exchange()
    exchange.receive_head(200, _SSE)
    piece = b"x" * 65536
    tracemalloc.start()
    exchange.receive_data(b'data: {"choices":[{"delta":{"content":"')
    while exchange.outcome is None:
        exchange.receive_data(piece)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert _failure(exchange).failure.kind == "limit_exceeded"
    assert peak < 2 * limit


@pytest.mark.parametrize(
    "headers",
    [{"content-type": "a"}, [(b"content-type", b"a")], [("content-type", b"a")], ["ab", "abc"], [(1, "a")], 5],
)
def test_headers_that_are_no_pairs_of_text(headers: Any) -> None:
    exchange = Exchange(_PROVIDER, ChatRequest(model="m", messages="hi"))
    with pytest.raises(LocalProtocolError, match="pairs"):
        exchange.receive_head(200, headers)
    exchange.receive_head(200, [])


def test_another_attempt_is_signed_for_its_own_time_and_keeps_what_it_was_handed() -> None:
    keys = AwsKeys("id", "secret")
    bedrock = sansio.provider("bedrock", secret=keys, region="us-east-1")
    asked = ChatRequest(model="amazon.nova-pro-v1:0", messages="hi")
    first = Exchange(bedrock, asked, unix=1_700_000_000.0)
    dates = [
        dict(each.request.headers)["x-amz-date"] for each in (first, first.renewed(), first.renewed(unix=1.7e9 + 60))
    ]
    assert dates == ["20231114T221320Z", "20231114T221320Z", "20231114T221420Z"]
    token = Credential((("authorization", "Bearer t"),))
    handed = Exchange(bedrock, asked, credential=token, unix=1_700_000_000.0).renewed(unix=1.7e9 + 60)
    assert dict(handed.request.headers)["authorization"] == "Bearer t"
    other = handed.renewed(credential=Credential((("authorization", "Bearer u"),)))
    assert dict(other.renewed().request.headers)["authorization"] == "Bearer u"
