"""Tools and choices in a request."""

from __future__ import annotations

import json
from typing import Any

import pytest
from msgspec import Raw

import sansio
from sansio import ChatRequest, FunctionChoice, FunctionDefinition, FunctionTool
from sansio.dialects.codec import Terms
from sansio.dialects.cohere import CODEC
from sansio.http import Limits
from sansio.types import (
    AllowedTools,
    AllowedToolsChoice,
    CacheControl,
    CustomChoice,
    CustomDefinition,
    CustomTool,
    Opaque,
    ToolName,
)

_OBJECT = {"type": "object"}
_NO_PARAMETERS: dict[str, Any] = {"type": "object", "properties": {}}
_F, _G = (FunctionTool(FunctionDefinition(name, parameters=_OBJECT)) for name in "fg")
_STRICT = FunctionTool(FunctionDefinition("s", parameters=_OBJECT, strict=True))
_CUSTOM = CustomTool(CustomDefinition("c"))
_OWN = Opaque("cohere", Raw(b'{"type":"zz"}'))
_FOREIGN = Opaque("gemini", Raw(b'{"a":1}'))


def _wire(name: str) -> dict[str, Any]:
    return {"type": "function", "function": {"name": name, "parameters": _OBJECT}}


def _encoded(tools: list[Any], choice: object = None) -> tuple[dict[str, Any], list[str]]:
    members: dict[str, Any] = {"model": "m", "messages": "hi", "tools": tools, "tool_choice": choice}
    provider = sansio.provider("cohere")
    encoded = CODEC.encode(ChatRequest(**members), Terms(provider=provider, stream=False, limits=Limits()))
    assert isinstance(encoded.body, bytes)
    body = json.loads(encoded.body)
    wanted = {name: body[name] for name in ("tools", "tool_choice", "strict_tools") if name in body}
    return wanted, [f"{loss.path} {loss.action}" for loss in encoded.losses]


@pytest.mark.parametrize(
    ("tools", "choice", "members"),
    [
        ([_F, _G], None, {"tools": [_wire("f"), _wire("g")]}),
        ([_F], "auto", {"tools": [_wire("f")]}),
        ([_F], "required", {"tools": [_wire("f")], "tool_choice": "REQUIRED"}),
        ([_F], "none", {"tools": [_wire("f")], "tool_choice": "NONE"}),
        ([_F], "ANY", {"tools": [_wire("f")], "tool_choice": "ANY"}),
        ([_F, _G], FunctionChoice.of("g"), {"tools": [_wire("g")], "tool_choice": "REQUIRED"}),
        (
            [_F, _G, _OWN],
            AllowedToolsChoice(AllowedTools("auto", [FunctionChoice.of("f")])),
            {"tools": [_wire("f")]},
        ),
        ([_STRICT], None, {"tools": [_wire("s")], "strict_tools": True}),
        ([_OWN], None, {"tools": [{"type": "zz"}]}),
        ([], "auto", {}),
    ],
)
def test_what_the_api_has(tools: list[Any], choice: object, members: dict[str, Any]) -> None:
    assert _encoded(tools, choice) == (members, [])


@pytest.mark.parametrize(
    ("tools", "choice", "members", "losses"),
    [
        (
            [_STRICT, _F],
            None,
            {"tools": [_wire("s"), _wire("f")], "strict_tools": True},
            ["tools approximated"],
        ),
        ([_CUSTOM, _F], None, {"tools": [_wire("f")]}, ["tools[0] dropped"]),
        ([_FOREIGN, _F], _FOREIGN, {"tools": [_wire("f")]}, ["tool_choice dropped", "tools[0] dropped"]),
        ([_CUSTOM], CustomChoice(ToolName("c")), {}, ["tools[0] dropped", "tool_choice dropped"]),
        (
            [_CUSTOM],
            AllowedToolsChoice(AllowedTools("required", [CustomChoice(ToolName("c"))])),
            {},
            ["tools[0] dropped", "tool_choice dropped"],
        ),
        (
            [FunctionTool(_F.function, cache_control=CacheControl())],
            None,
            {"tools": [_wire("f")]},
            ["tools[0].cache_control omitted"],
        ),
        (
            [FunctionTool(FunctionDefinition("p"))],
            None,
            {"tools": [{"type": "function", "function": {"name": "p", "parameters": _NO_PARAMETERS}}]},
            ["tools[0].function.parameters filled"],
        ),
    ],
)
def test_what_it_lacks(tools: list[Any], choice: object, members: dict[str, Any], losses: list[str]) -> None:
    assert _encoded(tools, choice) == (members, losses)


def test_unknown_members_go_back() -> None:
    definition = FunctionDefinition("f", parameters=_OBJECT, extra={"y": Raw(b"2")})
    body, losses = _encoded([FunctionTool(definition, extra={"x": Raw(b"1")})])
    assert body == {"tools": [{**_wire("f"), "function": {**_wire("f")["function"], "y": 2}, "x": 1}]}
    assert losses == []
