"""Tools and tool choices as this API has them: flat, where chat completions nest them under their type."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from ...types import (
    AllowedToolsChoice,
    CustomChoice,
    CustomTool,
    FunctionChoice,
    FunctionTool,
    Opaque,
    Tool,
    ToolChoice,
    WebSearchOptions,
)
from ..losses import Losses
from .wire import given


def tool_json(tool: Tool, path: str, losses: Losses, *, own: bool) -> object:
    """The tool, None where it is another dialect's; *own* tools come from a request to this API.

    Functions are strict here unless the request says otherwise, and at chat completions only where it says so.
    """
    if isinstance(tool, Opaque):
        item = losses.own(tool, path)
        return None if item is None else item.raw
    if isinstance(tool, CustomTool):
        custom = tool.custom
        told = given(description=custom.description, format=custom.format and _flat(custom.format))
        return {"type": "custom", "name": custom.name, **told, **(custom.extra or {}), **(tool.extra or {})}
    return _function(tool, path, losses, own=own)


def choice_json(choice: ToolChoice, losses: Losses) -> object:
    """The tool choice, None where it is another dialect's."""
    match choice:
        case Opaque():
            own = losses.own(choice, "tool_choice")
            return None if own is None else own.raw
        case AllowedToolsChoice(allowed):
            tools = [_named(tool) for tool in allowed.tools]
            return {"type": "allowed_tools", "mode": allowed.mode, "tools": tools}
        case FunctionChoice() | CustomChoice():
            return _named(choice)
        case _:
            return choice


def web_search_json(options: WebSearchOptions) -> dict[str, object]:
    """The tool that chat completions have as an option."""
    tool = {"type": "web_search", **given(search_context_size=options.search_context_size)}
    if (location := options.user_location) is not None:
        place = location.approximate
        where = given(city=place.city, country=place.country, region=place.region, timezone=place.timezone)
        tool["user_location"] = {"type": "approximate", **where}
    return tool


def _function(tool: FunctionTool, path: str, losses: Losses, *, own: bool) -> dict[str, object]:
    losses.omit_marks(tool, path)
    function = tool.function
    return {
        "type": "function",
        "name": function.name,
        **given(description=function.description),
        "parameters": function.parameters,
        **given(strict=function.strict if own else bool(function.strict)),
        **(function.extra or {}),
        **(tool.extra or {}),
    }


def _named(choice: FunctionChoice | CustomChoice) -> dict[str, str]:
    if isinstance(choice, CustomChoice):
        return {"type": "custom", "name": choice.custom.name}
    return {"type": "function", "name": choice.function.name}


def _flat(format_: Mapping[str, object]) -> Mapping[str, object]:
    """The format of a custom tool's input, whose grammar is nested at chat completions."""
    if not isinstance(grammar := format_.get("grammar"), Mapping):
        return format_
    rest = {name: value for name, value in format_.items() if name != "grammar"}
    return {**rest, **cast("Mapping[str, object]", grammar)}
