"""JSON schemas in the subset that the API compiles: https://platform.claude.com/docs/en/build-with-claude/structured-outputs.

Objects are closed, which is a loss where the schema wants them open; what bounds numbers, texts and lists is left out, and
so are formats that the API does not know.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, cast

from ...types import Loss
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
# Keywords of which the API takes some values only.
_TAKEN: Final[dict[str, tuple[object, ...]]] = {
    "format": ("date", "date-time", "duration", "email", "hostname", "ipv4", "ipv6", "time", "uri", "uuid"),
    "minItems": (0, 1),
}
_NAMED: Final = frozenset({"$defs", "definitions", "properties"})  # their keys are names, not keywords
_PLAIN: Final = frozenset({"const", "default", "enum", "examples"})  # their values are no schemas


def compiled(schema: Mapping[str, object], losses: Losses, path: str) -> Members:
    """The schema as the API takes it."""
    lost: dict[str, str] = {}
    found = _schema(schema, lost)
    for keyword, action in sorted(lost.items()):
        reason = _CHANGES.get(keyword, "the API does not hold the model to it")
        losses.found.append(Loss(f"{path}.{keyword}", action, reason))
    return found


_CHANGES: Final = {
    "additionalProperties": "the API has closed objects only",
    "oneOf": "the API has anyOf",
}


def _schema(schema: Mapping[str, object], lost: dict[str, str]) -> Members:
    refused = schema.keys() & _REFUSED | {
        name for name, taken in _TAKEN.items() if schema.get(name, taken[0]) not in taken
    }
    lost |= dict.fromkeys(refused, "dropped")
    found = {name: _value(name, value, lost) for name, value in schema.items() if name not in refused}
    if "oneOf" in found and "anyOf" not in found:
        lost["oneOf"] = "approximated"
        found["anyOf"] = found.pop("oneOf")
    if found.get("type") == "object" and found.get("additionalProperties") is not False:
        if "additionalProperties" in found:
            lost["additionalProperties"] = "approximated"
        else:  # what a closed object allows, the open one does too
            lost.setdefault("additionalProperties", "filled")
        found["additionalProperties"] = False
    return found


def _value(name: str, value: object, lost: dict[str, str]) -> object:
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
