"""Objects of the API."""

from __future__ import annotations

from msgspec import Raw

from sansio.dialects.gemini.objects import members, merged


def test_objects_that_both_have_are_merged_at_any_depth() -> None:
    extra = {"a": Raw(b'{"b":{"d":3}}'), "e": Raw(b"[]"), "f": Raw(b"7")}
    assert merged({"a": {"b": {"c": 1}, "x": 2}, "e": 1, "f": {}}, extra) == {
        "a": {"b": {"c": 1, "d": Raw(b"3")}, "x": 2},
        "e": Raw(b"[]"),
        "f": Raw(b"7"),
    }
    assert merged({"a": 1}, None) == {"a": 1}


def test_names_in_snake_case_are_those_in_camel_case() -> None:
    assert list(members(Raw(b'{"a_bc":1,"bC":2,"d_1x":3}'), "$")) == ["aBc", "bC", "d1x"]
