"""Tools and tool choices on their way in."""

from __future__ import annotations

import json

import pytest
from msgspec import UNSET, Raw

from sansio.dialects.openai_responses.server import SERVER
from sansio.types import (
    AllowedTools,
    AllowedToolsChoice,
    ChatRequest,
    CustomChoice,
    CustomDefinition,
    CustomTool,
    FunctionChoice,
    FunctionDefinition,
    FunctionTool,
    Opaque,
    ToolName,
)


def _decoded(**members: object) -> ChatRequest:
    body = json.dumps({"model": "m", "input": "hi", **members}).encode()
    request = SERVER.decode("POST", "/v1/responses", (), body)
    assert isinstance(request, ChatRequest)
    return request


def _opaque(item: object) -> Opaque:
    return Opaque("openai_responses", Raw(json.dumps(item).encode()))


def test_tools_are_nested() -> None:
    grammar = {"syntax": "lark", "definition": "start: /x/"}
    wire: list[dict[str, object]] = [
        {"type": "function", "name": "f", "description": "d", "parameters": {}, "strict": False, "x": 1},
        {"type": "custom", "name": "c", "format": {"type": "grammar", **grammar}, "y": 2},
        {"type": "custom", "name": "c", "format": {"type": "text"}},
        {"type": "custom", "name": "c"},
        {"type": "web_search"},
    ]
    assert _decoded(tools=wire).tools == [
        FunctionTool(FunctionDefinition("f", "d", {}, strict=False), extra={"x": Raw(b"1")}),
        CustomTool(CustomDefinition("c", None, {"type": "grammar", "grammar": grammar}), extra={"y": Raw(b"2")}),
        CustomTool(CustomDefinition("c", None, {"type": "text"})),
        CustomTool(CustomDefinition("c")),
        _opaque({"type": "web_search"}),
    ]
    assert _decoded(tools=None).tools is UNSET


@pytest.mark.parametrize(
    ("wire", "choice"),
    [
        ("required", "required"),
        ({"type": "function", "name": "f"}, FunctionChoice.of("f")),
        ({"type": "custom", "name": "c"}, CustomChoice(ToolName("c"))),
        (
            {"type": "allowed_tools", "mode": "auto", "tools": [{"type": "function", "name": "f"}]},
            AllowedToolsChoice(AllowedTools("auto", [FunctionChoice.of("f")])),
        ),
    ],
)
def test_choices_are_nested(wire: object, choice: object) -> None:
    assert _decoded(tool_choice=wire).tool_choice == choice


@pytest.mark.parametrize(
    "wire",
    [
        {"type": "mcp", "server_label": "s"},
        {"type": "mcp", "name": "n"},
        {"type": "function", "name": "f", "x": 1},
        {"type": "allowed_tools", "mode": "auto", "tools": [{"type": "web_search"}]},
        {"name": "f"},
    ],
)
def test_a_choice_that_no_type_holds_is_kept(wire: object) -> None:
    assert _decoded(tool_choice=wire).tool_choice == _opaque(wire)
