"""Messages on their way out."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from msgspec import Raw

from sansio.dialects.losses import Losses
from sansio.dialects.ollama.messages import MessageEncoder
from sansio.types import (
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
)

_NOTHING: dict[str, Any] = {}
_STATE = Opaque("anthropic", Raw(b'{"signature":"s"}'))


def _call(id_: str, name: str, arguments: str = "{}", *, derived: bool = False) -> FunctionToolCall:
    return FunctionToolCall(id=id_, derived=derived, function=FunctionCall(name, arguments))


def _encoded(*messages: Message) -> tuple[list[dict[str, Any]], list[str]]:
    losses = Losses("ollama")
    wire = MessageEncoder(losses).messages(messages)
    return json.loads(msgspec.json.encode(wire)), [f"{loss.path} {loss.action}" for loss in losses.found]


@pytest.mark.parametrize(
    ("message", "wire"),
    [
        (Message("developer", "x"), {"role": "system", "content": "x"}),
        (Message("user"), {"role": "user"}),
        (Message("user", ""), {"role": "user", "content": ""}),
        (Message("user", [TextPart(text="x"), TextPart(text="y")]), {"role": "user", "content": "x\ny"}),
        (
            Message("user", [TextPart(text="x"), ImagePart(image_url=ImageUrl("data:image/png;base64,AA==", "auto"))]),
            {"role": "user", "content": "x", "images": ["AA=="]},
        ),
        (Message("user", "x", extra={"y": Raw(b"1")}), {"role": "user", "content": "x", "y": 1}),
        (
            Message("assistant", "x", reasoning_content="r"),
            {"role": "assistant", "content": "x", "thinking": "r"},
        ),
        (
            Message("assistant", parts=[TextPart(text="x"), ReasoningPart(text="r"), TextPart(text="y")]),
            {"role": "assistant", "content": "xy", "thinking": "r"},
        ),
        (
            Message("assistant", tool_calls=[_call("a", "f", '{"x": 1}'), _call("call_0_1", "g", "", derived=True)]),
            {
                "role": "assistant",
                "tool_calls": [
                    {"id": "a", "function": {"name": "f", "arguments": {"x": 1}}},
                    {"function": {"name": "g", "arguments": _NOTHING}},
                ],
            },
        ),
        (
            Message("tool", "1", "h", "unheard-of"),
            {"role": "tool", "content": "1", "tool_name": "h", "tool_call_id": "unheard-of"},
        ),
        (Message("tool", "1"), {"role": "tool", "content": "1"}),
    ],
)
def test_what_the_api_has(message: Message, wire: dict[str, Any]) -> None:
    assert _encoded(message) == ([wire], [])


def test_a_result_names_the_tool_of_the_call_before_it() -> None:
    """Derived ids count anew in every answer, so the last call of that id counts."""
    wire, losses = _encoded(
        Message("assistant", tool_calls=[_call("call_0_0", "f", derived=True)]),
        Message("tool", "1", None, "call_0_0"),
        Message("assistant", tool_calls=[_call("call_0_0", "g", derived=True), _call("a", "h")]),
        Message("tool", "2", None, "call_0_0"),
        Message("tool", "3", "other", "a"),
    )
    assert [message for message in wire if message["role"] == "tool"] == [
        {"role": "tool", "content": "1", "tool_name": "f"},
        {"role": "tool", "content": "2", "tool_name": "g"},
        {"role": "tool", "content": "3", "tool_name": "h", "tool_call_id": "a"},
    ]
    assert losses == []


@pytest.mark.parametrize(
    ("message", "wire", "losses"),
    [
        (
            Message("user", "x", "who", audio=MessageAudio("a"), function_call=FunctionCall("f", "")),
            {"role": "user", "content": "x"},
            ["audio dropped", "function_call dropped", "name dropped"],
        ),
        (
            Message(
                "user",
                [
                    TextPart(text="x", cache_control=CacheControl(), state=_STATE),
                    ImagePart(image_url=ImageUrl("http://a", "low")),
                    AudioPart(input_audio=InputAudio("AA", "wav")),
                    _STATE,
                ],
            ),
            {"role": "user", "content": "x"},
            [
                "content[0].cache_control omitted",
                "content[0].state omitted",
                "content[1].image_url.detail dropped",
                "content[1] dropped",
                "content[2] dropped",
                "content[3] dropped",
            ],
        ),
        (
            Message("assistant", [RefusalPart(refusal="no")], refusal="never"),
            {"role": "assistant", "content": "no\nnever"},
            ["content[0] approximated", "refusal approximated"],
        ),
        (
            Message(
                "assistant",
                parts=[
                    ReasoningPart(text="r", state=_STATE),
                    FunctionToolCall(id="a", state=_STATE, function=FunctionCall("f", "null")),
                    CustomToolCall(id="c", custom=CustomCall("c", "x")),
                ],
            ),
            {
                "role": "assistant",
                "thinking": "r",
                "tool_calls": [
                    {"id": "a", "function": {"name": "f", "arguments": _NOTHING}},
                    {"id": "c", "function": {"name": "c", "arguments": {"input": "x"}}},
                ],
            },
            ["parts[0].state omitted", "parts[1].state omitted", "parts[2] approximated"],
        ),
    ],
)
def test_what_it_lacks(message: Message, wire: dict[str, Any], losses: list[str]) -> None:
    assert _encoded(message) == ([wire], [f"messages[0].{loss}" for loss in losses])


def test_arguments_that_are_no_object_are_a_member_of_one() -> None:
    (message,), losses = _encoded(Message("assistant", tool_calls=[_call("a", "f", "[1]")]))
    assert message["tool_calls"][0]["function"] == {"name": "f", "arguments": {"input": "[1]"}}
    assert losses == ["messages[0].tool_calls[0].function.arguments approximated"]
