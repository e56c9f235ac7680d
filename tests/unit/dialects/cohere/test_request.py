"""The body of a chat request, and what it loses."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from msgspec import Raw

import sansio
from sansio import ChatRequest, FunctionDefinition, FunctionTool, LocalProtocolError
from sansio.dialects.codec import Terms
from sansio.dialects.cohere import CODEC
from sansio.http import Limits
from sansio.types import JsonObjectFormat, JsonSchema, JsonSchemaFormat, ModelRule, Quirks, TextFormat, Thinking

_COHERE = sansio.provider("cohere")
_TOOL = FunctionTool(FunctionDefinition("f", parameters={"type": "object"}))
_SCHEMA = {"type": "object", "required": ["a"]}


def _encoded(
    *, stream: bool = False, quirks: Quirks | None = None, **parameters: Any
) -> tuple[dict[str, Any], list[str]]:
    """The members beside the model and the messages, and the losses."""
    provider = msgspec.structs.replace(_COHERE, quirks=quirks) if quirks else _COHERE
    members: dict[str, Any] = {"model": "cohere/command-a", "messages": "hi", **parameters}
    encoded = CODEC.encode(ChatRequest(**members), Terms(provider=provider, stream=stream, limits=Limits()))
    assert (encoded.method, encoded.path) == ("POST", "/v2/chat")
    assert isinstance(encoded.body, bytes)
    body = json.loads(encoded.body)
    assert body.pop("model") == "command-a"
    assert body.pop("messages") == [{"role": "user", "content": "hi"}]
    return body, [f"{loss.path} {loss.action}" for loss in encoded.losses]


@pytest.mark.parametrize(
    ("parameters", "members"),
    [
        ({}, {}),
        ({"temperature": 0}, {"temperature": 0}),
        ({"temperature": None}, {}),
        ({"top_p": 0.5, "top_k": 7}, {"p": 0.5, "k": 7}),
        ({"stop": "a"}, {"stop_sequences": ["a"]}),
        ({"stop": ["a", "b"]}, {"stop_sequences": ["a", "b"]}),
        ({"max_tokens": 5}, {"max_tokens": 5}),
        ({"max_completion_tokens": 5}, {"max_tokens": 5}),
        ({"max_completion_tokens": 5, "max_tokens": 5}, {"max_tokens": 5}),
        ({"seed": 3, "logprobs": True}, {"seed": 3, "logprobs": True}),
        ({"frequency_penalty": 0.5, "presence_penalty": 1}, {"frequency_penalty": 0.5, "presence_penalty": 1}),
        ({"response_format": TextFormat()}, {}),
        ({"response_format": JsonObjectFormat()}, {"response_format": {"type": "json_object"}}),
        (
            {"response_format": JsonSchemaFormat(JsonSchema("n", _SCHEMA, strict=True))},
            {"response_format": {"type": "json_object", "json_schema": _SCHEMA}},
        ),
        ({"response_format": JsonSchemaFormat(JsonSchema("n"))}, {"response_format": {"type": "json_object"}}),
        ({"reasoning_effort": "none"}, {"thinking": {"type": "disabled"}}),
        ({"thinking": Thinking("enabled", 9)}, {"thinking": {"type": "enabled", "token_budget": 9}}),
        ({"thinking": Thinking("disabled", extra={"x": Raw(b"1")})}, {"thinking": {"type": "disabled", "x": 1}}),
        ({"extra": {"documents": Raw(b'["d"]')}}, {"documents": ["d"]}),
        ({"n": 1, "parallel_tool_calls": True, "store": False}, {}),
    ],
)
def test_what_the_api_has(parameters: dict[str, Any], members: dict[str, Any]) -> None:
    assert _encoded(**parameters) == (members, [])


@pytest.mark.parametrize(
    ("parameters", "members", "losses"),
    [
        ({"top_p": 1}, {"p": 0.99}, ["top_p approximated"]),
        ({"top_p": 0.0}, {"p": 0.01}, ["top_p approximated"]),
        ({"presence_penalty": -0.5}, {}, ["presence_penalty dropped"]),
        ({"frequency_penalty": 2}, {"frequency_penalty": 1.0}, ["frequency_penalty approximated"]),
        ({"max_completion_tokens": 5, "max_tokens": 6}, {"max_tokens": 5}, ["max_tokens dropped"]),
        ({"reasoning_effort": "high"}, {"thinking": {"type": "enabled"}}, ["reasoning_effort approximated"]),
        ({"reasoning_effort": "huge"}, {}, ["reasoning_effort dropped"]),
        (
            {"reasoning_effort": "low", "thinking": Thinking("adaptive", display="summarized")},
            {"thinking": {"type": "enabled"}},
            ["reasoning_effort dropped", "thinking.display dropped", "thinking.type approximated"],
        ),
        (
            {"response_format": JsonSchemaFormat(JsonSchema("n", _SCHEMA, "what for"))},
            {"response_format": {"type": "json_object", "json_schema": _SCHEMA}},
            ["response_format.json_schema.description dropped"],
        ),
        (
            {"response_format": JsonObjectFormat(), "extra": {"documents": Raw(b"[]")}},
            {"documents": []},
            ["response_format dropped"],
        ),
        ({"user": "u", "n": 2, "top_logprobs": 3}, {}, ["n dropped", "top_logprobs dropped", "user dropped"]),
    ],
)
def test_what_it_lacks(parameters: dict[str, Any], members: dict[str, Any], losses: list[str]) -> None:
    body, lost = _encoded(**parameters)
    assert (body, sorted(lost)) == (members, losses)


def test_a_form_of_the_answer_has_no_place_beside_tools() -> None:
    body, losses = _encoded(response_format=JsonObjectFormat(), tools=[_TOOL])
    assert list(body) == ["tools"]
    assert losses == ["response_format dropped"]


def test_the_verb_decides_whether_it_streams() -> None:
    assert _encoded(stream=True) == ({"stream": True}, [])
    assert _encoded(stream=False) == ({}, [])


def test_rules_of_the_provider_come_first() -> None:
    quirks = Quirks(models=(ModelRule(pattern="command-a", forbidden=frozenset({"seed"})),))
    assert _encoded(quirks=quirks, seed=1) == ({}, ["seed dropped"])


def test_an_effort_is_a_budget_where_the_model_has_one() -> None:
    quirks = Quirks(models=(ModelRule(pattern="command-a", budgets={"low": 1024}),))
    thinking = {"type": "enabled", "token_budget": 1024}
    assert _encoded(quirks=quirks, reasoning_effort="low") == ({"thinking": thinking}, [])
    assert _encoded(quirks=quirks, reasoning_effort="high")[1] == ["reasoning_effort approximated"]
    assert _encoded(quirks=quirks, reasoning_effort="none") == ({"thinking": {"type": "disabled"}}, [])


def test_what_is_no_json() -> None:
    with pytest.raises(LocalProtocolError, match="no JSON"):
        _encoded(seed=object())
