"""Requests that come to a server of Converse."""

from __future__ import annotations

import msgspec
import pytest
from msgspec import UNSET, Raw

from sansio import ChatRequest
from sansio.dialects.bedrock_converse.server import SERVER
from sansio.errors import Failure
from sansio.types import (
    CacheControl,
    FunctionChoice,
    FunctionDefinition,
    FunctionTool,
    JsonSchema,
    JsonSchemaFormat,
    Message,
    Opaque,
    Thinking,
)

PATH = "/model/us.anthropic.claude%2Fx-v1%3A0/converse"


def raw(value: object) -> Raw:
    return Raw(msgspec.json.encode(value))


def opaque(value: object) -> Opaque:
    return Opaque("bedrock_converse", raw(value))


def decoded(body: object, path: str = PATH) -> ChatRequest:
    request = SERVER.decode("POST", path, (), msgspec.json.encode(body))
    assert isinstance(request, ChatRequest), request
    return request


def refused(body: bytes, path: str = PATH, method: str = "POST", coding: str = "") -> Failure:
    headers = (("content-encoding", coding),) if coding else ()
    failure = SERVER.decode(method, path, headers, body)
    assert isinstance(failure, Failure)
    return failure


def test_model_and_stream_are_in_the_path() -> None:
    once, streamed = decoded({}), decoded({}, f"/prefix{PATH}-stream?x=1")
    assert (once.model, once.stream) == ("us.anthropic.claude/x-v1:0", UNSET)
    assert (streamed.model, streamed.stream) == ("us.anthropic.claude/x-v1:0", True)


def test_a_request_in_full() -> None:
    request = decoded(
        {
            "system": [{"text": "be"}],
            "messages": [{"role": "user", "content": [{"text": "hi"}]}],
            "inferenceConfig": {"maxTokens": 5, "temperature": 0.5, "topP": 1, "stopSequences": ["a"], "odd": 1},
            "requestMetadata": {"a": "b"},
            "serviceTier": {"type": "flex"},
            "outputConfig": {"effort": "low", "other": 2},
            "guardrailConfig": {"trace": "enabled"},
            "performanceConfig": None,
        }
    )
    assert request == ChatRequest(
        model="us.anthropic.claude/x-v1:0",
        messages=[Message("system", "be"), Message("user", "hi")],
        max_tokens=5,
        temperature=0.5,
        top_p=1.0,
        stop=["a"],
        metadata={"a": "b"},
        service_tier="flex",
        reasoning_effort="low",
        extra={
            "inferenceConfig": raw({"odd": 1}),
            "outputConfig": raw({"other": 2}),
            "guardrailConfig": raw({"trace": "enabled"}),
            "performanceConfig": raw(None),
        },
    )


def test_tools_and_marks_of_the_cache_behind_them() -> None:
    point, spec = {"cachePoint": {"type": "default"}}, {"name": "f", "inputSchema": {"json": {"type": "object"}}}
    request = decoded(
        {
            "toolConfig": {
                "tools": [
                    point,
                    {"toolSpec": {**spec, "description": "d", "strict": True, "x": 1}, "y": 2},
                    point,
                    point,
                    {"systemTool": {"name": "s"}},
                    {"toolSpec": {"name": "g", "inputSchema": {"other": 1}}},
                ],
                "toolChoice": {"tool": {"name": "f"}},
                "odd": 1,
            }
        }
    )
    function = FunctionDefinition("f", "d", {"type": "object"}, strict=True, extra={"x": raw(1)})
    assert request.tools == [
        opaque(point),
        FunctionTool(function, CacheControl(), {"y": raw(2)}),
        opaque(point),
        opaque({"systemTool": {"name": "s"}}),
        opaque({"toolSpec": {"name": "g", "inputSchema": {"other": 1}}}),
    ]
    assert request.tool_choice == FunctionChoice.of("f")
    assert request.extra == {"toolConfig": raw({"odd": 1})}


@pytest.mark.parametrize(
    ("choice", "said"),
    [
        ({"auto": {}}, "auto"),
        ({"any": {}}, "required"),
        ({"any": {"x": 1}}, opaque({"any": {"x": 1}})),
        ({"auto": {}, "x": 1}, opaque({"auto": {}, "x": 1})),
        ({"tool": {"name": "f", "x": 1}}, opaque({"tool": {"name": "f", "x": 1}})),
        ({"odd": {}}, opaque({"odd": {}})),
        ({}, opaque({})),
    ],
)
def test_choices(choice: object, said: object) -> None:
    request = decoded({"toolConfig": {"toolChoice": choice}})
    assert (request.tools, request.tool_choice) == (UNSET, said)


@pytest.mark.parametrize(
    ("fields", "effort", "rest"),
    [
        ({"reasoning_effort": "low"}, "low", None),
        ({"reasoning": {"effort": "low"}}, "low", None),
        ({"output_config": {"effort": "low", "x": 1}}, "low", {"output_config": {"x": 1}}),
        ({"reasoning_effort": "low", "output_config": {"x": 1}}, "low", {"output_config": {"x": 1}}),
        ({"anthropic_beta": ["b"]}, UNSET, {"anthropic_beta": ["b"]}),
    ],
)
def test_an_effort_among_the_models_own_members(fields: object, effort: object, rest: object) -> None:
    request = decoded({"additionalModelRequestFields": fields})
    kept = None if request.extra is None else msgspec.json.decode(msgspec.json.encode(request.extra))
    assert request.reasoning_effort == effort
    assert kept == (None if rest is None else {"additionalModelRequestFields": rest})


def test_thinking_and_top_k_among_the_models_own_members() -> None:
    thinking = {"type": "enabled", "budget_tokens": 5, "display": "omitted", "x": 1}
    request = decoded({"additionalModelRequestFields": {"thinking": thinking, "top_k": 3}})
    assert request.thinking == Thinking("enabled", 5, "omitted", {"x": raw(1)})
    assert request.top_k == 3
    assert request.extra is None


def test_an_effort_survives_a_format() -> None:
    text = {"type": "json_schema", "structure": {"jsonSchema": {"schema": "{}", "name": "s"}}}
    fields = {"reasoning_effort": "low", "thinking": None}
    request = decoded({"additionalModelRequestFields": fields, "outputConfig": {"textFormat": text}})
    assert request.reasoning_effort == "low"
    assert request.response_format == JsonSchemaFormat(JsonSchema("s", {}))


def test_thinking_of_no_type_stays_as_it_came() -> None:
    request = decoded({"additionalModelRequestFields": {"thinking": {"odd": 1}}})
    assert request.thinking is UNSET
    assert request.extra == {"additionalModelRequestFields": raw({"thinking": {"odd": 1}})}


def test_a_schema_is_json_within_json() -> None:
    schema = {"schema": '{"type":"object"}', "description": "d", "x": 1}
    text = {"type": "json_schema", "structure": {"jsonSchema": schema}}
    request = decoded({"outputConfig": {"textFormat": text}})
    wanted = JsonSchema("response", {"type": "object"}, "d", extra={"x": raw(1)})
    assert request.response_format == JsonSchemaFormat(wanted)
    assert request.extra is None


def test_a_format_of_another_type_stays_as_it_came() -> None:
    request = decoded({"outputConfig": {"textFormat": {"type": "odd"}}})
    assert request.response_format is UNSET
    assert request.extra == {"outputConfig": raw({"textFormat": {"type": "odd"}})}


@pytest.mark.parametrize(
    ("body", "param"),
    [
        (b"[]", None),
        (b'{"messages":5}', "messages"),
        (b'{"messages":[{"content":[]}]}', "messages[0].role"),
        (b'{"messages":[{"role":"user","content":[{"text":5}]}]}', "messages[0].content[0].text"),
        (b'{"messages":[{"role":"user","content":[5]}]}', "messages[0].content[0]"),
        (b'{"system":[5]}', None),
        (b'{"inferenceConfig":{"maxTokens":"x"}}', "inferenceConfig.maxTokens"),
        (b'{"toolConfig":{"tools":[{"toolSpec":{}}]}}', "toolConfig.tools[0].toolSpec.name"),
        (b'{"toolConfig":{"toolChoice":5}}', "toolConfig.toolChoice"),
        (
            b'{"outputConfig":{"textFormat":{"type":"json_schema"}}}',
            "outputConfig.textFormat.structure.jsonSchema.schema",
        ),
        (
            b'{"outputConfig":{"textFormat":{"type":"json_schema","structure":{"jsonSchema":{"schema":"[1]"}}}}}',
            "outputConfig.textFormat.structure.jsonSchema.schema",
        ),
        (b"{", None),
        (b"", None),
        (b'{"messages":' + b"[" * 300 + b"]" * 300 + b"}", None),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(body: bytes, param: str | None) -> None:
    failure = refused(body)
    assert (failure.kind, failure.status, failure.param) == ("bad_request", 400, param)


def test_other_paths_methods_and_codings_are_refused() -> None:
    assert refused(b"{}", "/model/m/invoke").status == 404
    assert refused(b"{}", method="GET").status == 405
    assert refused(b"{}", coding="gzip").status == 415
