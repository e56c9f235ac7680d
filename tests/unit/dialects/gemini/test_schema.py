"""Schemas: the subset, and JSON schema."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from sansio import ChatRequest, FunctionDefinition, FunctionTool
from sansio.dialects.gemini.server import SERVER
from tests.unit.dialects.gemini.by_hand import chat, sent

STRING = {"type": "string"}
OBJECT = {"type": "object", "properties": {"a": STRING}}


def declared(parameters: Any) -> dict[str, Any]:
    tool = FunctionTool(FunctionDefinition("f", parameters=parameters))
    declaration: dict[str, Any] = sent(chat(tools=[tool]))["tools"][0]["functionDeclarations"][0]
    return declaration


@pytest.mark.parametrize(
    "schema",
    [
        OBJECT,
        {**OBJECT, "required": ["a"], "description": "d", "nullable": True},
        {"type": "object", "properties": {"a": {"type": "array", "items": {"type": "integer", "minimum": 1}}}},
        {"type": "object", "properties": {"a": {"anyOf": [STRING, {"type": "number"}]}}},
        {"type": "object", "properties": {"a": {"type": "string", "enum": ["x"]}}},
        {"type": "object", "properties": {"a": {"type": "string", "format": "date-time"}}},
    ],
)
def test_what_the_subset_says_goes_in_it(schema: dict[str, Any]) -> None:
    assert declared(schema) == {"name": "f", "parameters": schema}


@pytest.mark.parametrize(
    "schema",
    [
        {**OBJECT, "additionalProperties": False},
        {**OBJECT, "properties": {"a": {"type": ["string", "null"]}}},
        {**OBJECT, "properties": {"a": {"$ref": "#/$defs/x"}}},
        {**OBJECT, "properties": {"a": {"anyOf": [STRING], "description": "d"}}},
        {**OBJECT, "properties": {"a": {"anyOf": {}}}},
        {**OBJECT, "properties": {"a": {"enum": [1]}}},
        {**OBJECT, "properties": {"a": {"enum": "x"}}},
        {**OBJECT, "properties": {"a": True}},
        {**OBJECT, "properties": [1]},
        {"type": "array", "items": {"const": 1}},
        {**OBJECT, "properties": {"a": {"type": "string", "format": "uri"}}},
        {**OBJECT, "properties": {"a": {"type": "string", "format": ["uri"]}}},
        {**OBJECT, "properties": {"a": {"type": "array"}}},
        {**OBJECT, "properties": {"a": {"type": "object"}}},
        {**OBJECT, "properties": {"a": {"enum": ["x"]}}},
    ],
)
def test_anything_else_is_json_schema(schema: dict[str, Any]) -> None:
    assert declared(schema) == {"name": "f", "parametersJsonSchema": schema}


@pytest.mark.parametrize("schema", [None, {}, {"type": "object"}, {"type": "object", "properties": {}}])
def test_a_function_without_parameters_has_none(schema: Any) -> None:
    assert declared(schema) == {"name": "f"}


def test_a_server_reads_the_subset_as_json_schema() -> None:
    schema = {
        "type": "OBJECT",
        "properties": {
            "a": {"type": "STRING", "nullable": True},
            "b": {"type": "ARRAY", "items": {"type": "INTEGER"}},
            "c": {"anyOf": [{"type": "NUMBER"}, 7], "nullable": False},
            "d_e": {"any_of": [{"type": "STRING", "min_length": 1}], "nullable": True},
        },
    }
    body = {"contents": [], "tools": [{"functionDeclarations": [{"name": "f", "parameters": schema}]}]}
    request = SERVER.decode("POST", "/v1/models/m:generateContent", (), msgspec.json.encode(body))
    assert isinstance(request, ChatRequest)
    (tool,) = list(request.tools or ())
    assert isinstance(tool, FunctionTool)
    assert tool.function.parameters == {
        "type": "object",
        "properties": {
            "a": {"type": ["string", "null"]},
            "b": {"type": "array", "items": {"type": "integer"}},
            "c": {"anyOf": [{"type": "number"}, 7]},
            "d_e": {"anyOf": [{"type": "string", "minLength": 1}, {"type": "null"}]},
        },
    }
