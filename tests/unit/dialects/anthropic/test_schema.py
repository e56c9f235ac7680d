"""Schemas in the subset that the API compiles."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

import sansio
from sansio.dialects.anthropic.schema import compiled
from sansio.dialects.losses import Losses


class Person(msgspec.Struct, frozen=True):
    """Something that a model is to fill in."""

    name: str
    age: int = 0


def losses_of(schema: Mapping[str, object]) -> tuple[dict[str, object], list[str]]:
    losses = Losses("anthropic")
    found = compiled(schema, losses, "schema")
    return found, [f"{loss.path} {loss.action}" for loss in losses.found]


def test_a_strict_schema_stays_as_it_is() -> None:
    schema = sansio.json_schema(Person).json_schema.schema
    assert schema is not None
    assert losses_of(dict(schema)) == (schema, [])


def test_objects_are_closed_at_every_depth() -> None:
    silent = {"type": "object", "properties": {"a": {"type": "object"}}}
    open_ = {"type": "object", "properties": {"a": {"type": "object", "additionalProperties": {"type": "string"}}}}
    closed = {"type": "object", "additionalProperties": False}
    whole = {"type": "object", "properties": {"a": closed}, "additionalProperties": False}
    assert losses_of(open_) == (whole, ["schema.additionalProperties approximated"])
    assert losses_of(silent) == (whole, ["schema.additionalProperties filled"])


def test_formats_and_least_lengths_of_which_the_api_takes_some() -> None:
    known = {"type": "array", "minItems": 1, "items": {"type": "string", "format": "uuid"}}
    assert losses_of(known) == (known, [])
    others = {"type": "array", "minItems": 2, "items": {"type": "string", "format": "decimal"}}
    assert losses_of(others) == (
        {"type": "array", "items": {"type": "string"}},
        ["schema.format dropped", "schema.minItems dropped"],
    )


def test_bounds_are_left_out_and_values_are_no_schemas() -> None:
    schema = {
        "anyOf": ({"type": "integer", "minimum": 1}, {"enum": [{"pattern": "x"}]}),
        "$defs": {"pattern": {"type": "string", "pattern": "x"}},
    }
    assert losses_of(schema) == (
        {"anyOf": [{"type": "integer"}, {"enum": [{"pattern": "x"}]}], "$defs": {"pattern": {"type": "string"}}},
        ["schema.minimum dropped", "schema.pattern dropped"],
    )


def test_one_of_is_any_of() -> None:
    assert losses_of({"oneOf": [True]}) == ({"anyOf": [True]}, ["schema.oneOf approximated"])
    both = {"oneOf": [True], "anyOf": [True]}
    assert losses_of(both) == (both, [])
