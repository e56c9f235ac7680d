"""Tools, and how the model is to choose among them."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from msgspec import Raw

import sansio
from sansio import ChatRequest
from sansio.dialects.bedrock_converse import CODEC
from sansio.dialects.codec import Terms
from sansio.http import Limits
from sansio.types import (
    AllowedTools,
    AllowedToolsChoice,
    CacheControl,
    CustomChoice,
    CustomDefinition,
    CustomTool,
    FunctionCall,
    FunctionChoice,
    FunctionDefinition,
    FunctionTool,
    FunctionToolCall,
    Opaque,
    Tool,
    ToolChoice,
    ToolName,
    WebSearchOptions,
)

TERMS = Terms(provider=sansio.provider("bedrock", region="r"), stream=False, limits=Limits())
F = FunctionTool(FunctionDefinition("f"))
G = FunctionTool(FunctionDefinition("g"))
EMPTY: dict[str, object] = {"json": {"type": "object", "properties": {}}}
SPEC_F: dict[str, object] = {"toolSpec": {"name": "f", "inputSchema": EMPTY}}
HISTORY = [
    sansio.user("a"),
    sansio.assistant(tool_calls=[FunctionToolCall(id="t1", function=FunctionCall("f", "{}"))]),
    sansio.tool("b", "t1"),
]


def opaque(value: object, dialect: str = "bedrock_converse") -> Opaque:
    return Opaque(dialect, Raw(msgspec.json.encode(value)))


def config(
    tools: list[Tool] | None = None, choice: ToolChoice | None = None, *, called: bool = False
) -> tuple[Any, list[tuple[str, str]]]:
    """The `toolConfig`, and what was lost where."""
    messages = HISTORY if called else [sansio.user("a")]
    encoded = CODEC.encode(ChatRequest(model="m", messages=messages, tools=tools, tool_choice=choice), TERMS)
    body = msgspec.json.decode(encoded.body if isinstance(encoded.body, bytes) else b"")
    return body.get("toolConfig"), [(loss.path, loss.action) for loss in encoded.losses]


def test_a_function_in_full() -> None:
    function = FunctionDefinition("f", "what", {"type": "object"}, strict=True, extra={"x": Raw(b"1")})
    tool = FunctionTool(function, cache_control=CacheControl(), extra={"y": Raw(b"2")})
    spec = {"name": "f", "description": "what", "inputSchema": {"json": {"type": "object"}}, "strict": True, "x": 1}
    tools = [{"toolSpec": spec, "y": 2}, {"cachePoint": {"type": "default"}}]
    assert config([tool]) == ({"tools": tools}, [])


def test_an_empty_description_is_left_out() -> None:
    assert config([FunctionTool(FunctionDefinition("f", ""))]) == ({"tools": [SPEC_F]}, [])


def test_a_tool_of_the_apis_own() -> None:
    tool = {"systemTool": {"name": "nova_grounding"}}
    assert config([opaque(tool)]) == ({"tools": [tool]}, [])


@pytest.mark.parametrize("tool", [CustomTool(CustomDefinition("f")), opaque({}, "anthropic")])
def test_other_tools_are_lost(tool: Tool) -> None:
    assert config([tool]) == (None, [("tools[0]", "dropped")])


@pytest.mark.parametrize(
    ("choice", "wire"),
    [
        ("auto", {"auto": {}}),
        ("required", {"any": {}}),
        (FunctionChoice.of("f"), {"tool": {"name": "f"}}),
        (CustomChoice(ToolName("f")), {"tool": {"name": "f"}}),
        (opaque({"odd": {}}), {"odd": {}}),
    ],
)
def test_choices(choice: ToolChoice, wire: object) -> None:
    assert config([F], choice) == ({"tools": [SPEC_F], "toolChoice": wire}, [])


@pytest.mark.parametrize("choice", [opaque({}, "other"), "sometimes"])
def test_a_choice_that_the_api_does_not_have_is_lost(choice: ToolChoice) -> None:
    assert config([F], choice) == ({"tools": [SPEC_F]}, [("tool_choice", "dropped")])


def test_none_is_no_tools_at_all() -> None:
    assert config([F], "none") == (None, [])


def test_none_keeps_the_tools_that_the_conversation_has_used() -> None:
    assert config([F], "none", called=True) == ({"tools": [SPEC_F]}, [("tool_choice", "dropped")])


def test_a_subset_leaves_the_other_tools_out() -> None:
    choice = AllowedToolsChoice(AllowedTools("required", [FunctionChoice.of("f")]))
    wanted: dict[str, object] = {"tools": [SPEC_F], "toolChoice": {"any": {}}}
    assert config([F, G], choice) == (wanted, [("tool_choice", "approximated")])


def test_novas_search_is_a_tool_of_the_apis_own() -> None:
    grounding = {"systemTool": {"name": "nova_grounding"}}
    for options, losses in (
        (WebSearchOptions(), []),
        (WebSearchOptions("low"), [("web_search_options", "approximated")]),
    ):
        request = ChatRequest(model="amazon.nova-pro-v1:0", messages="hi", tools=[F], web_search_options=options)
        encoded = CODEC.encode(request, TERMS)
        assert isinstance(encoded.body, bytes)
        assert msgspec.json.decode(encoded.body)["toolConfig"] == {"tools": [SPEC_F, grounding]}
        assert [(loss.path, loss.action) for loss in encoded.losses] == losses


def test_no_tools_at_all_are_no_search_either() -> None:
    request = ChatRequest(
        model="amazon.nova-pro-v1:0",
        messages="hi",
        tools=[F],
        tool_choice="none",
        web_search_options=WebSearchOptions(),
    )
    assert CODEC.encode(request, TERMS).body == b'{"messages":[{"role":"user","content":[{"text":"hi"}]}]}'


def test_other_models_have_no_search() -> None:
    request = ChatRequest(model="m", messages="hi", web_search_options=WebSearchOptions())
    assert [loss.path for loss in CODEC.encode(request, TERMS).losses] == ["web_search_options"]


@pytest.mark.parametrize(("choice", "losses"), [("required", [("tool_choice", "dropped")]), ("auto", []), ("none", [])])
def test_a_choice_needs_tools(choice: str, losses: object) -> None:
    assert config(None, choice) == (None, losses)
