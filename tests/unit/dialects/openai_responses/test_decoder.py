"""Events and responses into events of this library, and their two ends."""

from __future__ import annotations

import json

import msgspec
import pytest

import sansio
from sansio.dialects.codec import Reply, Terms
from sansio.dialects.openai_responses import CODEC, ResponsesDecoder
from sansio.events import (
    AudioDelta,
    ChoiceFinished,
    Delta,
    LogprobsDelta,
    ModerationReported,
    ReasoningDelta,
    RefusalDelta,
    Started,
    TextDelta,
    ToolCallDelta,
    UsageReported,
)
from sansio.http import Limits
from sansio.types import TokenLogprob, Usage

_ASKED = sansio.ChatRequest(model="m", messages="hi")
_TERMS = Terms(provider=sansio.provider("openai", dialect="openai_responses"), stream=True, limits=Limits(depth=16))
_RESPONSE = {"object": "response", "id": "resp_1", "created_at": 7.0, "model": "m"}


def _decoder() -> ResponsesDecoder:
    decoder = CODEC.reading(_ASKED, _TERMS).decoder
    assert isinstance(decoder, ResponsesDecoder)
    return decoder


def _event(type_: str, **members: object) -> bytes:
    return json.dumps({"type": f"response.{type_}", **members}).encode()


def _text(text: object, **members: object) -> bytes:
    return _event("output_text.delta", delta=text, **members)


def _done(**members: object) -> bytes:
    return _event("completed", response={"status": "completed", **members})


def _events(*records: bytes) -> list[Delta]:
    """The events of a stream that does not fail, the same in one batch and record by record."""
    decoder, slow = _decoder(), _decoder()
    events = decoder.receive(records)
    assert events == [event for record in records for event in slow.receive([record])]
    assert decoder.failure is None
    return events


def _failed(*records: bytes) -> tuple[list[Delta], str, str]:
    decoder = _decoder()
    events = decoder.receive([*records, _text("not read")])
    assert decoder.failure is not None
    assert not decoder.complete
    return events, decoder.failure.kind, decoder.failure.message


def _document(**members: object) -> tuple[list[Delta], ResponsesDecoder]:
    decoder = _decoder()
    return decoder.receive_document(bytearray(json.dumps(members).encode())), decoder


def test_a_stream_is_named_said_and_finished() -> None:
    usage = {"input_tokens": 1, "output_tokens": 2, "total_tokens": 3}
    decoder = _decoder()
    records = [
        _event("created", response={**_RESPONSE, "status": "in_progress"}),
        _event("in_progress", response=_RESPONSE),
        _text("He"),
        _text("llo"),
        _event("completed", response={**_RESPONSE, "status": "completed", "service_tier": "default", "usage": usage}),
        _text("not read"),
    ]
    assert decoder.receive(records) == [
        Started("resp_1", 7, "m"),
        TextDelta("He"),
        TextDelta("llo"),
        Started("resp_1", 7, "m", "default"),
        UsageReported(Usage(1, 2, 3)),
        ChoiceFinished("stop", "completed"),
    ]
    assert decoder.complete
    assert decoder.finish() == []


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ("refusal.delta", RefusalDelta("x")),
        ("reasoning_summary_text.delta", ReasoningDelta("x")),
        ("reasoning_text.delta", ReasoningDelta("x")),
        ("function_call_arguments.delta", ToolCallDelta(0, "x")),
        ("custom_tool_call_input.delta", ToolCallDelta(0, "x")),
        ("audio.delta", AudioDelta(data="x")),
        ("audio.transcript.delta", AudioDelta(transcript="x")),
    ],
)
def test_each_kind_of_delta_is_said(event: str, expected: Delta) -> None:
    assert _events(_event(event, delta="x")) == [expected]


def test_deltas_of_nothing_say_nothing() -> None:
    kinds = ("output_text", "refusal", "reasoning_text", "function_call_arguments")
    assert _events(*(_event(f"{kind}.delta", delta="") for kind in kinds), _text(""), _text(None)) == []


def test_text_comes_with_its_log_probabilities() -> None:
    logprob: dict[str, object] = {"token": "a", "logprob": -0.5, "top_logprobs": []}
    events = _events(_text("a", logprobs=[logprob]), _text("b"), _text("c", logprobs=[logprob]))
    told = LogprobsDelta([TokenLogprob("a", -0.5, None, [])])
    assert events == [TextDelta("a"), told, TextDelta("b"), TextDelta("c"), told]


def test_events_that_only_tell_of_progress_say_nothing() -> None:
    progress = ("queued", "web_search_call.searching", "content_part.added", "unheard_of")
    assert _events(*map(_event, progress), b'{"type":"keepalive"}', b"{}") == []


@pytest.mark.parametrize("record", [b"", b" [DONE]", b"[DONE]"])
def test_what_is_no_event_is_passed_over(record: bytes) -> None:
    assert _events(record) == []


def test_a_misfit_member_costs_only_itself() -> None:
    decoder = _decoder()
    assert decoder.receive([_text("a", logprobs=7)]) == [TextDelta("a")]
    assert decoder.notes == ["$.logprobs"]


def test_a_delta_that_is_no_text_is_passed_over() -> None:
    assert _events(_text("a"), _text({"stdout": "x"}), _event("shell_call_output_content.delta", delta={})) == [
        TextDelta("a")
    ]


@pytest.mark.parametrize(
    ("status", "details", "reason", "native"),
    [
        ("completed", None, "stop", "completed"),
        ("incomplete", {"reason": "max_output_tokens"}, "length", "incomplete"),
        ("incomplete", {"reason": "content_filter"}, "content_filter", "incomplete"),
        ("incomplete", {"reason": "steered"}, "stop", "steered"),
        ("incomplete", None, "stop", "incomplete"),
        ("queued", None, "queued", None),
        ("Odd", None, "odd", "Odd"),
    ],
)
def test_a_document_says_how_it_ended(status: str, details: object, reason: str, native: str | None) -> None:
    events, decoder = _document(object="response", status=status, incomplete_details=details, output=[])
    assert events == [ChoiceFinished(reason, native)]
    assert (decoder.complete, decoder.failure) == (True, None)


def test_a_document_without_a_status_has_no_finish_reason() -> None:
    events, decoder = _document(output=[])
    assert (events, decoder.complete) == ([], True)


@pytest.mark.parametrize(("event", "reason"), [("completed", "stop"), ("cancelled", "cancelled")])
def test_an_end_without_a_response_is_one(event: str, reason: str) -> None:
    (finished,) = _events(_event(event))
    assert isinstance(finished, ChoiceFinished)
    assert finished.reason == reason


def test_a_moderation_is_reported() -> None:
    events = _events(_done(moderation={"input": {}}))
    assert events[0] == ModerationReported(msgspec.Raw(b'{"input": {}}'))


@pytest.mark.parametrize(
    ("created", "seconds"), [(7, 7), (7.9, 7), ("7", 7), ("soon", None), (1e400, None), (None, None)]
)
def test_the_time_is_in_whole_seconds(created: object, seconds: int | None) -> None:
    assert _events(_event("created", response={"id": 1, "created_at": created})) == [Started("1", seconds)]


@pytest.mark.parametrize(
    ("record", "kind", "message"),
    [
        (b'{"type":"error","code":"rate_limit_exceeded","message":"slow"}', "rate_limited", "slow"),
        (b'{"type":"error","error":{"code":"insufficient_quota","message":"no"}}', "quota_exceeded", "no"),
        (b'{"error":{"code":"server_error","message":"oh"}}', "server_error", "oh"),
        (_event("failed", response={"error": {"code": "invalid_prompt", "message": "no"}}), "content_policy", "no"),
        (_event("failed", response={"error": {"code": "image_too_large", "message": "no"}}), "bad_request", "no"),
        (_event("failed"), "server_error", "the response failed"),
        (_done(error={"code": "server_error", "message": "late"}), "server_error", "late"),
        (b"{", "protocol", "an event is not JSON"),
        (b"[" * 40 + b"]" * 40, "limit_exceeded", "JSON nests deeper than 16"),
    ],
)
def test_failures_are_told(record: bytes, kind: str, message: str) -> None:
    events, told, said = _failed(_text("a"), record)
    assert events == [TextDelta("a")]
    assert told == kind
    assert message in said


def test_usage_of_a_failed_response_is_told() -> None:
    events, _, _ = _failed(_event("failed", response={"usage": {"input_tokens": 1}}))
    assert events == [UsageReported(Usage(1))]


def test_a_failed_document_is_a_failure() -> None:
    _, decoder = _document(object="response", status="failed", error={"code": "server_error", "message": "oh"})
    assert decoder.failure is not None
    assert (decoder.complete, decoder.failure.message) == (False, "oh")


@pytest.mark.parametrize(
    ("body", "kind"), [({"error": {"type": "invalid_request_error", "message": "no"}}, "bad_request"), ({}, "protocol")]
)
def test_a_document_that_is_no_response_is_explained(body: dict[str, object], kind: str) -> None:
    _, decoder = _document(**body)
    assert decoder.failure is not None
    assert decoder.failure.kind == kind


def test_a_refusal_before_the_stream_is_told_by_its_body() -> None:
    failure = CODEC.failure(Reply(429, {}, b'{"error":{"message":"slow"}}'), _TERMS)
    assert (failure.kind, failure.message) == ("rate_limited", "slow")
