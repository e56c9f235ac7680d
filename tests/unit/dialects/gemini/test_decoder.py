"""Chunks and answers, and how they end."""

from __future__ import annotations

import json

import pytest

from sansio import Completed, Failed, TextDelta, UsageReported
from sansio.events import Started
from tests.unit.dialects.gemini.by_hand import answered, candidate, chat, encoded, events, failed, streamed


def test_a_stream() -> None:
    first = {**candidate({"text": "a"}), "responseId": "r", "modelVersion": "gemini-2.5-flash-001"}
    last = {
        **candidate({"text": "b"}, finishReason="STOP"),
        "usageMetadata": {"promptTokenCount": 3, "serviceTier": "flex"},
    }
    chunks = (first, candidate({"text": ""}), last)
    assert [event for event in events(*chunks) if isinstance(event, TextDelta)] == [TextDelta("a"), TextDelta("b")]
    response = streamed(*chunks)
    assert (response.id, response.model, response.text) == ("r", "gemini-2.5-flash-001", "ab")
    assert response.service_tier == "flex"
    assert (response.finish_reason, response.choices[0].native_finish_reason) == ("stop", "STOP")


def test_usage_is_told_when_it_changes() -> None:
    usage = {"usageMetadata": {"promptTokenCount": 3, "totalTokenCount": 4}}
    more = {"usageMetadata": {"promptTokenCount": 3, "totalTokenCount": 5}}
    chunks = [{**candidate({"text": "a"}), **said} for said in (usage, usage, more)]
    end = {**candidate(finishReason="STOP"), **more}
    reported = [event.usage.total_tokens for event in events(*chunks, end) if isinstance(event, UsageReported)]
    assert reported == [4, 5]


def test_names_are_told_once() -> None:
    chunk = {**candidate({"text": "a"}, finishReason="STOP"), "responseId": "r"}
    assert [event for event in events(chunk, {**chunk, "responseId": "s"}) if isinstance(event, Started)] == [
        Started(id="r")
    ]


@pytest.mark.parametrize(
    ("time", "seconds"),
    [
        ("2026-08-19T14:34:22.044992Z", 1_787_150_062),
        ("2026-08-19T14:34:22.044992640+00:00", 1_787_150_062),
        ("yesterday", 0),
        ("0001-01-01T00:00:00Z", -62135596800),
    ],
)
def test_the_time_of_vertex_ai(time: str, seconds: int) -> None:
    assert answered({**candidate({"text": "a"}), "createTime": time}).created == seconds


def test_a_document_may_lack_its_reason() -> None:
    response = answered(candidate({"text": "a"}))
    assert (response.text, response.finish_reason) == ("a", None)


def test_a_candidate_may_say_nothing() -> None:
    empty: dict[str, object] = {"index": 1, "content": {}}
    response = answered({"candidates": [{"finishReason": "MAX_TOKENS"}, empty]})
    assert [(choice.index, choice.message.content) for choice in response.choices] == [(0, ""), (1, "")]


@pytest.mark.parametrize("end", [[], [{"usageMetadata": {"promptTokenCount": 1}}]])
def test_without_a_reason_for_every_candidate_a_stream_is_truncated(end: list[object]) -> None:
    chunk = {"candidates": [{"content": {"parts": [{"text": "a"}]}, "finishReason": "STOP"}, {"index": 1}]}
    failure = events(chunk, *end)[-1]
    assert isinstance(failure, Failed)
    assert failure.failure.kind == "truncated"
    assert failure.partial is not None
    assert failure.partial.text == "a"


@pytest.mark.parametrize(
    ("feedback", "message"),
    [
        ({"blockReason": "SAFETY"}, "the prompt was blocked: SAFETY"),
        ({"blockReason": "OTHER", "blockReasonMessage": "because"}, "because"),
    ],
)
def test_a_blocked_prompt(feedback: dict[str, str], message: str) -> None:
    body = {"promptFeedback": feedback, "usageMetadata": {"promptTokenCount": 9}}
    failure = failed(body)
    assert (failure.kind, failure.message, failure.code) == ("content_policy", message, feedback["blockReason"])
    end = events(body)[-1]
    assert isinstance(end, Failed)
    assert end.failure.kind == "content_policy"
    assert end.partial is not None
    assert end.partial.usage is not None


def test_feedback_without_a_reason() -> None:
    assert failed({"promptFeedback": {}}).kind == "content_policy"
    assert answered({**candidate({"text": "a"}), "promptFeedback": {"blockReason": "SAFETY"}}).text == "a"


def test_an_answer_without_anything() -> None:
    assert failed({"candidates": []}).kind == "protocol"
    assert failed([]).kind == "protocol"
    assert failed([7, 8]).kind == "protocol"


ERROR = {"error": {"code": 503, "message": "The model is overloaded.", "status": "UNAVAILABLE"}}


def test_errors_in_a_stream() -> None:
    end = events(candidate({"text": "a"}), ERROR)[-1]
    assert isinstance(end, Failed)
    assert (end.failure.kind, end.failure.message) == ("overloaded", "The model is overloaded.")


@pytest.mark.parametrize("body", [ERROR, [ERROR], [candidate({"text": "a"}), ERROR]])
def test_errors_in_a_document(body: object) -> None:
    assert failed(body).kind == "overloaded"


def test_a_stream_in_the_form_of_an_array() -> None:
    chunks = [candidate({"text": "a"}), candidate({"text": "b"}, finishReason="STOP")]
    assert answered(chunks).text == "ab"
    assert failed(chunks[:1]).kind == "truncated"
    assert failed(json.dumps(chunks).encode()[:-1]).kind == "truncated"
    assert failed(b"[" * 300 + b"]" * 300).kind == "limit_exceeded"


def test_an_error_on_a_bare_line() -> None:
    exchange = encoded(chat(), stream=True)
    exchange.receive_head(200, (("content-type", "text/event-stream"),))
    exchange.receive_data(b'data: {"candidates":[{"content":{"parts":[{"text":"a"}]}}]}\r\n\r\n')
    exchange.receive_data(json.dumps(ERROR).encode() + b"\r\n")
    exchange.receive_eof()
    assert isinstance(exchange.outcome, Failed)
    assert exchange.outcome.failure.kind == "overloaded"


def test_a_misfit_is_noted_and_costs_no_more() -> None:
    exchange = encoded(chat())
    exchange.receive_head(200, ())
    exchange.receive_data(b'{"candidates":[{"content":{"parts":[{"text":7},{"x":1},{"text":"a"}]}}],"modelVersion":[]}')
    exchange.receive_eof()
    assert isinstance(exchange.outcome, Completed)
    assert exchange.outcome.response.text == "a"
    assert "$.modelVersion" in exchange.notes


def test_an_error_over_several_lines() -> None:
    exchange = encoded(chat(), stream=True)
    exchange.receive_head(200, (("content-type", "text/event-stream"),))
    exchange.receive_data(b'data: {"candidates":[{"content":{"parts":[{"text":"a"}]}}]}\r\n\r\n')
    exchange.receive_data(json.dumps(ERROR, indent=2).replace("\n", "\r\n").encode())
    exchange.receive_eof()
    assert isinstance(exchange.outcome, Failed)
    assert exchange.outcome.failure.kind == "overloaded"
