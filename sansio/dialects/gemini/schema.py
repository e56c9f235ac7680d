"""JSON schemas and the subset of OpenAPI's that the API had first and every model takes: https://ai.google.dev/api/caching#Schema."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, cast

from .objects import camel

_PLAIN: Final = frozenset(
    {
        "default",
        "description",
        "example",
        "maxItems",
        "maxLength",
        "maximum",
        "minItems",
        "minLength",
        "minimum",
        "nullable",
        "pattern",
        "propertyOrdering",
        "required",
        "title",
    }
)
_TYPES: Final = frozenset({"array", "boolean", "integer", "number", "object", "string"})
_FORMATS: Final = frozenset({"date-time", "double", "enum", "float", "int32", "int64"})  # the API refuses any other
# What some types must have beside them: the API refuses an array of anything, an object without members, a bare enum.
_NEEDED: Final = {"array": "items", "object": "properties"}


def is_subset(schema: object) -> bool:
    """Whether a JSON schema says nothing that the subset cannot, so that it means the same there."""
    if not isinstance(schema, Mapping):
        return False
    members = cast("Mapping[str, object]", schema)
    if "anyOf" in members and len(members) > 1:  # nothing may stand beside it
        return False
    type_ = members.get("type")
    if "enum" in members and type_ != "string":
        return False
    if isinstance(type_, str) and (needed := _NEEDED.get(type_)) is not None and not members.get(needed):
        return False
    return all(_fits(name, value) for name, value in members.items())


def _fits(name: str, value: object) -> bool:
    match name:
        case "type":
            return isinstance(value, str) and value in _TYPES
        case "enum":
            return _each(value, str)
        case "format":
            return isinstance(value, str) and value in _FORMATS
        case "items":
            return is_subset(value)
        case "properties":
            return isinstance(value, Mapping) and all(map(is_subset, cast("Mapping[str, object]", value).values()))
        case "anyOf":
            return isinstance(value, Sequence) and all(map(is_subset, cast("Sequence[object]", value)))
        case _:
            return name in _PLAIN


def _each(value: object, type_: type) -> bool:
    return isinstance(value, list) and all(isinstance(item, type_) for item in cast("list[object]", value))


def is_empty(schema: Mapping[str, object] | None) -> bool:
    """Whether a function with these parameters has none: the API wants them left out then."""
    return not schema or (
        schema.get("type") == "object" and not schema.keys() - {"type", "properties"} and not schema.get("properties")
    )


def json_schema(schema: Mapping[str, object]) -> dict[str, object]:
    """The JSON schema that one of the subset is: types in lower case, and `nullable` as one of them.

    Google's own clients write the names of its members in snake case.
    """
    members = {camel(name): value for name, value in schema.items()}
    nullable = members.pop("nullable", False) is True
    if isinstance(type_ := members.get("type"), str):
        members["type"] = [type_.lower(), "null"] if nullable else type_.lower()
    if "items" in members:
        members["items"] = _deep(members["items"])
    if isinstance(options := members.get("anyOf"), list):
        deep = [_deep(option) for option in cast("list[object]", options)]
        members["anyOf"] = [*deep, {"type": "null"}] if nullable and "type" not in members else deep
    if isinstance(properties := members.get("properties"), dict):
        members["properties"] = {name: _deep(value) for name, value in cast("dict[str, object]", properties).items()}
    return members


def _deep(value: object) -> object:
    return json_schema(cast("dict[str, object]", value)) if isinstance(value, dict) else value
