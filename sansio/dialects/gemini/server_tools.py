"""The server's way in for tools and the choice among them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec
from msgspec import Raw

from ...types import (
    AllowedTools,
    AllowedToolsChoice,
    FunctionChoice,
    FunctionDefinition,
    FunctionTool,
    Opaque,
    Tool,
    ToolChoice,
)
from .objects import members, raw_of, typed
from .schema import json_schema
from .state import DIALECT

_CHOICES: Final = {"ANY": "required", "AUTO": "auto", "NONE": "none"}
_SHOWN: Final = "includeServerSideToolInvocations"
_SCHEMA: Final = dict[str, object]


def tools(raw: Raw, path: str) -> list[Tool]:
    """The functions, and each of the API's own tools as it came.  Raises Invalid."""
    found: list[Tool] = []
    for place, item in enumerate(typed(raw, list[Raw], path)):
        where = f"{path}[{place}]"
        for name, value in members(item, where).items():
            if name == "functionDeclarations":
                declared = typed(value, list[Raw], f"{where}.{name}")
                found += [_function(each, f"{where}.{name}[{n}]") for n, each in enumerate(declared)]
            else:
                found.append(Opaque(DIALECT, raw_of({name: value})))
    return found


def _function(raw: Raw, path: str) -> FunctionTool:
    declared = {name: value for name, value in members(raw, path).items() if bytes(value) != b"null"}
    name = typed(declared.pop("name", Raw(b"null")), str, f"{path}.name")
    description = typed(declared.pop("description"), str, f"{path}.description") if "description" in declared else None
    schema: dict[str, object] | None = None
    for form in ("parameters", "parametersJsonSchema"):
        if form in declared:
            schema = typed(declared.pop(form), _SCHEMA, f"{path}.{form}")
            schema = json_schema(schema) if form == "parameters" else schema
    extra = {key: value.copy() for key, value in declared.items()} or None
    return FunctionTool(FunctionDefinition(name, description, schema, extra=extra))


def choice(raw: Raw, path: str, *, mixed: bool) -> tuple[ToolChoice | None, bool, Raw | None]:
    """The choice, whether calls must follow their schemas, and the members that have no canonical form.  Raises Invalid.

    Of *mixed* tools, functions beside the API's own, neither is said by the mode and the switch that these always have.
    """
    config = members(raw, path)
    always = mixed and bytes(config.get(_SHOWN, Raw(b"false"))) == b"true"
    if always:
        del config[_SHOWN]
    calling = members(config.pop("functionCallingConfig", Raw(b"{}")), f"{path}.functionCallingConfig")
    mode = typed(calling.pop("mode", Raw(b'""')), str, f"{path}.functionCallingConfig.mode").upper()
    names = typed(calling.pop("allowedFunctionNames", Raw(b"[]")), list[str], f"{path}.allowedFunctionNames")
    if calling:
        config["functionCallingConfig"] = raw_of(calling)
    return _chosen(mode, names), mode == "VALIDATED" and not always, raw_of(config) if config else None


def _chosen(mode: str, names: Sequence[str]) -> ToolChoice | None:
    if not names or mode not in {"ANY", "VALIDATED"}:
        return _CHOICES.get(mode)
    if mode == "ANY" and len(names) == 1:
        return FunctionChoice.of(names[0])
    allowed = AllowedTools("required" if mode == "ANY" else "auto", [FunctionChoice.of(name) for name in names])
    return AllowedToolsChoice(allowed)


def strict(tools: Sequence[Tool]) -> list[Tool]:
    """The same tools, whose calls must follow their schemas."""
    return [
        msgspec.structs.replace(tool, function=msgspec.structs.replace(tool.function, strict=True))
        if isinstance(tool, FunctionTool)
        else tool
        for tool in tools
    ]
