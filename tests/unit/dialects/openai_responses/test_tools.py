"""Tools and tool choices, flat."""

from __future__ import annotations

from typing import cast

import msgspec
import pytest
from msgspec import Raw

from sansio.dialects.codec import Encoded, Terms
from sansio.dialects.openai_responses import CODEC
from sansio.dialects.openai_responses.server import SERVER
from sansio.http import Limits
from sansio.types import (
    AllowedTools,
    AllowedToolsChoice,
    CacheControl,
    ChatRequest,
    CustomChoice,
    CustomDefinition,
    CustomTool,
    FunctionChoice,
    FunctionDefinition,
    FunctionTool,
    Opaque,
    Provider,
    Tool,
    ToolChoice,
    ToolName,
)

_PROVIDER = Provider(name="p", base_url="http://p/v1", dialect="openai_responses", keyless=True)
_GRAMMAR = {"syntax": "lark", "definition": "start: /x/"}


def _encoded(request: ChatRequest) -> tuple[dict[str, object], Encoded]:
    encoded = CODEC.encode(request, Terms(provider=_PROVIDER, stream=False, limits=Limits()))
    return cast("dict[str, object]", msgspec.json.decode(cast("bytes", encoded.body))), encoded


@pytest.mark.parametrize(
    ("tool", "wire"),
    [
        (
            FunctionTool(FunctionDefinition("f", "d", {"type": "object"}, strict=True, extra={"x": Raw(b"1")})),
            {"name": "f", "description": "d", "parameters": {"type": "object"}, "strict": True, "x": 1},
        ),
        (FunctionTool(FunctionDefinition("f")), {"name": "f", "parameters": None, "strict": False}),
        (
            CustomTool(CustomDefinition("c", format={"type": "grammar", "grammar": _GRAMMAR}), extra={"x": Raw(b"1")}),
            {"type": "custom", "name": "c", "format": {"type": "grammar", **_GRAMMAR}, "x": 1},
        ),
        (
            CustomTool(CustomDefinition("c", "d", {"type": "text"})),
            {"type": "custom", "name": "c", "description": "d", "format": {"type": "text"}},
        ),
        (CustomTool(CustomDefinition("c")), {"type": "custom", "name": "c"}),
        (Opaque("openai_responses", Raw(b'{"type":"web_search"}')), {"type": "web_search"}),
    ],
)
def test_tools_are_flat(tool: Tool, wire: dict[str, object]) -> None:
    body, encoded = _encoded(ChatRequest(model="m", messages="hi", tools=[tool]))
    assert encoded.losses == ()
    assert body["tools"] == [{"type": "function", **wire}]


def test_what_the_api_does_not_know_of_a_tool_is_lost() -> None:
    tools: list[Tool] = [
        FunctionTool(FunctionDefinition("f"), cache_control=CacheControl()),
        Opaque("gemini", Raw(b"{}")),
    ]
    body, encoded = _encoded(ChatRequest(model="m", messages="hi", tools=tools))
    assert [loss.path for loss in encoded.losses] == ["tools[0].cache_control", "tools[1]"]
    assert len(cast("list[object]", body["tools"])) == 1


@pytest.mark.parametrize(
    ("choice", "wire"),
    [
        ("required", "required"),
        (FunctionChoice.of("f"), {"type": "function", "name": "f"}),
        (CustomChoice(ToolName("c")), {"type": "custom", "name": "c"}),
        (
            AllowedToolsChoice(AllowedTools("auto", [FunctionChoice.of("f")])),
            {"type": "allowed_tools", "mode": "auto", "tools": [{"type": "function", "name": "f"}]},
        ),
        (Opaque("openai_responses", Raw(b'{"type":"mcp"}')), {"type": "mcp"}),
    ],
)
def test_choices_are_flat(choice: ToolChoice, wire: object) -> None:
    body, encoded = _encoded(ChatRequest(model="m", messages="hi", tool_choice=choice))
    assert encoded.losses == ()
    assert body["tool_choice"] == wire


def test_a_choice_of_another_dialect_is_lost() -> None:
    body, encoded = _encoded(ChatRequest(model="m", messages="hi", tool_choice=Opaque("gemini", Raw(b"{}"))))
    assert [loss.path for loss in encoded.losses] == ["tool_choice"]
    assert "tool_choice" not in body


@pytest.mark.parametrize("strict", [{}, {"strict": True}, {"strict": False}])
def test_a_tool_of_the_apis_own_is_as_strict_as_it_was(strict: dict[str, bool]) -> None:
    tool = {"type": "function", "name": "f", "parameters": {"type": "object"}, **strict}
    body = msgspec.json.encode({"model": "m", "input": "hi", "tools": [tool]})
    request = SERVER.decode_request("POST", "/v1/responses", (), body)
    assert isinstance(request, ChatRequest)
    assert _encoded(request)[0]["tools"] == [tool]
