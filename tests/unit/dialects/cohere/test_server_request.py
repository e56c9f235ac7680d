"""Requests on their way in; what encodes is decoded to the same by tests/properties/test_cohere_roundtrip.py."""

from __future__ import annotations

import json
from typing import Any

import pytest
from msgspec import UNSET, Raw

from sansio.dialects.cohere.server_request import decode_request
from sansio.errors import Failure
from sansio.types import (
    Annotation,
    ChatRequest,
    FunctionCall,
    FunctionDefinition,
    FunctionTool,
    FunctionToolCall,
    ImagePart,
    ImageUrl,
    JsonObjectFormat,
    JsonSchema,
    JsonSchemaFormat,
    Message,
    Opaque,
    ReasoningPart,
    TextFormat,
    TextPart,
    Thinking,
)

_HI = [{"role": "user", "content": "hi"}]


def _decoded(**members: object) -> ChatRequest:
    body = {"model": "m", "messages": _HI, **members}
    request = decode_request("POST", "/v2/chat?x=1", (), json.dumps(body, separators=(",", ":")).encode())
    assert isinstance(request, ChatRequest)
    return request


def _message(**members: object) -> Message:
    (message,) = _decoded(messages=[members]).conversation
    return message


@pytest.mark.parametrize(
    ("members", "name", "value"),
    [
        ({"p": 0.5}, "top_p", 0.5),
        ({"k": 5}, "top_k", 5),
        ({"stop_sequences": ["a"]}, "stop", ["a"]),
        ({"stream": True}, "stream", True),
        ({"stream": False}, "stream", False),
        ({"max_tokens": 5}, "max_tokens", 5),
        ({"max_tokens": None}, "max_tokens", UNSET),
        ({"tool_choice": "REQUIRED"}, "tool_choice", "required"),
        ({"tool_choice": "NEW"}, "tool_choice", "new"),
        ({"thinking": {"type": "enabled", "token_budget": 5}}, "thinking", Thinking("enabled", 5)),
        ({"response_format": {"type": "text"}}, "response_format", TextFormat()),
        ({"response_format": {"type": "json_object"}}, "response_format", JsonObjectFormat()),
        (
            {"response_format": {"type": "json_object", "json_schema": {"a": 1}}},
            "response_format",
            JsonSchemaFormat(JsonSchema("response", {"a": 1})),
        ),
        ({"response_format": {"type": "zz"}}, "extra", {"response_format": Raw(b'{"type":"zz"}')}),
        ({"documents": ["d"], "priority": 1}, "extra", {"documents": Raw(b'["d"]'), "priority": Raw(b"1")}),
        (
            {"tools": [{"type": "function", "function": {"name": "f"}}, {"type": "zz"}], "strict_tools": True},
            "tools",
            [FunctionTool(FunctionDefinition("f", strict=True)), Opaque("cohere", Raw(b'{"type":"zz"}'))],
        ),
        (
            {"tools": [{"type": "function", "function": {"name": "f"}}], "strict_tools": False},
            "tools",
            [FunctionTool(FunctionDefinition("f"))],
        ),
        ({"tools": []}, "tools", []),
    ],
)
def test_parameters(members: dict[str, Any], name: str, value: object) -> None:
    assert getattr(_decoded(**members), name) == value


def test_messages() -> None:
    image = {"type": "image_url", "image_url": {"url": "u"}}
    assert _message(role="user", content=[{"type": "text", "text": "a"}, image, {"type": "zz"}], x=1) == Message(
        "user",
        [TextPart(text="a"), ImagePart(image_url=ImageUrl("u")), Opaque("cohere", Raw(b'{"type":"zz"}'))],
        extra={"x": Raw(b"1")},
    )
    assert _message(role="tool", tool_call_id="a", content="x") == Message("tool", "x", None, "a")


def _thinking(text: str, **more: object) -> dict[str, object]:
    return {"type": "thinking", "thinking": text, **more}


_TEXT = {"type": "text", "text": "x"}
_CALL = {"id": "a", "function": {"name": "f", "arguments": "{}"}}
_CALLS = [FunctionToolCall(id="a", function=FunctionCall("f", "{}"))]
_R, _X = ReasoningPart(text="r"), TextPart(text="x")


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"content": [_thinking("r"), _TEXT]}, Message("assistant", "x", reasoning_content="r")),
        ({"content": [_thinking("r"), _thinking("s")]}, Message("assistant", None, reasoning_content="rs")),
        ({"content": [_TEXT]}, Message("assistant", [_X])),
        (
            {"tool_plan": "p", "tool_calls": [_CALL]},
            Message("assistant", None, tool_calls=_CALLS, reasoning_content="p"),
        ),
        (
            {"content": [_thinking("r")], "tool_plan": "p"},
            Message("assistant", None, reasoning_content="pr"),
        ),
        (
            {"content": [_TEXT, _thinking("r")], "tool_plan": "p", "tool_calls": [_CALL]},
            Message(
                "assistant",
                "x",
                tool_calls=_CALLS,
                reasoning_content="pr",
                parts=[ReasoningPart(text="p"), _X, _R, *_CALLS],
            ),
        ),
        (
            {"content": [_thinking("r", y=1), _TEXT]},
            Message(
                "assistant",
                "x",
                reasoning_content="r",
                parts=[ReasoningPart(text="r", extra={"y": Raw(b"1")}), _X],
            ),
        ),
        (
            {"content": [_thinking("r"), _TEXT, _TEXT]},
            Message("assistant", "xx", reasoning_content="r", parts=[_R, _X, _X]),
        ),
        (
            {"content": [_thinking("r"), {"type": "zz"}]},
            Message("assistant", None, reasoning_content="r", parts=[_R, Opaque("cohere", Raw(b'{"type":"zz"}'))]),
        ),
        (
            {"content": "x", "citations": [{"type": "PLAN"}]},
            Message("assistant", "x", annotations=[Annotation("PLAN")]),
        ),
    ],
)
def test_what_the_model_said(members: dict[str, Any], message: Message) -> None:
    assert _message(role="assistant", **members) == message


@pytest.mark.parametrize(
    ("body", "message", "param"),
    [
        (b'{"model":"m"}', "Missing required parameter: 'messages'.", "messages"),
        (b'{"model":"m","messages":[{}]}', "Missing required parameter: 'messages[0].role'.", "messages[0].role"),
        (b'{"model":1,"messages":[]}', "Invalid type for 'model': Expected `str`, got `int`.", "model"),
        (b"[]", "Invalid type for the request body: Expected `object`, got `array`.", None),
        (b"{", "The request body cannot be read as JSON: Input data was truncated.", None),
    ],
)
def test_what_is_no_request(body: bytes, message: str, param: str | None) -> None:
    failure = decode_request("POST", "/v2/chat", (), body)
    assert isinstance(failure, Failure)
    assert (failure.status, failure.message, failure.param) == (400, message, param)
