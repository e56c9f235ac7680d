"""Tools, and the choice among them."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from msgspec import Raw

from sansio.dialects.anthropic.tools import forces, write_tools
from sansio.dialects.losses import Losses
from sansio.dialects.parameters import Parameters
from sansio.types import (
    AllowedTools,
    AllowedToolsChoice,
    ApproximateLocation,
    CacheControl,
    ChatRequest,
    CustomChoice,
    CustomDefinition,
    CustomTool,
    FunctionChoice,
    FunctionDefinition,
    FunctionTool,
    Opaque,
    ToolChoice,
    ToolName,
    UserLocation,
    WebSearchOptions,
)

TOOL = FunctionTool(FunctionDefinition("f", parameters={"type": "object"}))
WIRE = {"type": "custom", "name": "f", "input_schema": {"type": "object"}}
CUSTOM = CustomTool(CustomDefinition("c", "text", extra={"x": Raw(b"1")}), extra={"y": Raw(b"2")})
BASH = Opaque("anthropic", Raw(b'{"type":"bash_20250124","name":"bash"}'))


def written(request: ChatRequest) -> tuple[dict[str, Any], list[str]]:
    """The members as JSON values, and the losses."""
    losses = Losses("anthropic")
    members = write_tools(Parameters(request, losses), losses)
    said = [f"{loss.path} {loss.action}" for loss in losses.found]
    return msgspec.json.decode(msgspec.json.encode(members)), said


def chosen(choice: ToolChoice | None, *, parallel: bool | None = None) -> object:
    request = ChatRequest(model="m", messages="", tools=[TOOL], tool_choice=choice, parallel_tool_calls=parallel)
    members, said = written(request)
    assert not said
    return members.get("tool_choice")


def test_a_function_with_all_that_it_may_have() -> None:
    function = FunctionDefinition("f", "does", {"properties": {}}, True, {"x": Raw(b"1")})
    tool = FunctionTool(function, CacheControl(), {"defer_loading": Raw(b"true")})
    wire: dict[str, object] = {
        "type": "custom",
        "name": "f",
        "description": "does",
        "input_schema": {"properties": {}, "type": "object"},
        "strict": True,
        "cache_control": {"type": "ephemeral"},
        "x": 1,
        "defer_loading": True,
    }
    assert written(ChatRequest(model="m", messages="", tools=[tool])) == ({"tools": [wire]}, [])


def test_a_function_without_parameters_takes_an_empty_object() -> None:
    members, _ = written(ChatRequest(model="m", messages="", tools=[FunctionTool(FunctionDefinition("f"))]))
    assert members == {"tools": [WIRE | {"input_schema": {"type": "object", "properties": {}}}]}


def test_a_custom_tool_takes_its_text_in_an_object() -> None:
    bare = CustomTool(CustomDefinition("d", format={"type": "grammar"}))
    members, said = written(ChatRequest(model="m", messages="", tools=[CUSTOM, bare]))
    schema = {"type": "object", "properties": {"input": {"type": "string"}}, "required": ["input"]}
    assert members == {
        "tools": [
            {"type": "custom", "name": "c", "description": "text", "input_schema": schema, "x": 1, "y": 2},
            {"type": "custom", "name": "d", "input_schema": schema},
        ]
    }
    assert said == ["tools[0] approximated", "tools[1] approximated", "tools[1].custom.format dropped"]


def test_own_tools_go_as_they_are_and_others_are_lost() -> None:
    members, said = written(ChatRequest(model="m", messages="", tools=[BASH, Opaque("gemini", Raw(b"{}"))]))
    assert members == {"tools": [{"type": "bash_20250124", "name": "bash"}]}
    assert said == ["tools[1] dropped"]


@pytest.mark.parametrize(
    ("choice", "wire"),
    [
        (None, None),
        ("auto", {"type": "auto"}),
        ("required", {"type": "any"}),
        ("none", {"type": "none"}),
        (FunctionChoice.of("f"), {"type": "tool", "name": "f"}),
        (CustomChoice(ToolName("f")), {"type": "tool", "name": "f"}),
        (Opaque("anthropic", Raw(b'{"type":"new"}')), {"type": "new"}),
    ],
)
def test_choices(choice: ToolChoice | None, wire: object) -> None:
    assert chosen(choice) == wire


def test_calls_at_once_are_part_of_the_choice() -> None:
    assert chosen(None, parallel=False) == {"type": "auto", "disable_parallel_tool_use": True}
    assert chosen("required", parallel=True) == {"type": "any", "disable_parallel_tool_use": False}
    assert chosen("none", parallel=False) == {"type": "none"}
    assert chosen(Opaque("anthropic", Raw(b'{"type":"new"}')), parallel=False) == {"type": "new"}


def test_the_choice_of_another_dialect_is_lost() -> None:
    request = ChatRequest(model="m", messages="", tools=[TOOL], tool_choice=Opaque("gemini", Raw(b"{}")))
    assert written(request) == ({"tools": [WIRE]}, ["tool_choice dropped"])


def test_a_subset_is_said_by_leaving_the_others_out() -> None:
    allowed = AllowedTools("required", [FunctionChoice.of("f"), CustomChoice(ToolName("c"))])
    other = FunctionTool(FunctionDefinition("g"))
    request = ChatRequest(
        model="m", messages="", tools=[TOOL, other, BASH, CUSTOM], tool_choice=AllowedToolsChoice(allowed)
    )
    members, _ = written(request)
    assert [tool["name"] for tool in members["tools"]] == ["f", "c"]
    assert members["tool_choice"] == {"type": "any"}


def test_a_choice_of_the_api_s_own_needs_tools_too() -> None:
    own = Opaque("anthropic", Raw(b'{"type":"new"}'))
    assert written(ChatRequest(model="m", messages="", tool_choice=own)) == ({}, ["tool_choice dropped"])


def test_without_tools_there_is_no_choice() -> None:
    assert written(ChatRequest(model="m", messages="", tool_choice="required")) == ({}, ["tool_choice dropped"])
    assert written(ChatRequest(model="m", messages="", tool_choice="none", parallel_tool_calls=False)) == ({}, [])


def test_web_search_is_a_tool_of_the_api() -> None:
    location = UserLocation(ApproximateLocation(city="Paris", country="FR"))
    request = ChatRequest(model="m", messages="", web_search_options=WebSearchOptions("low", location))
    members, said = written(request)
    near = {"type": "approximate", "city": "Paris", "country": "FR"}
    assert members == {"tools": [{"type": "web_search_20250305", "name": "web_search", "user_location": near}]}
    assert said == ["web_search_options.search_context_size dropped"]
    members, said = written(ChatRequest(model="m", messages="", web_search_options=WebSearchOptions()))
    assert members == {"tools": [{"type": "web_search_20250305", "name": "web_search"}]}


def test_which_choices_force() -> None:
    assert forces({"type": "any"})
    assert forces({"type": "tool", "name": "f"})
    assert not forces({"type": "auto"})
    assert not forces(None)
