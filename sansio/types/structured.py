"""Structured output from a Python type: its JSON schema in the strict form that providers take.

https://platform.openai.com/docs/guides/structured-outputs
"""

from __future__ import annotations

from typing import Final, cast

import msgspec

from .chat import JsonSchema, JsonSchemaFormat

_NAMED: Final = frozenset({"properties", "$defs"})  # their keys are names, not keywords
_UNKNOWN: Final = frozenset({"default", "discriminator"})  # to strict mode, which refuses them


def json_schema(type_: type, name: str | None = None) -> JsonSchemaFormat:
    """The `response_format` that holds a model to *type_*: a msgspec Struct, dataclass or TypedDict.

    Every property is required and none may be added, as strict mode asks.  Read the answer with `response.parse(type_)`.
    Raises TypeError for a type that JSON schema cannot describe.
    """
    (root,), definitions = msgspec.json.schema_components([type_], ref_template="#/$defs/{name}")
    own = str(root.get("$ref", "")).removeprefix("#/$defs/")
    schema: dict[str, object] = {**definitions.get(own, root)}
    others = {name: definition for name, definition in definitions.items() if name != own}
    if f'"#/$defs/{own}"'.encode() in msgspec.json.encode([schema, others]):
        others = definitions  # a type that holds itself
    if others:
        schema["$defs"] = others
    return JsonSchemaFormat(JsonSchema(name or type_.__name__, schema=_strict(schema), strict=True))


def _strict(schema: dict[str, object]) -> dict[str, object]:
    """The schema without what strict mode does not know, every object closed and its properties required, at every depth."""
    strict = {key: _deep(value, named=key in _NAMED) for key, value in schema.items() if key not in _UNKNOWN}
    if schema.get("type") == "object" and isinstance(properties := schema.get("properties"), dict):
        strict["required"] = list(cast("dict[str, object]", properties))
        strict["additionalProperties"] = False
    return strict


def _deep(value: object, *, named: bool = False) -> object:
    if isinstance(value, dict):
        schemas = cast("dict[str, object]", value)
        return {name: _deep(inner) for name, inner in schemas.items()} if named else _strict(schemas)
    if isinstance(value, list):
        return [_deep(item) for item in cast("list[object]", value)]
    return value
