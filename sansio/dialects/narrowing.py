"""Tool choices for APIs that cannot name a tool: only the tools that the choice leaves are sent."""

from __future__ import annotations

from collections.abc import Sequence

from ..types import AllowedToolsChoice, CustomChoice, CustomTool, FunctionChoice, FunctionTool, Tool


def narrowed(tools: Sequence[Tool], choice: object) -> tuple[Sequence[Tool], str]:
    """The tools that *choice* leaves, and how the model is to choose among them: auto, none, required, or another word.

    A choice that is no word and names no tool leaves all, as auto.
    """
    match choice:
        case FunctionChoice(function=tool) | CustomChoice(custom=tool):
            return [item for item in tools if _name(item) == tool.name], "required"
        case AllowedToolsChoice(allowed_tools=allowed):
            names = {
                (item.function if isinstance(item, FunctionChoice) else item.custom).name for item in allowed.tools
            }
            return [item for item in tools if _name(item) in names], allowed.mode
        case str():
            return tools, choice
        case _:
            return tools, "auto"


def _name(tool: Tool) -> str | None:
    match tool:
        case FunctionTool(function=definition):
            return definition.name
        case CustomTool(custom=definition):
            return definition.name
        case _:
            return None
