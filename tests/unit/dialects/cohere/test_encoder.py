"""The events of a stream on their way out."""

from __future__ import annotations

import json
from typing import Any

import pytest
from msgspec import Raw

from sansio.dialects.cohere.encoder import Encoder
from sansio.errors import Failure
from sansio.events import (
    AnnotationAdded,
    AudioDelta,
    ChoiceFinished,
    Completed,
    Data,
    Event,
    Failed,
    LogprobsDelta,
    ReasoningDelta,
    RefusalDelta,
    Started,
    StateAdded,
    TextDelta,
    ToolCallDelta,
    ToolCallStarted,
    UsageReported,
)
from sansio.types import Annotation, ChatResponse, Choice, Message, Opaque, TokenLogprob, Usage

_MESSAGE: dict[str, Any] = {"role": "assistant", "content": [], "tool_plan": "", "tool_calls": [], "citations": []}
_START: dict[str, Any] = {"id": "", "type": "message-start", "delta": {"message": _MESSAGE}}
_DONE = "[DONE]"


def _encoded(*events: Event[ChatResponse]) -> list[Any]:
    """The data of the events, each under its own name."""
    encoder = Encoder()
    text = b"".join([encoder.encode(event) for event in events]).decode()
    found: list[Any] = []
    for block in text.split("\n\n")[:-1]:
        *name, data = block.split("\n")
        if data == f"data: {_DONE}":
            found.append(_DONE)
        else:
            found.append(json.loads(data.removeprefix("data: ")))
            assert name in ([], [f"event: {found[-1]['type']}"])
    return found


def _end(reason: str | None, **delta: object) -> dict[str, Any]:
    return {"type": "message-end", "id": "", "delta": ({"finish_reason": reason} if reason else {}) | delta}


def _response(
    message: Message | None = None, reason: str | None = "stop", usage: Usage | None = None
) -> Completed[ChatResponse]:
    choices = [] if message is None else [Choice(0, message, reason)]
    return Completed(ChatResponse("", 0, "m", choices, usage))


_HI = _response(Message("assistant", "hi"))


def _delta(type_: str, index: int, **message: object) -> dict[str, Any]:
    return {"type": type_, "index": index, "delta": {"message": message}}


def test_text_and_reasoning_are_parts() -> None:
    assert _encoded(
        Started("c", 1, "m"),
        ReasoningDelta("r"),
        TextDelta("a"),
        RefusalDelta("b"),
        ChoiceFinished("stop", "STOP_SEQUENCE"),
        _HI,
    ) == [
        {**_START, "id": "c"},
        _delta("content-start", 0, content={"type": "thinking", "thinking": ""}),
        _delta("content-delta", 0, content={"thinking": "r"}),
        {"type": "content-end", "index": 0},
        _delta("content-start", 1, content={"type": "text", "text": ""}),
        _delta("content-delta", 1, content={"text": "a"}),
        _delta("content-delta", 1, content={"text": "b"}),
        {"type": "content-end", "index": 1},
        {**_end("STOP_SEQUENCE"), "id": "c"},
        _DONE,
    ]


def test_calls() -> None:
    call = {"id": "a", "type": "function", "function": {"name": "f", "arguments": ""}}
    other = {"id": "call_0_1", "type": "function", "function": {"name": "g", "arguments": ""}}
    assert _encoded(
        ToolCallStarted(0, "a", ""),
        ToolCallStarted(0, "a", "f"),
        ToolCallDelta(0, "{}"),
        ToolCallStarted(1, "", "g"),
        ToolCallStarted(2, "c", "custom", "custom"),
        ToolCallDelta(2, "free "),
        ToolCallDelta(2, "text"),
        ChoiceFinished("tool_calls"),
        UsageReported(Usage(1, 2)),
        _HI,
    ) == [
        _START,
        _delta("tool-call-start", 0, tool_calls={**call, "function": {"name": "", "arguments": ""}}),
        _delta("tool-call-start", 0, tool_calls=call),
        _delta("tool-call-delta", 0, tool_calls={"function": {"arguments": "{}"}}),
        {"type": "tool-call-end", "index": 0},
        _delta("tool-call-start", 1, tool_calls=other),
        {"type": "tool-call-end", "index": 1},
        _delta("tool-call-start", 2, tool_calls={**call, "id": "c", "function": {"name": "custom", "arguments": ""}}),
        _delta("tool-call-delta", 2, tool_calls={"function": {"arguments": '{"input":"free text"}'}}),
        {"type": "tool-call-end", "index": 2},
        _end(
            "TOOL_CALL",
            usage={
                "billed_units": {"input_tokens": 1, "output_tokens": 2},
                "tokens": {"input_tokens": 1, "output_tokens": 2},
            },
        ),
        _DONE,
    ]


def test_what_stands_beside_the_text() -> None:
    spaced = Annotation("PLAN", extra={"start": Raw(b"[1,\n2]")})
    piece = {"text": "x", "token_ids": [], "logprobs": [-1.0]}
    assert _encoded(AnnotationAdded(spaced), AnnotationAdded(spaced), LogprobsDelta([TokenLogprob("x", -1.0)])) == [
        _START,
        _delta("citation-start", 0, citations={"type": "PLAN", "start": [1, 2]}),
        {"type": "citation-end", "index": 0},
        _delta("citation-start", 1, citations={"type": "PLAN", "start": [1, 2]}),
        {"type": "citation-end", "index": 1},
        _delta("content-start", 0, content={"type": "text", "text": ""}),
        {**_delta("content-delta", 0, content={"text": ""}), "logprobs": piece},
    ]


def test_log_probabilities_of_text_that_came() -> None:
    piece = {"text": "x", "token_ids": [], "logprobs": [-1.0]}
    assert _encoded(TextDelta("x"), LogprobsDelta([TokenLogprob("x", -1.0)]))[3:] == [
        {**_delta("content-delta", 0, content={"text": ""}), "logprobs": piece}
    ]


def test_opaque_items() -> None:
    assert _encoded(
        TextDelta("a"),
        Opaque("cohere", Raw(b'{"type":"zz",\n"a":1}')),
        Opaque("cohere", Raw(b'{"type":"news",\n"delta":{}}')),
        Opaque("gemini", Raw(b"{}")),
    )[3:] == [
        {"type": "content-end", "index": 0},
        _delta("content-start", 1, content={"type": "zz", "a": 1}),
        {"type": "content-end", "index": 1},
        {"type": "news", "delta": {}},
    ]


@pytest.mark.parametrize(
    "event",
    [
        TextDelta("a", 1),
        ChoiceFinished("stop", choice=1),
        AudioDelta("a"),
        StateAdded(Opaque("gemini", Raw(b"{}"))),
        ToolCallDelta(5, "{}"),
    ],
)
def test_what_the_api_cannot_say(event: Event[ChatResponse]) -> None:
    assert Encoder().encode(event) == b""


def test_raw_pieces() -> None:
    assert Encoder().encode(Data(b": ping\n\n")) == b": ping\n\n"


@pytest.mark.parametrize(
    ("kind", "reason"), [("timeout", "TIMEOUT"), ("overloaded", "ERROR"), ("server_error", "ERROR")]
)
def test_a_failure(kind: Any, reason: str) -> None:
    encoder = Encoder()
    assert b'"finish_reason":"%b"' % reason.encode() in encoder.encode(Failed(Failure(kind=kind, message="broke")))
    assert encoder.ended
    assert _encoded(TextDelta("a"), Failed(Failure(kind=kind, message="broke")))[3:] == [
        {"type": "content-end", "index": 0},
        _end(reason, error="broke"),
        _DONE,
    ]


def test_an_answer_that_was_not_streamed() -> None:
    usage = {"billed_units": {"input_tokens": 1}, "tokens": {"input_tokens": 1}}
    assert _encoded(_response(Message("assistant", "hi"), usage=Usage(1))) == [
        _START,
        _delta("content-start", 0, content={"type": "text", "text": ""}),
        _delta("content-delta", 0, content={"text": "hi"}),
        {"type": "content-end", "index": 0},
        _end("COMPLETE", usage=usage),
        _DONE,
    ]
    assert _encoded(_response()) == [_START, _end(None), _DONE]


def test_a_reason_that_came_with_the_end_alone() -> None:
    assert _encoded(TextDelta("hi"), _HI)[-2:] == [_end("COMPLETE"), _DONE]
    assert _encoded(TextDelta("hi"), _response(Message("assistant", "hi"), None))[-2:] == [_end(None), _DONE]
