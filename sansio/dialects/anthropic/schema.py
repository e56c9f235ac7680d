"""JSON schemas in the subset that the API compiles: https://platform.claude.com/docs/en/build-with-claude/structured-outputs.

Objects are closed, and what bounds numbers, texts and lists is left out; either is a loss.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, cast

from ..losses import Losses
from .blocks import Members

_REFUSED: Final = frozenset(
    {
        "exclusiveMaximum",
        "exclusiveMinimum",
        "maxItems",
        "maxLength",
        "maxProperties",
        "maximum",
        "minLength",
        "minProperties",
        "minimum",
        "multipleOf",
        "pattern",
        "uniqueItems",
    }
)
_NAMED: Final = frozenset({"$defs", "definitions", "properties"})  # their keys are names, not keywords
_PLAIN: Final = frozenset({"const", "default", "enum", "examples"})  # their values are no schemas


def compiled(schema: Mapping[str, object], losses: Losses, path: str) -> Members:
    """The schema as the API takes it."""
    lost: set[str] = set()
    found = _schema(schema, lost)
    for keyword in sorted(lost):
        if keyword in _REFUSED:
            losses.drop(f"{path}.{keyword}", "the API does not hold the model to it")
        else:
            losses.approximate(f"{path}.{keyword}", _CHANGES[keyword])
    return found


_CHANGES: Final = {
    "additionalProperties": "the API has closed objects only",
    "oneOf": "the API has anyOf",
}


def _schema(schema: Mapping[str, object], lost: set[str]) -> Members:
    lost |= schema.keys() & _REFUSED
    found = {name: _value(name, value, lost) for name, value in schema.items() if name not in _REFUSED}
    if "oneOf" in found and "anyOf" not in found:
        lost.add("oneOf")
        found["anyOf"] = found.pop("oneOf")
    if found.get("type") == "object" and found.get("additionalProperties") is not False:
        lost.add("additionalProperties")
        found["additionalProperties"] = False
    return found


def _value(name: str, value: object, lost: set[str]) -> object:
    if name in _PLAIN:
        return value
    if isinstance(value, Mapping):
        members = cast("Mapping[str, object]", value)
        if name in _NAMED:
            return {key: _value("", inner, lost) for key, inner in members.items()}
        return _schema(members, lost)
    if isinstance(value, list | tuple):
        return [_value("", item, lost) for item in cast("list[object]", value)]
    return value
