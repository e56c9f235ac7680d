"""Responses as messages of the API."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Raw

from sansio.dialects.anthropic.server_response import encode_response
from sansio.types import (
    ChatResponse,
    Choice,
    CustomCall,
    CustomToolCall,
    FunctionCall,
    FunctionToolCall,
    Message,
    Opaque,
    OrderedPart,
    ReasoningPart,
    RefusalPart,
    TextPart,
    ToolCall,
    Usage,
)


def encoded(message: Message, reason: str | None = "stop", native: str | None = None, **members: Any) -> dict[str, Any]:
    choice = Choice(0, message, reason, native_finish_reason=native)
    found: dict[str, Any] = msgspec.json.decode(encode_response(ChatResponse("id", 1, "m", [choice], **members)))
    return found


def content(*parts: OrderedPart) -> object:
    return encoded(Message("assistant", parts=parts))["content"]


def own(json: bytes) -> Opaque:
    return Opaque("anthropic", Raw(json))


def test_a_plain_answer() -> None:
    assert encoded(Message("assistant", "hi"), usage=Usage(3, 4), service_tier="standard") == {
        "id": "id",
        "type": "message",
        "role": "assistant",
        "model": "m",
        "content": [{"type": "text", "text": "hi"}],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": 3, "output_tokens": 4, "service_tier": "standard"},
    }


def test_an_answer_that_is_none_is_empty() -> None:
    found = msgspec.json.decode(encode_response(ChatResponse("id", 1, "m", [])))
    assert (found["content"], found["stop_reason"]) == ([], None)


def test_every_part_in_order() -> None:
    parts = (
        ReasoningPart(text="a", state=own(b'{"type":"thinking","signature":"s"}')),
        ReasoningPart(text="b", state=Opaque("gemini", Raw(b"1"))),
        TextPart(text="c", state=own(b'{"citations":[1]}')),
        TextPart(text=""),
        own(b'{"type":"redacted_thinking","data":"x"}'),
        Opaque("gemini", Raw(b"1")),
        RefusalPart(refusal="said elsewhere"),
    )
    assert content(*parts) == [
        {"type": "thinking", "thinking": "a", "signature": "s"},
        {"type": "thinking", "thinking": "b", "signature": ""},
        {"type": "text", "text": "c", "citations": [1]},
        {"type": "redacted_thinking", "data": "x"},
    ]


def test_calls_whatever_their_arguments_are() -> None:
    calls: list[ToolCall] = [
        FunctionToolCall(id="t", function=FunctionCall("f", '{"a": 1}'), state=own(b'{"toolset_name":"s"}')),
        FunctionToolCall(id="", function=FunctionCall("f", "")),
        FunctionToolCall(id="v", function=FunctionCall("f", '{"a')),
        CustomToolCall(id="w", custom=CustomCall("c", "text")),
    ]
    assert content(*calls) == [
        {"type": "tool_use", "id": "t", "name": "f", "input": {"a": 1}, "toolset_name": "s"},
        {"type": "tool_use", "id": "call_0_1", "name": "f", "input": {}},
        {"type": "tool_use", "id": "v", "name": "f", "input": '{"a'},
        {"type": "tool_use", "id": "w", "name": "c", "input": {"input": "text"}},
    ]


def test_a_refusal_explains_the_end_or_is_the_answer() -> None:
    found = encoded(Message("assistant", "a", refusal="no"), "content_filter", "refusal")
    assert found["stop_details"] == {"type": "refusal", "category": None, "explanation": "no"}
    assert found["content"] == [{"type": "text", "text": "a"}]
    found = encoded(Message("assistant", None, refusal="no"))
    assert (found["content"], found["stop_reason"]) == ([{"type": "text", "text": "no"}], "end_turn")
    assert "stop_details" not in found
