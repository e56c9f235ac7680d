"""Tools, and how the model is to choose among them: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ToolConfiguration.html."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, cast

from ...types import AllowedToolsChoice, CustomChoice, CustomTool, FunctionChoice, Opaque, Tool, WebSearchOptions
from ..losses import Losses
from ..narrowing import narrowed
from ..parameters import Parameters
from .content import Block, BlockWriter
from .wire import decode_members

_CHOICES: Final = {"auto": "auto", "required": "any"}
# What a function without parameters takes; the API wants a schema.
_NO_PARAMETERS: Final[Block] = {"type": "object", "properties": {}}
_NONE: Final = "none"
_SYSTEM_TOOL: Final = "systemTool."


def tool_config(parameters: Parameters, writer: BlockWriter, *, needed: bool) -> Block | None:
    """The `toolConfig`, None where there are no tools.

    The API has no choice of none but no tools at all; where the conversation has calls they are *needed*.
    """
    losses = parameters.losses
    tools = cast("Sequence[Tool]", parameters.take("tools") or ())
    choice, own = parameters.take("tool_choice"), _system_tools(parameters)
    if isinstance(choice, AllowedToolsChoice):
        losses.approximate("tool_choice", "the tools that are not allowed are left out")
        tools, choice = narrowed(tools, choice)
    if choice == _NONE and not needed:
        return None
    found = [block for n, tool in enumerate(tools) for block in _tool(tool, f"tools[{n}]", writer, losses)]
    found += own
    if not found:
        if choice not in (None, _NONE, "auto"):
            losses.drop("tool_choice", "it needs tools")
        return None
    config: Block = {"tools": found}
    if (named := _choice(choice, losses)) is not None:
        config["toolChoice"] = named
    return config


def _system_tools(parameters: Parameters) -> list[Block]:
    """Tools of the API's own for which a rule has renamed a parameter; they have no options."""
    found: list[Block] = []
    for name in [name for name in parameters.left if name.startswith(_SYSTEM_TOOL)]:
        if parameters.take(name) != WebSearchOptions():
            parameters.losses.approximate("web_search_options", "the API's own search has no options")
        found.append({"systemTool": {"name": name.removeprefix(_SYSTEM_TOOL)}})
    return found


def _tool(tool: Tool, path: str, writer: BlockWriter, losses: Losses) -> list[Block]:
    match tool:
        case Opaque():
            own = losses.own(tool, path)
            return [] if own is None else [{**decode_members(own.raw)}]
        case CustomTool():
            losses.drop(path, "the API has no custom tools")
            return []
        case _:
            function, mark = tool.function, tool.cache_control
            spec: Block = {"name": function.name}
            if function.description:
                spec["description"] = function.description
            spec["inputSchema"] = {"json": function.parameters or _NO_PARAMETERS}
            if function.strict is not None:
                spec["strict"] = function.strict
            found: Block = {"toolSpec": {**spec, **(function.extra or {})}, **(tool.extra or {})}
            return [found, *(writer.mark(mark, f"{path}.cache_control") if mark is not None else ())]


def _choice(choice: object, losses: Losses) -> Block | None:
    match choice:
        case None:
            return None
        case FunctionChoice(function=tool) | CustomChoice(custom=tool):
            return {"tool": {"name": tool.name}}
        case Opaque():
            own = losses.own(choice, "tool_choice")
            return None if own is None else {**decode_members(own.raw)}
        case str() if choice in _CHOICES:
            return {_CHOICES[choice]: {}}
        case _:
            losses.drop("tool_choice", f"the API does not have {choice!r}")
            return None
