"""The way in of tools, tool choices and formats: flat here, nested in our types."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Final, TypeVar

from msgspec import Raw

from ...types import (
    AllowedTools,
    AllowedToolsChoice,
    CustomChoice,
    CustomDefinition,
    CustomTool,
    FunctionChoice,
    FunctionDefinition,
    FunctionTool,
    JsonObjectFormat,
    JsonSchema,
    JsonSchemaFormat,
    Opaque,
    ResponseFormat,
    TextFormat,
    Tool,
    ToolChoice,
    ToolName,
)
from ..shapes import Invalid, Unknown
from .fields import Fields, each, read_text, reads, type_of
from .wire import DIALECT

V = TypeVar("V")

_read_object: Final = reads(dict[str, object])
_read_flag: Final = reads(bool)


def opaque(raw: Raw) -> Opaque:
    """What only this dialect understands."""
    return Opaque(DIALECT, raw.copy())


def read_tool(raw: Raw) -> Tool:
    """A tool; those that are the provider's own are opaque."""
    match type_of(raw):
        case "function":
            fields = Fields(raw)
            definition = FunctionDefinition(
                fields.need("name", read_text),
                fields.take("description", read_text),
                fields.take("parameters", _read_object),
                fields.take("strict", _read_flag),
            )
            fields.drop("type")
            return FunctionTool(definition, extra=fields.rest())
        case "custom":
            fields = Fields(raw)
            format_ = fields.take("format", _read_object)
            custom = CustomDefinition(
                fields.need("name", read_text),
                fields.take("description", read_text),
                None if format_ is None else _nested(format_),
            )
            fields.drop("type")
            return CustomTool(custom, extra=fields.rest())
        case _:
            return opaque(raw)


def _nested(format_: Mapping[str, object]) -> Mapping[str, object]:
    if format_.get("type") != "grammar":
        return format_
    return {"type": "grammar", "grammar": {name: value for name, value in format_.items() if name != "type"}}


def read_choice(raw: Raw) -> ToolChoice:
    """A tool choice: a word, or a tool by its name."""
    if bytes(raw)[:1] != b"{":
        return read_text(raw)
    try:
        return _allowed(raw) if type_of(raw) == "allowed_tools" else _named(raw)
    except (Invalid, Unknown):
        return opaque(raw)


def _allowed(raw: Raw) -> AllowedToolsChoice:
    fields = Fields(raw)
    allowed = AllowedTools(fields.need("mode", read_text), fields.need("tools", partial(each, _named)))
    fields.drop("type")
    return AllowedToolsChoice(_whole(allowed, fields))


def _named(raw: Raw) -> FunctionChoice | CustomChoice:
    fields = Fields(raw)
    type_, name = fields.need("type", read_text), ToolName(fields.need("name", read_text))
    if type_ not in {"custom", "function"}:
        raise Unknown
    return _whole(CustomChoice(name) if type_ == "custom" else FunctionChoice(name), fields)


def read_format(raw: Raw) -> ResponseFormat:
    """The format of the text."""
    fields = Fields(raw)
    type_ = fields.need("type", read_text)
    if type_ == "json_schema":
        schema = JsonSchema(
            fields.need("name", read_text),
            fields.take("schema", _read_object),
            fields.take("description", read_text),
            fields.take("strict", _read_flag),
            fields.rest(),
        )
        return JsonSchemaFormat(schema)
    if type_ not in _FORMATS:
        raise Unknown
    return _whole(_FORMATS[type_], fields)


_FORMATS: Final[dict[str, TextFormat | JsonObjectFormat]] = {"json_object": JsonObjectFormat(), "text": TextFormat()}


def _whole(value: V, fields: Fields) -> V:
    """The value, unless it leaves something out."""
    if fields.left:
        raise Unknown
    return value
