"""Tools that a model may call, how it is told to choose, and the calls that it makes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import msgspec

from .content import CacheControl, Extra, Opaque


class FunctionDefinition(msgspec.Struct, frozen=True, omit_defaults=True):
    """A function: `parameters` is a JSON schema, `strict` holds the model to it."""

    name: str
    description: str | None = None
    parameters: Mapping[str, object] | None = None
    strict: bool | None = None
    extra: Extra | None = None


class FunctionTool(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="type", tag="function"):
    """A tool that is called with a JSON object."""

    function: FunctionDefinition
    cache_control: CacheControl | None = None
    extra: Extra | None = None


class CustomDefinition(msgspec.Struct, frozen=True, omit_defaults=True):
    """A tool that takes free text, held to a grammar where `format` names one."""

    name: str
    description: str | None = None
    format: Mapping[str, object] | None = None
    extra: Extra | None = None


class CustomTool(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="type", tag="custom"):
    """A tool that is called with free text."""

    custom: CustomDefinition
    extra: Extra | None = None


Tool: TypeAlias = FunctionTool | CustomTool | Opaque


class ToolName(msgspec.Struct, frozen=True):
    """A tool by its name."""

    name: str


class FunctionChoice(msgspec.Struct, frozen=True, tag_field="type", tag="function"):
    """The model must call this function.  `FunctionChoice.of("f")` is short for the nested form."""

    function: ToolName

    @classmethod
    def of(cls, name: str) -> FunctionChoice:
        """The choice of the function called *name*."""
        return cls(ToolName(name))


class CustomChoice(msgspec.Struct, frozen=True, tag_field="type", tag="custom"):
    """The model must call this custom tool."""

    custom: ToolName


class AllowedTools(msgspec.Struct, frozen=True):
    """A subset of the tools; `mode` is auto or required."""

    mode: str
    tools: Sequence[FunctionChoice | CustomChoice]


class AllowedToolsChoice(msgspec.Struct, frozen=True, tag_field="type", tag="allowed_tools"):
    """The model may choose among a subset of the tools."""

    allowed_tools: AllowedTools


ToolChoice: TypeAlias = str | FunctionChoice | CustomChoice | AllowedToolsChoice | Opaque
"""none, auto, required, or a named choice."""


class FunctionCall(msgspec.Struct, frozen=True, omit_defaults=True):
    """A call of a function.  `arguments` is JSON text as the model wrote it: it may be empty, and it may be invalid."""

    name: str
    arguments: str
    extra: Extra | None = None


class CustomCall(msgspec.Struct, frozen=True, omit_defaults=True):
    """A call of a custom tool with the text that the model wrote."""

    name: str
    input: str
    extra: Extra | None = None


class _Call(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, tag_field="type"):
    """What both kinds of call have.  `derived` marks an id that the API lacked and that comes from the position.

    `state` is what the dialect wants back with the call, such as Gemini's signature of the thought behind it.
    """

    id: str
    derived: bool = False
    state: Opaque | None = None
    extra: Extra | None = None

    @property
    def native_id(self) -> str | None:
        """The id as the provider gave it, None where it gave none."""
        return None if self.derived else self.id


class FunctionToolCall(_Call, frozen=True, omit_defaults=True, kw_only=True, tag="function"):
    """The model's call of a function; answer it with `sansio.tool(result, call.id)`."""

    function: FunctionCall

    @property
    def name(self) -> str:
        """The function's name."""
        return self.function.name

    @property
    def arguments(self) -> str:
        """The JSON text of the arguments, as the model wrote it."""
        return self.function.arguments


class CustomToolCall(_Call, frozen=True, omit_defaults=True, kw_only=True, tag="custom"):
    """The model's call of a custom tool."""

    custom: CustomCall

    @property
    def name(self) -> str:
        """The tool's name."""
        return self.custom.name

    @property
    def arguments(self) -> str:
        """The text of the input, as the model wrote it."""
        return self.custom.input


ToolCall: TypeAlias = FunctionToolCall | CustomToolCall
