"""What a compatible server does not have at all: types of parts, and schemas of answers."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

import sansio
from sansio import ChatRequest, ChatResponse, Completed, Exchange, LocalProtocolError, UnsupportedParameterError
from sansio.types import (
    ContentPart,
    FilePart,
    FileReference,
    FunctionDefinition,
    FunctionTool,
    JsonObjectFormat,
    JsonSchema,
    JsonSchemaFormat,
    Loss,
    Provider,
    Quirks,
    TextPart,
    user,
)

_ANY = sansio.provider("openai_compatible", base_url="http://localhost")
_SCHEMA = JsonSchemaFormat(JsonSchema("person", {"type": "object"}))


def _without(*lacks: str) -> Provider:
    return msgspec.structs.replace(_ANY, quirks=Quirks(lacks=frozenset(lacks)))


def _exchange(provider: Provider, **members: Any) -> Exchange[ChatResponse]:
    given: dict[str, Any] = {"model": "m", "messages": "hi", **members}
    return Exchange(provider, ChatRequest(**given), on_loss="drop")


def _body(exchange: Exchange[ChatResponse]) -> dict[str, Any]:
    assert isinstance(exchange.request.body, bytes)
    sent: dict[str, Any] = json.loads(exchange.request.body)
    return sent


def test_a_type_of_part() -> None:
    parts: list[ContentPart] = [TextPart(text="a"), FilePart(file=FileReference(file_id="f"))]
    exchange = _exchange(_without("file"), messages=[user(parts)])
    assert _body(exchange)["messages"] == [{"role": "user", "content": [{"type": "text", "text": "a"}]}]
    reason = "the provider takes no part of the type file"
    assert list(exchange.losses) == [Loss("messages[0].content[1]", "dropped", reason)]


def test_a_schema_is_a_loss() -> None:
    exchange = _exchange(_without("json_schema"), response_format=_SCHEMA)
    assert "response_format" not in _body(exchange)
    assert [loss.path for loss in exchange.losses] == ["response_format"]
    with pytest.raises(UnsupportedParameterError, match="schema_as_tool allows a tool instead"):
        Exchange(_without("json_schema"), ChatRequest(model="m", messages="hi", response_format=_SCHEMA))


def test_other_formats_are_none() -> None:
    exchange = _exchange(_without("json_schema"), response_format=JsonObjectFormat())
    assert _body(exchange)["response_format"] == {"type": "json_object"}
    assert list(exchange.losses) == []


def test_a_schema_may_be_a_tool_whose_arguments_are_the_text() -> None:
    exchange = _exchange(_without("json_schema"), response_format=_SCHEMA, schema_as_tool=True)
    body = _body(exchange)
    assert body["tools"] == [{"type": "function", "function": {"name": "person", "parameters": {"type": "object"}}}]
    assert body["tool_choice"] == {"type": "function", "function": {"name": "person"}}
    assert "response_format" not in body
    assert list(exchange.losses) == []
    call = {"id": "c", "type": "function", "function": {"name": "person", "arguments": '{"age": 3}'}}
    message = {"role": "assistant", "content": None, "tool_calls": [call]}
    answer = {"id": "1", "choices": [{"index": 0, "message": message, "finish_reason": "tool_calls"}]}
    exchange.receive_head(200, [("content-type", "application/json")])
    exchange.receive_data(json.dumps(answer).encode())
    exchange.receive_eof()
    assert isinstance(exchange.outcome, Completed)
    assert exchange.outcome.response.text == '{"age": 3}'
    assert exchange.outcome.response.finish_reason == "stop"
    assert not exchange.outcome.response.tool_calls


def test_a_tool_of_the_schema_s_name_is_the_caller_s_mistake() -> None:
    tools = [FunctionTool(FunctionDefinition("person"))]
    with pytest.raises(LocalProtocolError, match="is one already"):
        _exchange(_without("json_schema"), response_format=_SCHEMA, schema_as_tool=True, tools=tools)


def test_a_schema_stays_where_the_api_has_one() -> None:
    exchange = _exchange(_without("file"), response_format=_SCHEMA, schema_as_tool=True)
    assert _body(exchange)["response_format"]["type"] == "json_schema"
