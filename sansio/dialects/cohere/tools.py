"""Tools, and how the model is to choose among them: https://docs.cohere.com/reference/chat, `tools`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, cast

import msgspec

from ...types import FunctionTool, Opaque, Tool
from ..extras import with_extra
from ..losses import Losses
from ..narrowing import narrowed
from ..parameters import Parameters

CHOICES: Final = {"none": "NONE", "required": "REQUIRED"}
_NO_PARAMETERS: Final[dict[str, object]] = {"type": "object", "properties": {}}


def encode_tools(parameters: Parameters) -> dict[str, object]:
    """The members that tell of tools.  A choice of one tool leaves only that one, which must be called then."""
    losses = parameters.losses
    given, choice = parameters.take("tools"), parameters.take("tool_choice")
    if isinstance(choice, Opaque):
        losses.own(choice, "tool_choice")
    left, mode = narrowed(cast("Sequence[Tool]", given or ()), choice)
    wire = [encoded for n, tool in enumerate(left) if (encoded := _tool(tool, f"tools[{n}]", losses)) is not None]
    if not wire:
        if mode != "auto":
            losses.drop("tool_choice", "it needs tools")
        return {}
    members: dict[str, object] = {"tools": wire}
    strict = {tool.function.strict is True for tool in left if isinstance(tool, FunctionTool)}
    if True in strict:
        members["strict_tools"] = True
        if False in strict:
            losses.approximate("tools", "the API is strict about all tools or none")
    if mode != "auto":
        members["tool_choice"] = CHOICES.get(mode, mode)
    return members


def _tool(tool: Tool, path: str, losses: Losses) -> object:
    if isinstance(tool, Opaque):
        own = losses.own(tool, path)
        return own and own.raw
    if not isinstance(tool, FunctionTool):
        losses.drop(path, "the API has functions only")
        return None
    losses.omit_marks(tool, path)
    function = msgspec.structs.replace(tool.function, strict=None)
    if function.parameters is None:
        losses.fill(f"{path}.function.parameters", "the API wants them")
        function = msgspec.structs.replace(function, parameters=_NO_PARAMETERS)
    return with_extra(msgspec.structs.replace(tool, function=function, cache_control=None))
