"""Structured output: the strict form of a type's schema, and the way back from the answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypedDict

import msgspec
import pytest

import sansio
from sansio.types import JsonSchemaFormat


class City(msgspec.Struct):
    """A place."""

    name: str
    inhabitants: int = 0


class Tree(msgspec.Struct):
    value: int
    children: list[Tree] = []


class Country(msgspec.Struct):
    capital: City
    cities: list[City]
    type: str = "country"  # a property of that name is no keyword


class Square(msgspec.Struct, tag="square"):
    side: float


class Circle(msgspec.Struct, tag="circle"):
    radius: float


class Drawing(msgspec.Struct):
    shapes: list[Square | Circle]


@dataclass
class Point:
    x: float
    y: float = 0.0


class Line(TypedDict, total=False):
    length: float


def schema_of(type_: type) -> dict[str, object]:
    schema = sansio.json_schema(type_).json_schema.schema
    assert schema is not None
    return msgspec.json.decode(msgspec.json.encode(schema), type=dict[str, object])


def test_every_property_is_required_none_is_optional_and_none_may_be_added() -> None:
    assert schema_of(City) == {
        "title": "City",
        "description": "A place.",
        "type": "object",
        "properties": {"name": {"type": "string"}, "inhabitants": {"type": "integer"}},
        "required": ["name", "inhabitants"],
        "additionalProperties": False,
    }


def test_it_is_strict_and_named_for_the_type_or_as_told() -> None:
    format_ = sansio.json_schema(City)
    assert isinstance(format_, JsonSchemaFormat)
    assert (format_.json_schema.name, format_.json_schema.strict) == ("City", True)
    assert sansio.json_schema(City, "place").json_schema.name == "place"


def test_types_inside_are_definitions_and_as_strict() -> None:
    schema = schema_of(Country)
    assert msgspec.json.encode(schema["properties"]).count(b'"#/$defs/City"') == 2
    assert schema["required"] == ["capital", "cities", "type"]
    definitions = schema["$defs"]
    assert isinstance(definitions, dict)
    assert definitions == {"City": schema_of(City)}


def test_a_type_that_holds_itself_is_among_its_definitions() -> None:
    schema = schema_of(Tree)
    assert (schema["type"], schema["required"]) == ("object", ["value", "children"])
    assert '"#/$defs/Tree"' in msgspec.json.encode(schema).decode()
    assert msgspec.json.encode(schema["$defs"]).count(b'"additionalProperties":false') == 1


def test_a_union_of_types_has_the_keywords_that_strict_mode_knows() -> None:
    text = msgspec.json.encode(schema_of(Drawing)).decode()
    assert '"anyOf"' in text
    assert "discriminator" not in text
    assert '"enum":["circle"]' in text


@pytest.mark.parametrize(("type_", "names"), [(Point, ["x", "y"]), (Line, ["length"])])
def test_dataclasses_and_typed_dicts_will_do(type_: type, names: list[str]) -> None:
    assert schema_of(type_)["required"] == names


def test_what_json_cannot_describe_is_a_type_error() -> None:
    with pytest.raises(TypeError):
        sansio.json_schema(type(lambda: None))
