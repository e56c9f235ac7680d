"""The events of a stream on their way out."""

from __future__ import annotations

import json
from typing import Any

import pytest
from msgspec import Raw

from sansio.dialects.ollama.encoder import Encoder
from sansio.errors import Failure
from sansio.events import (
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
    TextDelta,
    ToolCallDelta,
    ToolCallStarted,
    UsageReported,
)
from sansio.types import ChatResponse, Choice, Message, Opaque, TokenLogprob, Usage

_NAMES = {"model": "m", "created_at": "1970-01-01T00:00:00Z"}


def _encoded(*events: Event[ChatResponse]) -> list[dict[str, Any]]:
    encoder = Encoder("m")
    lines = b"".join([encoder.encode(event) for event in events]).splitlines()
    return [json.loads(line) for line in lines]


def _line(*, done: bool = False, **more: object) -> dict[str, Any]:
    message = {"role": "assistant", "content": more.pop("content", "")}
    message |= {name: more.pop(name) for name in ("thinking", "tool_calls") if name in more}
    return {**_NAMES, "message": message, "done": done, **more}


def _response(message: Message | None = None, reason: str | None = "stop") -> Completed[ChatResponse]:
    return Completed(ChatResponse("", 0, "m", [] if message is None else [Choice(0, message, reason)], Usage(1)))


_HI = _response(Message("assistant", "hi"))


def test_every_line_has_the_names() -> None:
    started = Started("c", 1_764_547_200, "n")
    named = {"model": "n", "created_at": "2025-12-01T00:00:00Z"}
    assert _encoded(TextDelta("a"), started, TextDelta("b"), Started(), _HI) == [
        _line(content="a"),
        {**_line(content="b"), **named},
        {**_line(done=True, done_reason="stop", prompt_eval_count=1), **named},
    ]


def test_pieces() -> None:
    assert _encoded(
        ReasoningDelta("r"),
        RefusalDelta("no"),
        LogprobsDelta([TokenLogprob("x", -1.0)]),
        LogprobsDelta(),
        ChoiceFinished("length"),
        UsageReported(Usage(3, 4)),
        _HI,
    ) == [
        _line(thinking="r"),
        _line(content="no"),
        _line(logprobs=[{"token": "x", "logprob": -1.0}]),
        _line(logprobs=[]),
        _line(done=True, done_reason="length", prompt_eval_count=3, eval_count=4),
    ]


def test_calls_come_whole() -> None:
    calls: list[dict[str, Any]] = [
        {"id": "a", "function": {"index": 0, "name": "f", "arguments": {"x": 1}}},
        {"function": {"index": 1, "name": "g", "arguments": {}}},
        {"id": "c", "function": {"index": 2, "name": "h", "arguments": "{bad"}},
    ]
    assert _encoded(
        ToolCallStarted(0, "a", "f"),
        ToolCallDelta(0, '{"x"'),
        ToolCallStarted(1, "call_0_1", "g", derived=True),
        ToolCallDelta(0, ":\n1}"),
        ToolCallStarted(2, "c", "h"),
        ToolCallDelta(2, "{bad"),
        ChoiceFinished("tool_calls", "TOOL_CALL"),
        _HI,
    ) == [_line(tool_calls=calls), _line(done=True, done_reason="stop", prompt_eval_count=1)]


@pytest.mark.parametrize(
    "event", [TextDelta("a", 1), ToolCallDelta(0, "", 1), AudioDelta("a"), Opaque("gemini", Raw(b"{}"))]
)
def test_what_the_api_cannot_say(event: Event[ChatResponse]) -> None:
    assert Encoder("m").encode(event) == b""


def test_raw_pieces() -> None:
    assert Encoder("m").encode(Data(b"\n")) == b"\n"


def test_a_failure() -> None:
    encoder = Encoder("m")
    assert encoder.encode(Failed(Failure(kind="server_error", message="broke"))) == b'{"error":"broke"}\n'
    assert encoder.ended


def test_an_answer_that_was_not_streamed() -> None:
    assert _encoded(_HI) == [_line(done=True, content="hi", done_reason="stop", prompt_eval_count=1)]
    assert _encoded(_response()) == [_line(done=True, prompt_eval_count=1)]


def test_a_reason_that_came_with_the_end_alone() -> None:
    assert _encoded(TextDelta("hi"), _HI)[-1]["done_reason"] == "stop"
    assert "done_reason" not in _encoded(TextDelta("hi"), _response(Message("assistant", "hi"), None))[-1]


def test_a_failure_tells_the_calls_that_are_whole() -> None:
    encoder = Encoder("m")
    for event in (ToolCallStarted(0, "a", "f"), ToolCallDelta(0, '{"x":1}'), ToolCallStarted(1, "b", "g", "custom")):
        assert encoder.encode(event) == b""
    said = encoder.encode(Failed(Failure(kind="server_error", message="broke")))
    call, error = [json.loads(line) for line in said.splitlines()]
    assert call == _line(tool_calls=[{"id": "a", "function": {"index": 0, "name": "f", "arguments": {"x": 1}}}])
    assert error == {"error": "broke"}
