"""The body of a chat request, and what it loses."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from msgspec import Raw

import sansio
from sansio import ChatRequest, FunctionChoice, FunctionDefinition, FunctionTool, LocalProtocolError
from sansio.dialects.codec import Terms
from sansio.dialects.ollama import CODEC
from sansio.http import Limits
from sansio.types import (
    CacheControl,
    CustomDefinition,
    CustomTool,
    JsonObjectFormat,
    JsonSchema,
    JsonSchemaFormat,
    Opaque,
    Quirks,
    TextFormat,
    Thinking,
)

_OBJECT = {"type": "object"}
_F, _G = (FunctionTool(FunctionDefinition(name, parameters=_OBJECT)) for name in "fg")
_FOREIGN = Opaque("gemini", Raw(b'{"a":1}'))


def _wire(name: str) -> dict[str, Any]:
    return {"type": "function", "function": {"name": name, "parameters": _OBJECT}}


def _encoded(*, stream: bool = False, **parameters: Any) -> tuple[dict[str, Any], list[str]]:
    """The members beside the model, the messages and the switch of streams, and the losses."""
    members: dict[str, Any] = {"model": "ollama/llama3:8b", "messages": "hi", **parameters}
    provider = msgspec.structs.replace(sansio.provider("ollama"), quirks=Quirks())
    terms = Terms(provider=provider, stream=stream, limits=Limits())
    encoded = CODEC.encode(ChatRequest(**members), terms)
    assert (encoded.method, encoded.path) == ("POST", "/api/chat")
    assert encoded.accept == ("application/x-ndjson" if stream else None)
    assert isinstance(encoded.body, bytes)
    body = json.loads(encoded.body)
    assert body.pop("model") == "llama3:8b"
    assert body.pop("stream") is stream
    assert body.pop("messages") == [{"role": "user", "content": "hi"}]
    return body, [f"{loss.path} {loss.action}" for loss in encoded.losses]


@pytest.mark.parametrize(
    ("parameters", "members"),
    [
        ({}, {}),
        (
            {"temperature": 0, "top_p": 0.5, "top_k": 7, "min_p": 0.1, "seed": 3},
            {"options": {"temperature": 0, "top_p": 0.5, "top_k": 7, "min_p": 0.1, "seed": 3}},
        ),
        (
            {"presence_penalty": 1, "frequency_penalty": -1, "repetition_penalty": 1.1},
            {"options": {"presence_penalty": 1, "frequency_penalty": -1, "repeat_penalty": 1.1}},
        ),
        ({"stop": "a"}, {"options": {"stop": ["a"]}}),
        ({"stop": ["a", "b"]}, {"options": {"stop": ["a", "b"]}}),
        ({"max_tokens": 5}, {"options": {"num_predict": 5}}),
        ({"max_completion_tokens": 5}, {"options": {"num_predict": 5}}),
        ({"logprobs": True, "top_logprobs": 2}, {"logprobs": True, "top_logprobs": 2}),
        ({"response_format": TextFormat()}, {}),
        ({"response_format": JsonObjectFormat()}, {"format": "json"}),
        ({"response_format": JsonSchemaFormat(JsonSchema("n", _OBJECT, strict=True))}, {"format": _OBJECT}),
        ({"response_format": JsonSchemaFormat(JsonSchema("n"))}, {"format": "json"}),
        ({"reasoning_effort": "none"}, {"think": False}),
        ({"reasoning_effort": "high"}, {"think": "high"}),
        ({"reasoning_effort": "new"}, {"think": "new"}),
        ({"thinking": Thinking("enabled")}, {"think": True}),
        ({"thinking": Thinking("disabled")}, {"think": False}),
        ({"thinking": Thinking("enabled"), "reasoning_effort": "low"}, {"think": "low"}),
        (
            {"extra": {"keep_alive": Raw(b"-1"), "options": Raw(b'{"num_ctx":9}')}, "seed": 1},
            {"keep_alive": -1, "options": {"seed": 1, "num_ctx": 9}},
        ),
        ({"tools": [_F, _G]}, {"tools": [_wire("f"), _wire("g")]}),
        ({"tools": [_F], "tool_choice": "none"}, {}),
        ({"tools": [Opaque("ollama", Raw(b'{"type":"zz"}'))], "tool_choice": "auto"}, {"tools": [{"type": "zz"}]}),
    ],
)
def test_what_the_api_has(parameters: dict[str, Any], members: dict[str, Any]) -> None:
    assert _encoded(**parameters) == (members, [])
    assert _encoded(stream=True, **parameters) == (members, [])


@pytest.mark.parametrize(
    ("parameters", "members", "losses"),
    [
        (
            {"max_completion_tokens": 5, "max_tokens": 6},
            {"options": {"num_predict": 5}},
            ["max_tokens dropped"],
        ),
        ({"reasoning_effort": "minimal"}, {"think": "low"}, ["reasoning_effort approximated"]),
        ({"reasoning_effort": "xhigh"}, {"think": "max"}, ["reasoning_effort approximated"]),
        (
            {"thinking": Thinking("adaptive", 9, "omitted")},
            {"think": True},
            ["thinking.budget_tokens dropped", "thinking.display dropped", "thinking.type approximated"],
        ),
        (
            {"thinking": Thinking("disabled"), "reasoning_effort": "low"},
            {"think": False},
            ["reasoning_effort dropped"],
        ),
        (
            {"response_format": JsonSchemaFormat(JsonSchema("n", _OBJECT, "what for"))},
            {"format": _OBJECT},
            ["response_format.json_schema.description dropped"],
        ),
        ({"tools": [_F], "tool_choice": "required"}, {"tools": [_wire("f")]}, ["tool_choice approximated"]),
        (
            {"tools": [_F, _G], "tool_choice": FunctionChoice.of("g")},
            {"tools": [_wire("g")]},
            ["tool_choice approximated"],
        ),
        (
            {"tools": [CustomTool(CustomDefinition("c")), _FOREIGN], "tool_choice": _FOREIGN},
            {},
            ["tool_choice dropped", "tools[0] dropped", "tools[1] dropped"],
        ),
        (
            {"tools": [FunctionTool(FunctionDefinition("f", parameters=_OBJECT, strict=True), CacheControl())]},
            {"tools": [_wire("f")]},
            ["tools[0].cache_control omitted", "tools[0].function.strict dropped"],
        ),
        ({"user": "u", "n": 2}, {}, ["n dropped", "user dropped"]),
    ],
)
def test_what_it_lacks(parameters: dict[str, Any], members: dict[str, Any], losses: list[str]) -> None:
    body, lost = _encoded(**parameters)
    assert (body, sorted(lost)) == (members, losses)


def test_options_that_are_none() -> None:
    with pytest.raises(LocalProtocolError, match="options"):
        _encoded(extra={"options": Raw(b"[]")})
