"""Tools as they come to a server."""

from __future__ import annotations

import json
from typing import Any

import pytest
from msgspec import UNSET, Raw

from sansio import ChatRequest, FunctionChoice, FunctionDefinition, FunctionTool, Opaque
from sansio.dialects.gemini.server import SERVER
from sansio.types import AllowedTools, AllowedToolsChoice

F = {"functionDeclarations": [{"name": "f"}]}


def request(*tools: object, config: object = None) -> ChatRequest:
    body = json.dumps({"contents": [], "tools": tools, "toolConfig": config}).encode()
    found = SERVER.decode("POST", "/v1/models/m:generateContent", (), body)
    assert isinstance(found, ChatRequest), found
    return found


def test_functions_and_the_apis_own() -> None:
    declared = {
        "name": "f",
        "description": "d",
        "parametersJsonSchema": {"$ref": "x"},
        "behavior": "B",
        "response": None,
    }
    found = request({"function_declarations": [declared], "googleSearch": {}}, {"url_context": {}})
    assert found.tools == [
        FunctionTool(FunctionDefinition("f", "d", {"$ref": "x"}, extra={"behavior": Raw(b'"B"')})),
        Opaque("gemini", Raw(b'{"googleSearch":{}}')),
        Opaque("gemini", Raw(b'{"urlContext":{}}')),
    ]


def allowed(mode: str, *names: str) -> AllowedToolsChoice:
    return AllowedToolsChoice(AllowedTools(mode, [FunctionChoice.of(name) for name in names]))


@pytest.mark.parametrize(
    ("config", "choice"),
    [
        ({"mode": "AUTO"}, "auto"),
        ({"mode": "none"}, "none"),
        ({"mode": "ANY"}, "required"),
        ({"mode": "ANY", "allowedFunctionNames": ["f"]}, FunctionChoice.of("f")),
        ({"mode": "ANY", "allowed_function_names": ["f", "g"]}, allowed("required", "f", "g")),
        ({"mode": "VALIDATED", "allowedFunctionNames": ["f"]}, allowed("auto", "f")),
        ({"mode": "AUTO", "allowedFunctionNames": ["f"]}, "auto"),
        ({"mode": "MODE_UNSPECIFIED"}, UNSET),
        ({}, UNSET),
    ],
)
def test_choices(config: dict[str, Any], choice: object) -> None:
    assert request(F, config={"functionCallingConfig": config}).tool_choice == choice


def test_validated_calls_are_strict() -> None:
    found = request(F, {"googleSearch": {}}, config={"functionCallingConfig": {"mode": "VALIDATED"}})
    assert found.tool_choice is UNSET
    assert found.tools == [
        FunctionTool(FunctionDefinition("f", strict=True)),
        Opaque("gemini", Raw(b'{"googleSearch":{}}')),
    ]


def test_the_mode_of_mixed_tools_says_nothing_of_their_calls() -> None:
    config = {"functionCallingConfig": {"mode": "VALIDATED"}, "includeServerSideToolInvocations": True}
    mixed, alone = request(F, {"googleSearch": {}}, config=config), request(F, config=config)
    assert mixed.tools == [FunctionTool(FunctionDefinition("f")), Opaque("gemini", Raw(b'{"googleSearch":{}}'))]
    assert (mixed.tool_choice, mixed.extra) == (UNSET, None)
    assert alone.tools == [FunctionTool(FunctionDefinition("f", strict=True))]
    assert alone.extra == {"toolConfig": Raw(b'{"includeServerSideToolInvocations":true}')}


def test_further_members_are_kept() -> None:
    calling = {"mode": "AUTO", "streamFunctionCallArguments": True}
    found = request(F, config={"functionCallingConfig": calling, "retrievalConfig": {}})
    assert found.extra is not None
    assert json.loads(bytes(found.extra["toolConfig"])) == {
        "retrievalConfig": {},
        "functionCallingConfig": {"streamFunctionCallArguments": True},
    }
