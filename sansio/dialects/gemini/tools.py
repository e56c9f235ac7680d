"""Tools and the choice among them: https://ai.google.dev/api/caching#Tool and #ToolConfig."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, cast

from msgspec import Raw

from ...types import (
    AllowedToolsChoice,
    CustomChoice,
    CustomTool,
    FunctionChoice,
    FunctionDefinition,
    FunctionTool,
    Opaque,
    Tool,
    ToolName,
    WebSearchOptions,
)
from ..losses import Losses
from ..parameters import Parameters
from .schema import is_empty, is_subset

_MODES: Final = {"auto": "AUTO", "none": "NONE", "required": "ANY"}


class ToolsWriter:
    """Takes the tools and what concerns them out of the *parameters*.

    *lacks* are features that the model does not have: `mixed_tools`, the API's own tools beside functions, and
    `tool_use_shown`, to show how they were used, which elsewhere has to be asked for where tools are mixed.
    """

    __slots__ = ("_declarations", "_losses", "_others", "_shown", "_validated", "config")

    def __init__(self, parameters: Parameters, lacks: frozenset[str]) -> None:
        self._losses: Losses = parameters.losses
        self._declarations: list[object] = []
        self._others: dict[str, object] = {}  # the API's own tools, by path
        self._validated = False
        for position, tool in enumerate(cast("Sequence[Tool]", parameters.take("tools") or ())):
            self._add(tool, f"tools[{position}]")
        if (search := parameters.take("web_search_options")) is not None:
            self._search(cast("WebSearchOptions", search))
        if self._declarations and "mixed_tools" in lacks:
            for path in self._others:
                self._losses.drop(path, "the model takes functions, or the API's own tools")
            self._others.clear()
        mixed = bool(self._declarations and self._others)
        self._validated = self._validated or mixed
        self._shown = mixed and "tool_use_shown" not in lacks
        self.config = self._config(parameters.take("tool_choice"))

    @property
    def json(self) -> list[object]:
        """The `tools`: all functions in one, the others each in its own."""
        functions = [{"functionDeclarations": self._declarations}] if self._declarations else []
        return [*functions, *self._others.values()]

    def _add(self, tool: Tool, path: str) -> None:
        match tool:
            case FunctionTool():
                self._losses.omit_marks(tool, path)
                self._declare(tool.function, tool.extra or {})
            case CustomTool():
                self._losses.drop(path, "the API has functions only")
            case _:
                if (own := self._losses.own(tool, path)) is not None:
                    self._others[path] = own.raw

    def _declare(self, function: FunctionDefinition, extra: Mapping[str, Raw]) -> None:
        """A function; its schema in the form that all models take, if that says everything."""
        members: dict[str, object] = {"name": function.name}
        if function.description is not None:
            members["description"] = function.description
        if function.parameters is not None and not is_empty(function.parameters):
            form = "parameters" if is_subset(function.parameters) else "parametersJsonSchema"
            members[form] = function.parameters
        self._validated = self._validated or function.strict is True
        self._declarations.append({**members, **(function.extra or {}), **extra})

    def _search(self, options: WebSearchOptions) -> None:
        for name in ("search_context_size", "user_location"):
            if getattr(options, name) is not None:
                self._losses.drop(f"web_search_options.{name}", "the API's search has no such option")
        self._others["web_search_options"] = {"googleSearch": {}}

    def _config(self, choice: object) -> object:
        """The `toolConfig`; None where there is nothing to say."""
        if isinstance(choice, Opaque):
            own = self._losses.own(choice, "tool_choice")
            return None if own is None else own.raw
        if not self._declarations:
            if choice not in (None, "auto", "none"):
                self._losses.drop("tool_choice", "it needs functions")
            return None
        config = self._choice(choice)
        calling = {} if config is None else {"functionCallingConfig": config}
        return {**calling, "includeServerSideToolInvocations": True} if self._shown else calling or None

    def _choice(self, choice: object) -> dict[str, object] | None:
        auto = "VALIDATED" if self._validated else "AUTO"
        match choice:
            case None:
                return {"mode": auto} if self._validated else None
            case str() if choice in _MODES:
                return {"mode": auto if choice == "auto" else _MODES[choice]}
            case FunctionChoice(function=ToolName(name)):
                return {"mode": "ANY", "allowedFunctionNames": [name]}
            case AllowedToolsChoice(allowed_tools=allowed):
                names = [tool.function.name for tool in allowed.tools if isinstance(tool, FunctionChoice)]
                if len(names) != len(allowed.tools):
                    self._losses.drop("tool_choice.allowed_tools", "the API has functions only")
                return {"mode": "ANY" if allowed.mode == "required" else "VALIDATED", "allowedFunctionNames": names}
            case CustomChoice():
                self._losses.drop("tool_choice", "the API has functions only")
            case _:
                self._losses.drop("tool_choice", f"the API has no choice {choice!r}")
        return {"mode": auto} if self._validated else None
