"""Requests of the API's clients as ChatRequests."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from msgspec import UNSET, Raw

from sansio.dialects import server_for
from sansio.dialects.anthropic.server_request import decode_request
from sansio.errors import Failure
from sansio.types import (
    CacheControl,
    ChatRequest,
    FunctionChoice,
    FunctionDefinition,
    FunctionTool,
    JsonSchema,
    JsonSchemaFormat,
    Message,
    Opaque,
    TextPart,
    Thinking,
)

HI: list[dict[str, object]] = [{"role": "user", "content": "hi"}]


def decoded(**members: object) -> ChatRequest:
    body = msgspec.json.encode({"model": "m", "max_tokens": 9, "messages": HI, **members})
    found = decode_request("POST", "/v1/messages?beta=true", (("x-api-key", "k"),), body)
    assert isinstance(found, ChatRequest)
    return found


def refused(body: bytes, method: str = "POST", path: str = "/v1/messages", **headers: str) -> Failure:
    found = decode_request(method, path, tuple(headers.items()), body)
    assert isinstance(found, Failure)
    return found


def test_the_least() -> None:
    assert decoded() == ChatRequest(model="m", max_tokens=9, messages=[Message("user", "hi")])


def test_parameters_have_their_canonical_names() -> None:
    found = decoded(
        system="A.",
        stop_sequences=["END"],
        stream=True,
        temperature=0.5,
        top_p=1,
        top_k=3,
        service_tier="auto",
        metadata={"user_id": "u", "x": 1},
        mcp_servers=[],
    )
    assert found == ChatRequest(
        model="m",
        messages=[Message("system", "A."), Message("user", "hi")],
        max_tokens=9,
        stop=["END"],
        stream=True,
        temperature=0.5,
        top_p=1,
        top_k=3,
        service_tier="auto",
        user="u",
        extra={"mcp_servers": Raw(b"[]"), "metadata": Raw(b'{"x":1}')},
    )
    assert decoded(metadata={}).user is UNSET


def test_instructions_in_blocks() -> None:
    found = decoded(system=[{"type": "text", "text": "A.", "cache_control": {"type": "ephemeral"}}])
    assert found.conversation[0] == Message("system", [TextPart(text="A.", cache_control=CacheControl())])


def test_thinking_and_the_output() -> None:
    output = {"effort": "high", "format": {"type": "json_schema", "schema": {"type": "object"}}, "task_budget": 5}
    found = decoded(
        thinking={"type": "enabled", "budget_tokens": 2000, "display": "omitted", "x": 1}, output_config=output
    )
    assert found.thinking == Thinking("enabled", 2000, "omitted", {"x": Raw(b"1")})
    assert found.reasoning_effort == "high"
    assert found.response_format == JsonSchemaFormat(JsonSchema("output", schema={"type": "object"}))
    assert found.extra == {"output_config": Raw(b'{"task_budget":5}')}
    other = decoded(output_config={"format": {"type": "new"}})
    assert (other.response_format, other.reasoning_effort) == (UNSET, UNSET)
    assert other.extra == {"output_config": Raw(b'{"format":{"type":"new"}}')}


def test_tools() -> None:
    mine = {
        "name": "f",
        "description": "does",
        "input_schema": {"type": "object"},
        "strict": True,
        "cache_control": {"type": "ephemeral", "ttl": "1h"},
        "defer_loading": True,
    }
    bash = {"type": "bash_20250124", "name": "bash"}
    function = FunctionDefinition("f", "does", {"type": "object"}, True)
    assert decoded(tools=[mine, bash]).tools == [
        FunctionTool(function, CacheControl(ttl="1h"), {"defer_loading": Raw(b"true")}),
        Opaque("anthropic", Raw(msgspec.json.encode(bash))),
    ]


def test_a_mark_with_more_than_we_know_stays_as_it_is() -> None:
    tool = {"name": "f", "input_schema": {}, "cache_control": {"type": "ephemeral", "scope": "x"}}
    (found,) = list(decoded(tools=[tool]).tools or ())
    assert isinstance(found, FunctionTool)
    assert found.extra == {"cache_control": Raw(b'{"type":"ephemeral","scope":"x"}')}


@pytest.mark.parametrize(
    ("choice", "ours", "parallel"),
    [
        ({"type": "auto"}, "auto", UNSET),
        ({"type": "any", "disable_parallel_tool_use": True}, "required", False),
        ({"type": "none", "disable_parallel_tool_use": False}, "none", True),
        ({"type": "tool", "name": "f"}, FunctionChoice.of("f"), UNSET),
        ({"type": "new"}, Opaque("anthropic", Raw(b'{"type":"new"}')), UNSET),
        ({"type": "auto", "x": 1}, Opaque("anthropic", Raw(b'{"type":"auto","x":1}')), UNSET),
    ],
)
def test_choices(choice: object, ours: Any, parallel: object) -> None:
    found = decoded(tool_choice=choice)
    assert (found.tool_choice, found.parallel_tool_calls) == (ours, parallel)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"{}", "model: Field required"),
        (b'{"model":"m"}', "messages: Field required"),
        (b'{"model":5}', "model: Expected `str`, got `int`"),
        (b'{"model":"m","messages":[{"role":"user"}]}', "messages.0.content: Field required"),
        (b'{"model":"m","messages":[{"role":"user","content":[{}]}]}', "messages.0.content.0.type: Field required"),
        (b'{"model":"m","messages":[],"tools":[{"name":"f"}]}', "tools.0.input_schema: Field required"),
        (b"[]", "Expected `object`, got `array`"),
        (b"{", "The request body is not valid JSON: Input data was truncated"),
        (b'{"model":"\xff"}', "The request body is not UTF-8"),
        (b"[" * 600, "The request body is not valid JSON: JSON nests deeper than 256"),
    ],
)
def test_requests_that_cannot_be_read(body: bytes, message: str) -> None:
    failure = refused(body)
    assert (failure.kind, failure.status, failure.message) == ("bad_request", 400, message)


def test_other_paths_methods_and_codings() -> None:
    assert refused(b"", path="/v1/complete").status == 404
    assert refused(b"", "GET").status == 405
    assert refused(b"", **{"Content-Encoding": "gzip"}).status == 415


def test_the_path_tells_the_dialect() -> None:
    found = server_for("/any/v1/messages?beta=true")
    assert found is not None
    assert found[0] == "anthropic"
    decode = found[1].decode_request("POST", "/v1/messages", (), b"{}")
    assert isinstance(decode, Failure)
    status, _, body = found[1].encode_failure(decode)
    assert (status, b"model: Field required" in body) == (400, True)
    assert found[1].stream_type.startswith("text/event-stream")
