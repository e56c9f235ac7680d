"""Messages on their way out."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from msgspec import Raw

from sansio.dialects.cohere.messages import MessageEncoder
from sansio.dialects.losses import Losses
from sansio.types import (
    Annotation,
    AudioPart,
    CacheControl,
    CustomCall,
    CustomToolCall,
    FunctionCall,
    FunctionToolCall,
    ImagePart,
    ImageUrl,
    InputAudio,
    Message,
    MessageAudio,
    Opaque,
    ReasoningPart,
    RefusalPart,
    TextPart,
    UrlCitation,
)

_CALL = FunctionToolCall(id="a", function=FunctionCall("f", '{"x":1}'))
_WIRE_CALL = {"id": "a", "type": "function", "function": {"name": "f", "arguments": '{"x":1}'}}
_STATE = Opaque("anthropic", Raw(b'{"signature":"s"}'))
_DOCUMENT = {"type": "document", "document": {"data": {"a": "b"}}}
_IMAGE = ImagePart(image_url=ImageUrl("data:image/png;base64,AA", "low"))
_WIRE_IMAGE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA", "detail": "low"}}


def _own(value: object) -> Opaque:
    return Opaque("cohere", Raw(msgspec.json.encode(value)))


def _text(text: str) -> dict[str, Any]:
    return {"type": "text", "text": text}


def _encoded(message: Message) -> tuple[dict[str, Any], list[str]]:
    losses = Losses("cohere")
    (wire,) = MessageEncoder(losses).messages([message])
    return json.loads(msgspec.json.encode(wire)), [f"{loss.path[12:]} {loss.action}" for loss in losses.found]


@pytest.mark.parametrize(
    ("message", "wire"),
    [
        (Message("developer", "x"), {"role": "system", "content": "x"}),
        (Message("user", [TextPart(text="x"), _IMAGE]), {"role": "user", "content": [_text("x"), _WIRE_IMAGE]}),
        (Message("user", extra={"y": Raw(b"1")}), {"role": "user", "y": 1}),
        (
            Message("tool", [TextPart(text="x", extra={"y": Raw(b"1")}), _own(_DOCUMENT)], "f", "a"),
            {"role": "tool", "content": [{**_text("x"), "y": 1}, _DOCUMENT], "tool_call_id": "a"},
        ),
        (Message("assistant", "x"), {"role": "assistant", "content": "x"}),
        (Message("assistant", ""), {"role": "assistant", "content": ""}),
        (Message("assistant"), {"role": "assistant"}),
        (Message("assistant", [TextPart(text="x")]), {"role": "assistant", "content": [_text("x")]}),
        (
            Message("assistant", "x", reasoning_content="r"),
            {"role": "assistant", "content": [{"type": "thinking", "thinking": "r"}, _text("x")]},
        ),
        (
            Message("assistant", "", reasoning_content="r"),
            {"role": "assistant", "content": [{"type": "thinking", "thinking": "r"}]},
        ),
        (
            Message("assistant", parts=[TextPart(text="x"), ReasoningPart(text=""), ReasoningPart(text="r")]),
            {"role": "assistant", "content": [_text("x"), {"type": "thinking", "thinking": "r"}]},
        ),
        (
            Message("assistant", "x", reasoning_content="r", tool_calls=[_CALL]),
            {"role": "assistant", "tool_calls": [_WIRE_CALL], "tool_plan": "r", "content": "x"},
        ),
        (Message("assistant", "", tool_calls=[_CALL]), {"role": "assistant", "tool_calls": [_WIRE_CALL]}),
        (
            Message("assistant", parts=[_own({"type": "zz"}), _own({"type": "ee", "delta": {}}), _own([])]),
            {"role": "assistant", "content": [{"type": "zz"}]},
        ),
        (
            Message(
                "assistant",
                "x",
                annotations=[
                    Annotation("PLAN", extra={"start": Raw(b"1")}),
                    Annotation(url_citation=UrlCitation("http://a")),
                    Annotation("citation"),
                    Annotation("else"),
                ],
            ),
            {"role": "assistant", "content": "x", "citations": [{"type": "PLAN", "start": 1}, {}]},
        ),
    ],
)
def test_what_the_api_has(message: Message, wire: dict[str, Any]) -> None:
    assert _encoded(message) == (wire, [])


@pytest.mark.parametrize(
    ("message", "wire", "losses"),
    [
        (
            Message("user", "x", "who", audio=MessageAudio("a"), function_call=FunctionCall("f", "")),
            {"role": "user", "content": "x"},
            ["name dropped", "audio dropped", "function_call dropped"],
        ),
        (
            Message("user", [TextPart(text="x", cache_control=CacheControl(), state=_STATE)]),
            {"role": "user", "content": [_text("x")]},
            ["content[0].cache_control omitted", "content[0].state omitted"],
        ),
        (
            Message("user", [AudioPart(input_audio=InputAudio("AA", "wav")), _STATE]),
            {"role": "user", "content": []},
            ["content[0] dropped", "content[1] dropped"],
        ),
        (
            Message("tool", [_IMAGE], None, "a"),
            {"role": "tool", "content": [], "tool_call_id": "a"},
            ["content[0] dropped"],
        ),
        (
            Message("assistant", [RefusalPart(refusal="no")]),
            {"role": "assistant", "content": [_text("no")]},
            ["content[0] approximated"],
        ),
        (
            Message("assistant", "x", refusal="no"),
            {"role": "assistant", "content": [_text("x"), _text("no")]},
            ["refusal approximated"],
        ),
        (
            Message("assistant", parts=[ReasoningPart(text="r", state=_STATE)]),
            {"role": "assistant", "content": [{"type": "thinking", "thinking": "r"}]},
            ["parts[0].state omitted"],
        ),
        (
            Message("assistant", parts=[_CALL, ReasoningPart(text="r", state=_STATE), TextPart(text="x")]),
            {"role": "assistant", "tool_calls": [_WIRE_CALL], "tool_plan": "r", "content": [_text("x")]},
            ["parts approximated", "parts[1].state omitted"],
        ),
        (
            Message(
                "assistant",
                tool_calls=[
                    CustomToolCall(id="c", custom=CustomCall("c", "x")),
                    FunctionToolCall(id="a", state=_STATE, function=FunctionCall("f", "null")),
                ],
            ),
            {
                "role": "assistant",
                "tool_calls": [
                    {"id": "c", "type": "function", "function": {"name": "c", "arguments": '{"input":"x"}'}},
                    {**_WIRE_CALL, "function": {"name": "f", "arguments": "{}"}},
                ],
            },
            ["tool_calls[0] approximated", "tool_calls[1].state omitted"],
        ),
    ],
)
def test_what_it_lacks(message: Message, wire: dict[str, Any], losses: list[str]) -> None:
    assert _encoded(message) == (wire, losses)
