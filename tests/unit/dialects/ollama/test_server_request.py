"""Requests on their way in; what encodes is decoded to the same by tests/properties/test_ollama_roundtrip.py."""

from __future__ import annotations

import json
from typing import Any

import pytest
from msgspec import UNSET, Raw

from sansio.dialects.ollama.server_request import decode_request
from sansio.errors import Failure
from sansio.types import (
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
    TextPart,
    Thinking,
)


def _decoded(**members: object) -> ChatRequest:
    body: dict[str, object] = {"model": "m", "messages": [], **members}
    request = decode_request("POST", "/api/chat", (), json.dumps(body, separators=(",", ":")).encode())
    assert isinstance(request, ChatRequest)
    return request


@pytest.mark.parametrize(
    ("members", "name", "value"),
    [
        ({}, "stream", True),
        ({"stream": None}, "stream", True),
        ({"stream": False}, "stream", False),
        ({"options": {"repeat_penalty": 1.5}}, "repetition_penalty", 1.5),
        ({"options": {"num_predict": 5}}, "max_tokens", 5),
        ({"options": {"stop": ["a"]}}, "stop", ["a"]),
        ({"options": {"num_predict": -1, "num_ctx": 9}}, "extra", {"options": Raw(b'{"num_predict":-1,"num_ctx":9}')}),
        ({"options": {"seed": None}}, "extra", {"options": Raw(b'{"seed":null}')}),
        ({"options": None}, "extra", None),
        ({"keep_alive": "5m"}, "extra", {"keep_alive": Raw(b'"5m"')}),
        ({"think": True}, "thinking", Thinking("enabled")),
        ({"think": False}, "thinking", Thinking("disabled")),
        ({"think": "high"}, "reasoning_effort", "high"),
        ({"think": "high"}, "thinking", UNSET),
        ({"format": "json"}, "response_format", JsonObjectFormat()),
        ({"format": ""}, "response_format", UNSET),
        ({"format": None}, "response_format", UNSET),
        ({"format": {"a": 1}}, "response_format", JsonSchemaFormat(JsonSchema("response", {"a": 1}))),
        ({"format": "yaml"}, "extra", {"format": Raw(b'"yaml"')}),
        ({"tools": [{"function": {"name": "f"}}]}, "tools", [FunctionTool(FunctionDefinition("f"))]),
        ({"tools": [{"type": "zz"}]}, "tools", [Opaque("ollama", Raw(b'{"type":"zz"}'))]),
        ({"tools": []}, "tools", UNSET),
    ],
)
def test_parameters(members: dict[str, Any], name: str, value: object) -> None:
    assert getattr(_decoded(**members), name) == value


def _call(name: str, **more: object) -> dict[str, object]:
    return {"function": {"name": name, "arguments": {}}, **more}


def _made(id_: str, name: str, *, derived: bool = False) -> FunctionToolCall:
    return FunctionToolCall(id=id_, derived=derived, function=FunctionCall(name, "{}"))


def test_results_find_their_calls() -> None:
    """By the id, else by the tool's name, else in order; ids of ours are told apart through the whole conversation."""
    messages = [
        {"role": "tool", "content": "0"},
        {"role": "assistant", "tool_calls": [_call("f"), _call("g"), _call("f", id="a")]},
        {"role": "tool", "content": "1", "tool_name": "g"},
        {"role": "tool", "content": "2", "tool_call_id": "a"},
        {"role": "tool", "content": "3", "tool_name": "unheard-of"},
        {"role": "tool", "content": "4", "tool_name": "f"},
        {"role": "tool", "content": "5", "tool_call_id": "b"},
        {"role": "assistant", "content": "x", "tool_calls": [_call("f")]},
        {"role": "tool", "content": "6"},
        {"role": "tool", "content": "7", "tool_call_id": "b"},
    ]
    decoded = _decoded(messages=messages).conversation
    assert [message.tool_call_id for message in decoded if message.role == "tool"] == [
        None,
        "call_0_1",
        "a",
        "call_0_0",
        None,
        "b",
        "call_0_3",
        "b",
    ]
    assert decoded[1] == Message(
        "assistant",
        tool_calls=[_made("call_0_0", "f", derived=True), _made("call_0_1", "g", derived=True), _made("a", "f")],
    )
    assert decoded[7].tool_calls == [_made("call_0_3", "f", derived=True)]


@pytest.mark.parametrize(
    ("data", "type_"),
    [
        ("iVBORw0KGgo=", "image/png"),
        ("/9j/4AAQ", "image/jpeg"),
        ("R0lGODdh", "image/gif"),
        ("UklGRg==", "image/webp"),
        ("AAAA", "application/octet-stream"),
    ],
)
def test_images(data: str, type_: str) -> None:
    image = ImagePart(image_url=ImageUrl(f"data:{type_};base64,{data}"))
    decoded = _decoded(
        messages=[{"role": "user", "content": "x", "images": [data]}, {"role": "user", "images": [data]}]
    )
    assert [message.content for message in decoded.conversation] == [[TextPart(text="x"), image], [image]]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b'{"messages":[]}', "Missing required parameter: 'model'."),
        (
            b'{"model":"m","messages":[],"options":{"seed":"x"}}',
            "Invalid type for 'options.seed': Expected `int | null`, got `str`.",
        ),
        (
            b'{"model":"m","messages":[{"role":"user","content":[]}]}',
            "Invalid type for 'messages[0].content': Expected `str | null`, got `array`.",
        ),
        (b"{no", "The request body cannot be read as JSON: JSON is malformed: object keys must be strings (byte 1)."),
    ],
)
def test_what_is_no_request(body: bytes, message: str) -> None:
    failure = decode_request("POST", "/api/chat", (), body)
    assert isinstance(failure, Failure)
    assert (failure.status, failure.message) == (400, message)
