"""The client side as a whole: how an answer is read follows from the request."""

from __future__ import annotations

import msgspec
import pytest

import sansio
from sansio import ChatRequest, Completed, Exchange, Failed
from sansio.types import (
    ChatResponse,
    CustomDefinition,
    CustomTool,
    CustomToolCall,
    JsonSchema,
    JsonSchemaFormat,
)

PROVIDER = sansio.provider("anthropic", api_key="key")


def answered(request: ChatRequest, content: str, status: int = 200) -> Completed[ChatResponse] | Failed:
    exchange = Exchange(PROVIDER, request, on_loss="drop")
    exchange.receive_head(status, [("request-id", "req_1")])
    exchange.receive_data(content.encode())
    exchange.receive_eof()
    assert exchange.outcome is not None
    return exchange.outcome


def test_a_schema_that_was_a_tool_is_text_again() -> None:
    schema = JsonSchemaFormat(JsonSchema("person", {"type": "object"}))
    request = ChatRequest(model="claude-opus-4-20250514", messages="hi", response_format=schema, schema_as_tool=True)
    call = '{"type":"tool_use","id":"t","name":"person","input":{"age":3}}'
    end = answered(request, f'{{"content":[{call}],"stop_reason":"tool_use"}}')
    assert isinstance(end, Completed)
    assert (end.response.text, end.response.tool_calls) == ('{"age":3}', ())
    assert (end.response.finish_reason, end.response.choices[0].native_finish_reason) == ("stop", "tool_use")


def test_a_custom_tool_is_called_with_text() -> None:
    request = ChatRequest(model="m", messages="hi", tools=[CustomTool(CustomDefinition("c"))])
    call = '{"type":"tool_use","id":"t","name":"c","input":{"input":"text"}}'
    end = answered(request, f'{{"content":[{call}],"stop_reason":"tool_use"}}')
    assert isinstance(end, Completed)
    (found,) = end.response.tool_calls
    assert isinstance(found, CustomToolCall)
    assert found.arguments == "text"


def test_a_refusal_has_the_apis_reasons() -> None:
    error = {"type": "error", "error": {"type": "invalid_request_error", "message": "prompt is too long: 9 > 8"}}
    end = answered(ChatRequest(model="m", messages="hi"), msgspec.json.encode(error).decode(), 400)
    assert isinstance(end, Failed)
    assert (end.failure.kind, end.failure.request_id) == ("context_window", "req_1")


@pytest.mark.parametrize(
    ("model", "maximum"),
    [
        ("claude-sonnet-5-5", 128_000),
        ("claude-opus-5-5-20261001", 128_000),
        ("claude-mythos-5-2", 128_000),
        ("claude-sonnet-4-6", 128_000),
        ("claude-sonnet-4-5@20250929", 64_000),
        ("claude-opus-4-1-20250805", 32_000),
        ("claude-sonnet-4-20250514", 64_000),
        ("claude-opus-4-0", 32_000),
        ("claude-3-7-sonnet-latest", 64_000),
        ("claude-3-5-haiku-20241022", 8192),
        ("claude-3-opus-20240229", 4096),
        ("claude-sonnet-4-9", 128_000),
    ],
)
def test_the_rules_know_every_family(model: str, maximum: int) -> None:
    body = Exchange(PROVIDER, ChatRequest(model=model, messages="hi")).request.body
    assert isinstance(body, bytes)
    assert msgspec.json.decode(body)["max_tokens"] == maximum
