"""Tools and the choice among them: https://platform.claude.com/docs/en/agents-and-tools/tool-use/overview."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, assert_never, cast

from ...types import (
    AllowedToolsChoice,
    CustomChoice,
    CustomTool,
    FunctionChoice,
    FunctionTool,
    Opaque,
    Tool,
    WebSearchOptions,
)
from ..losses import Losses
from ..parameters import Parameters
from .blocks import CUSTOM_INPUT, Block, Members

_CHOICES: Final = {"auto": "auto", "none": "none", "required": "any"}
_WEB_SEARCH: Final = "web_search_20250305"  # the one that every model with web search has


def write_tools(parameters: Parameters, losses: Losses) -> Members:
    """The members `tools` and `tool_choice`, as far as they are asked for."""
    tools = cast("Sequence[Tool]", parameters.take("tools") or ())
    choice, parallel = parameters.take("tool_choice"), parameters.take("parallel_tool_calls")
    if isinstance(choice, AllowedToolsChoice):
        allowed = {_named(tool) for tool in choice.allowed_tools.tools}
        tools = [tool for tool in tools if _name(tool) in allowed]
        choice = choice.allowed_tools.mode
    wire = [block for n, tool in enumerate(tools) if (block := _tool(tool, f"tools[{n}]", losses)) is not None]
    if isinstance(options := parameters.take("web_search_options"), WebSearchOptions):
        wire.append(_web_search(options, losses))
    if not wire:
        if choice not in (None, "auto", "none"):
            losses.drop("tool_choice", "it needs tools")
        return {}
    wanted = _choice(choice, losses)
    if isinstance(parallel, bool) and (wanted is None or isinstance(wanted, dict)):
        wanted = wanted or {"type": "auto"}
        if wanted["type"] != "none":
            wanted["disable_parallel_tool_use"] = not parallel
    members: Members = {"tools": wire}
    return members if wanted is None else members | {"tool_choice": wanted}


def forces(choice: object) -> bool:
    """Whether a choice on the wire makes the model call a tool."""
    return isinstance(choice, dict) and cast("Members", choice).get("type") in {"any", "tool"}


def _tool(tool: Tool, path: str, losses: Losses) -> Block | None:
    match tool:
        case FunctionTool(function, cache_control, extra):
            wire: Members = {"type": "custom", "name": function.name}
            if function.description is not None:
                wire["description"] = function.description
            wire["input_schema"] = _schema(function.parameters or {})
            if function.strict is not None:
                wire["strict"] = function.strict
            if cache_control is not None:
                wire["cache_control"] = cache_control
            return {**wire, **(function.extra or {}), **(extra or {})}
        case CustomTool():
            return _custom(tool, path, losses)
        case Opaque():
            return None if (own := losses.own(tool, path)) is None else own.raw
        case _:
            assert_never(tool)


def _schema(parameters: object) -> Members:
    """A schema of an object, which is the only one that the API takes."""
    schema = dict(cast("Members", parameters))
    if not schema:
        return {"type": "object", "properties": {}}
    schema.setdefault("type", "object")
    return schema


def _custom(tool: CustomTool, path: str, losses: Losses) -> Members:
    losses.approximate(path, "the API's tools take an object, in which the text is a member")
    if tool.custom.format is not None:
        losses.drop(f"{path}.custom.format", "the API has no grammars")
    wire: Members = {"type": "custom", "name": tool.custom.name}
    if tool.custom.description is not None:
        wire["description"] = tool.custom.description
    text = {CUSTOM_INPUT: {"type": "string"}}
    wire["input_schema"] = {"type": "object", "properties": text, "required": [CUSTOM_INPUT]}
    return {**wire, **(tool.custom.extra or {}), **(tool.extra or {})}


def _web_search(options: WebSearchOptions, losses: Losses) -> Members:
    if options.search_context_size is not None:
        losses.drop("web_search_options.search_context_size", "the API has no such size")
    tool: Members = {"type": _WEB_SEARCH, "name": "web_search"}
    if (location := options.user_location) is not None:
        near = location.approximate
        given = {"city": near.city, "region": near.region, "country": near.country, "timezone": near.timezone}
        tool["user_location"] = {"type": "approximate"} | {k: v for k, v in given.items() if v is not None}
    return tool


def _choice(choice: object, losses: Losses) -> Block | None:
    match choice:
        case None:
            return None
        case str():
            return {"type": _CHOICES.get(choice, choice)}
        case FunctionChoice(named) | CustomChoice(named):
            return {"type": "tool", "name": named.name}
        case _:
            own = losses.own(cast("Opaque", choice), "tool_choice")
            return None if own is None else own.raw


def _name(tool: Tool) -> str | None:
    match tool:
        case FunctionTool():
            return tool.function.name
        case CustomTool():
            return tool.custom.name
        case Opaque():
            return None
        case _:
            assert_never(tool)


def _named(choice: FunctionChoice | CustomChoice) -> str:
    return choice.function.name if isinstance(choice, FunctionChoice) else choice.custom.name
