"""Tools and the choice among them."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec import Raw

from sansio import (
    CustomTool,
    Exchange,
    FunctionChoice,
    FunctionDefinition,
    FunctionTool,
    Opaque,
    UnsupportedParameterError,
)
from sansio.types import (
    AllowedTools,
    AllowedToolsChoice,
    ApproximateLocation,
    CacheControl,
    CustomChoice,
    CustomDefinition,
    ToolName,
    UserLocation,
    WebSearchOptions,
)
from tests.unit.dialects.gemini.by_hand import GEMINI, VERTEX, chat, lost, sent

F = FunctionTool(FunctionDefinition("f"))
STRICT = FunctionTool(FunctionDefinition("f", strict=True))
FUNCTIONS = [{"functionDeclarations": [{"name": "f"}]}]


def test_functions_stand_in_one_tool_and_the_apis_own_beside() -> None:
    search = Opaque("gemini", Raw(b'{"googleSearch":{}}'))
    tool = FunctionTool(FunctionDefinition("g", "d", extra={"behavior": Raw(b'"BLOCKING"')}), extra={"x": Raw(b"1")})
    assert sent(chat("gemini-3-flash", tools=[F, search, tool]))["tools"] == [
        {"functionDeclarations": [{"name": "f"}, {"name": "g", "description": "d", "behavior": "BLOCKING", "x": 1}]},
        {"googleSearch": {}},
    ]


def test_the_deprecated_form() -> None:
    body = sent(chat(functions=[FunctionDefinition("f")], function_call=ToolName("f")))
    assert body["tools"] == FUNCTIONS
    assert body["toolConfig"] == {"functionCallingConfig": {"mode": "ANY", "allowedFunctionNames": ["f"]}}


def test_other_tools_are_lost() -> None:
    custom, other = CustomTool(CustomDefinition("c")), Opaque("anthropic", Raw(b"{}"))
    marked = FunctionTool(FunctionDefinition("f"), cache_control=CacheControl())
    assert lost(chat(tools=[custom, other, marked])) == [
        ("tools[0]", "dropped"),
        ("tools[1]", "dropped"),
        ("tools[2].cache_control", "omitted"),
    ]


def test_search_is_one_of_the_apis_own_tools() -> None:
    where = UserLocation(ApproximateLocation(city="Paris"))
    request = chat(web_search_options=WebSearchOptions("low", where))
    assert sent(request)["tools"] == [{"googleSearch": {}}]
    assert [path for path, _ in lost(request)] == [
        "web_search_options.search_context_size",
        "web_search_options.user_location",
    ]
    assert lost(chat(web_search_options=WebSearchOptions())) == []


@pytest.mark.parametrize(
    ("tools", "choice", "config"),
    [
        ([F], None, None),
        ([F], "auto", {"mode": "AUTO"}),
        ([F], "none", {"mode": "NONE"}),
        ([F], "required", {"mode": "ANY"}),
        ([F], FunctionChoice.of("f"), {"mode": "ANY", "allowedFunctionNames": ["f"]}),
        (
            [F],
            AllowedToolsChoice(AllowedTools("required", [FunctionChoice.of("f")])),
            {"mode": "ANY", "allowedFunctionNames": ["f"]},
        ),
        (
            [F],
            AllowedToolsChoice(AllowedTools("auto", [FunctionChoice.of("f")])),
            {"mode": "VALIDATED", "allowedFunctionNames": ["f"]},
        ),
        ([STRICT], None, {"mode": "VALIDATED"}),
        ([STRICT], "auto", {"mode": "VALIDATED"}),
        ([STRICT], "required", {"mode": "ANY"}),
    ],
)
def test_choices(tools: list[FunctionTool], choice: Any, config: object) -> None:
    request = chat(tools=tools) if choice is None else chat(tools=tools, tool_choice=choice)
    expected = None if config is None else {"functionCallingConfig": config}
    assert sent(request).get("toolConfig") == expected
    assert lost(request) == []


def test_an_own_choice_goes_as_it_is() -> None:
    choice = Opaque("gemini", Raw(b'{"retrievalConfig":{}}'))
    assert sent(chat(tools=[F], tool_choice=choice))["toolConfig"] == {"retrievalConfig": {}}


@pytest.mark.parametrize(
    ("choice", "path"),
    [
        (CustomChoice(ToolName("c")), "tool_choice"),
        ("whatever", "tool_choice"),
        (Opaque("anthropic", Raw(b"{}")), "tool_choice"),
        (AllowedToolsChoice(AllowedTools("auto", [CustomChoice(ToolName("c"))])), "tool_choice.allowed_tools"),
    ],
)
def test_choices_that_are_lost(choice: Any, path: str) -> None:
    request = chat(tools=[STRICT], tool_choice=choice)
    assert lost(request) == [(path, "dropped")]
    assert sent(request).get("toolConfig", {}).get("functionCallingConfig", {}).get("mode") in {None, "VALIDATED"}


@pytest.mark.parametrize(("choice", "losses"), [("auto", []), ("none", []), ("required", [("tool_choice", "dropped")])])
def test_a_choice_needs_functions(choice: str, losses: list[tuple[str, str]]) -> None:
    request = chat(tool_choice=choice)
    assert "toolConfig" not in sent(request)
    assert lost(request) == losses


SEARCH = Opaque("gemini", Raw(b'{"googleSearch":{}}'))


@pytest.mark.parametrize(
    ("choice", "mode"), [(None, "VALIDATED"), ("auto", "VALIDATED"), ("required", "ANY"), ("none", "NONE")]
)
@pytest.mark.parametrize("search", [{"tools": [F, SEARCH]}, {"tools": [F], "web_search_options": WebSearchOptions()}])
def test_functions_beside_the_apis_own_tools(search: dict[str, Any], choice: str | None, mode: str) -> None:
    """https://ai.google.dev/gemini-api/docs/tool-combination: calls are validated, and the use of the others is shown."""
    request = chat("gemini-3-flash", **search, **({} if choice is None else {"tool_choice": choice}))
    body = sent(request)
    calling = {"functionCallingConfig": {"mode": mode}}
    assert body["tools"] == [*FUNCTIONS, {"googleSearch": {}}]
    assert body["toolConfig"] == {**calling, "includeServerSideToolInvocations": True}
    assert sent(request, VERTEX)["toolConfig"] == calling  # which has no such member
    assert lost(request) == []


def test_models_before_gemini_3_take_functions_or_the_apis_own() -> None:
    mixed = chat(tools=[SEARCH, F], web_search_options=WebSearchOptions())
    body = sent(mixed)
    assert body["tools"] == FUNCTIONS
    assert "toolConfig" not in body
    assert lost(mixed) == [("tools[0]", "dropped"), ("web_search_options", "dropped")]
    with pytest.raises(UnsupportedParameterError, match="web_search_options"):
        Exchange(GEMINI, mixed)
    assert lost(chat(tools=[SEARCH])) == []
