"""Events and answers, as they come."""

from __future__ import annotations

import json

import pytest
from msgspec import Raw

import sansio
from sansio import ChatRequest
from sansio.dialects.codec import Terms
from sansio.dialects.cohere import CODEC
from sansio.dialects.cohere.decoder import ChatDecoder
from sansio.events import (
    AnnotationAdded,
    ChoiceFinished,
    Delta,
    LogprobsDelta,
    ReasoningDelta,
    Started,
    TextDelta,
    ToolCallDelta,
    ToolCallStarted,
    UsageReported,
)
from sansio.http import Limits
from sansio.types import Annotation, Opaque, TokenLogprob, Usage

_PROVIDER = sansio.provider("cohere")


def _decoder(*, unix: float | None = None) -> ChatDecoder:
    terms = Terms(provider=_PROVIDER, stream=True, limits=Limits(), unix=unix)
    decoder = CODEC.reading(ChatRequest(model="cohere/m", messages=""), terms).decoder
    assert isinstance(decoder, ChatDecoder)
    return decoder


def _event(type_: str | None, index: int | None = None, **message: object) -> bytes:
    delta = {"delta": {"message": message}} if message else {}
    named = {} if type_ is None else {"type": type_}
    return json.dumps({**named, **({} if index is None else {"index": index}), **delta}).encode()


def _end(**delta: object) -> bytes:
    return json.dumps({"type": "message-end", "delta": delta}).encode()


def _events(*records: bytes) -> list[Delta]:
    """What the records say behind the names."""
    started, *events = _decoder().receive(records)
    assert isinstance(started, Started)
    return events


_CALL = {"id": "a", "type": "function", "function": {"name": "f", "arguments": ""}}
_MORE = {"function": {"arguments": "{}"}}


def test_the_names_are_those_of_the_request() -> None:
    start = b'{"type":"message-start","id":"c","delta":{"message":{"role":"assistant","content":[],"tool_plan":""}}}'
    assert _decoder(unix=9.5).receive([start]) == [Started("c", 9, "m")]
    assert _decoder().receive([_event("content-end", 0)]) == [Started(None, None, "m")]


@pytest.mark.parametrize(
    ("record", "events"),
    [
        (_event("content-delta", 0, content={"text": "x"}), [TextDelta("x")]),
        (_event("content-delta", 0, content={"thinking": "x"}), [ReasoningDelta("x")]),
        (_event(None, 0, content={"text": "x"}), [TextDelta("x")]),
        (_event("content-start", 0, content={"type": "text", "text": ""}), []),
        (_event("content-start", 0, content={"type": "thinking"}), []),
        (_event("content-start", 0, content="x"), [TextDelta("x")]),
        (_event("content-start", 0, content=""), []),
        (
            _event("content-start", 0, content={"type": "zz", "a": 1}),
            [Opaque("cohere", Raw(b'{"type": "zz", "a": 1}'))],
        ),
        (_event("tool-plan-delta", tool_plan="x"), [ReasoningDelta("x")]),
        (_event("tool-call-start", 1, tool_calls=_CALL), [ToolCallStarted(1, "a", "f")]),
        (
            _event("tool-call-start", 1, tool_calls={"function": {"name": "f"}}),
            [ToolCallStarted(1, "call_0_1", "f", derived=True)],
        ),
        (_event("tool-call-start", 0, tool_calls={"id": "a"}), [ToolCallStarted(0, "a", "")]),
        (_event("tool-call-delta", 1, tool_calls=_MORE), [ToolCallDelta(1, "{}")]),
        (_event("tool-call-delta", tool_calls=_MORE), [ToolCallDelta(0, "{}")]),
        (_event("tool-call-delta", 1, tool_calls={}), []),
        (_event("citation-start", 0, citations={"type": "PLAN"}), [AnnotationAdded(Annotation("PLAN"))]),
        (_event("citation-end", 0), []),
        (_event("debug"), []),
        (_event(None), []),
        (_event("unheard-of", 0), [Opaque("cohere", Raw(_event("unheard-of", 0)))]),
        (b'{"type":"unheard-of","delta":{}}', [Opaque("cohere", Raw(b'{"type":"unheard-of","delta":{}}'))]),
        (
            b'{"delta":{"message":{"content":{"text":"x"}}},"logprobs":{"text":"x","logprobs":[-1,-2.5]}}',
            [TextDelta("x"), LogprobsDelta([TokenLogprob("x", -3.5)])],
        ),
        (
            b'{"delta":{"message":{"content":{"thinking":"x"}}},"logprobs":{}}',
            [ReasoningDelta("x"), LogprobsDelta([TokenLogprob("", 0.0)])],
        ),
    ],
)
def test_what_an_event_says(record: bytes, events: list[Delta]) -> None:
    assert _events(record) == events


def test_a_part_of_a_new_type_in_a_record_that_is_barely_json() -> None:
    record = b'{"delta":{"message":{"content":{"type":"zz","a":"\n"}}}}'
    assert _events(record) == [Opaque("cohere", Raw(b'{"type":"zz","a":"\\n"}'))]


def test_the_end() -> None:
    decoder = _decoder()
    usage = {"tokens": {"input_tokens": 3.0, "output_tokens": 2}, "billed_units": {"input_tokens": 1}}
    *_, reported, finished = decoder.receive([_end(finish_reason="MAX_TOKENS", usage=usage), b"[DONE]"])
    assert (reported, finished) == (UsageReported(Usage(3, 2, 5)), ChoiceFinished("length", "MAX_TOKENS"))
    assert decoder.complete


def test_an_end_without_a_type() -> None:
    decoder = _decoder()
    assert decoder.receive([b'{"delta":{"finish_reason":"odd"}}'])[1:] == [ChoiceFinished("odd")]
    assert decoder.complete


@pytest.mark.parametrize("end", [b'{"type":"message-end"}', _end(), _end(usage={})])
def test_an_end_without_a_reason(end: bytes) -> None:
    decoder = _decoder()
    assert decoder.receive([end])[1:] == [TextDelta("")]
    assert decoder.complete
    decoder = _decoder()
    assert decoder.receive([_event("tool-call-start", 0, tool_calls=_CALL), end])[2:] == []
    assert decoder.complete


@pytest.mark.parametrize(("ended", "reason"), [(True, "tool_calls"), (False, "stop")])
def test_a_stop_behind_whole_calls_is_theirs(ended: bool, reason: str) -> None:
    records = [_event("tool-call-start", 0, tool_calls=_CALL), *[_event("tool-call-end")] * ended]
    assert _events(*records, _end(finish_reason="COMPLETE"))[-1] == ChoiceFinished(reason, "COMPLETE")


@pytest.mark.parametrize(
    ("record", "kind", "message"),
    [
        (_end(finish_reason="ERROR", error="boom"), "server_error", "boom"),
        (_end(finish_reason="ERROR"), "server_error", "the generation ended with ERROR"),
        (
            _end(error="No valid response generated. Try again"),
            "unprocessable",
            "No valid response generated. Try again",
        ),
        (_end(finish_reason="TIMEOUT"), "timeout", "the generation ended with TIMEOUT"),
        (b'{"error":{"message":"too many tokens: 9"}}', "context_window", "too many tokens: 9"),
        (b'{"message":"broke","id":"x"}', "server_error", "broke"),
        (b"nonsense", "protocol", "an event is not JSON: Expecting value: line 1 column 1 (char 0)"),
    ],
)
def test_a_failure(record: bytes, kind: str, message: str) -> None:
    decoder = _decoder()
    decoder.receive([_event("content-delta", 0, content={"text": "x"}), record])
    assert decoder.failure is not None
    assert (decoder.failure.kind, decoder.failure.message, decoder.failure.body) == (kind, message, record)
    assert not decoder.complete


def test_a_marker_without_an_end_ends_nothing() -> None:
    decoder = _decoder()
    assert decoder.receive([b"[DONE]"]) == []
    assert decoder.finish() == []
    assert (decoder.complete, decoder.failure) == (False, None)


def test_usage_before_a_failure() -> None:
    end = _end(finish_reason="ERROR", usage={"billed_units": {"input_tokens": 2}})
    assert _events(end) == [UsageReported(Usage(2))]


def test_a_whole_answer() -> None:
    body = {
        "id": "c",
        "finish_reason": "COMPLETE",
        "message": {
            "role": "assistant",
            "content": [{"type": "thinking", "thinking": "r"}, {"type": "text", "text": "x"}, {"type": "zz"}, 1],
            "tool_plan": "p",
            "tool_calls": [_CALL],
            "citations": [{"start": 1}],
        },
        "logprobs": [{"text": "x", "logprobs": [-1.0]}],
        "usage": {"tokens": {"input_tokens": 1}},
    }
    decoder = _decoder()
    assert decoder.receive_document(json.dumps(body).encode()) == [
        Started("c", None, "m"),
        ReasoningDelta("p"),
        ReasoningDelta("r"),
        TextDelta("x"),
        Opaque("cohere", Raw(b'{"type": "zz"}')),
        Opaque("cohere", Raw(b"1")),
        ToolCallStarted(0, "a", "f"),
        AnnotationAdded(Annotation("citation", extra={"start": Raw(b"1")})),
        LogprobsDelta([TokenLogprob("x", -1.0)]),
        UsageReported(Usage(1)),
        ChoiceFinished("tool_calls", "COMPLETE"),
    ]
    assert decoder.complete


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b'{"message":"too many tokens"}', "context_window"),
        (b'{"id":"c"}', "protocol"),
        (b"[DONE]", "protocol"),
        (b'{"message":{"content":[]},"finish_reason":"ERROR"}', "server_error"),
    ],
)
def test_what_is_no_answer(body: bytes, kind: str) -> None:
    decoder = _decoder()
    decoder.receive_document(body)
    assert decoder.failure is not None
    assert decoder.failure.kind == kind
