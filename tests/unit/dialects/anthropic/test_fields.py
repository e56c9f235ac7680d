"""Objects that are read member by member."""

from __future__ import annotations

import pytest
from msgspec import Raw

from sansio.dialects.anthropic.fields import Fields, Misfit, decoded


def test_members_are_taken_and_the_rest_is_kept() -> None:
    fields = Fields(Raw(b'{"a":1,"b":null,"c":"x","d":[1]}'), "at")
    assert (fields.take("a", int), fields.take("b", int), fields.take("z", int)) == (1, None, None)
    assert (fields.need("c", str), fields.path("c")) == ("x", "at.c")
    assert fields.extra == {"d": Raw(b"[1]")}
    assert fields.take("d", list[int]) == [1]
    assert fields.extra is None


def test_a_look_takes_nothing_and_minds_nothing() -> None:
    fields = Fields(Raw(b'{"a":1}'), "")
    assert (fields.peek("a", int), fields.peek("a", str), fields.peek("b", int)) == (1, None, None)
    assert fields.extra == {"a": Raw(b"1")}


def test_content_is_text_or_a_list() -> None:
    fields = Fields(Raw(b'{"a":"x","b":[1],"c":5}'), "")
    assert (fields.take_content("a"), fields.take_content("b"), fields.take_content("z")) == ("x", [Raw(b"1")], None)
    with pytest.raises(Misfit) as caught:
        fields.take_content("c")
    assert (caught.value.path, caught.value.reason) == ("c", "Expected `array`, got `int`")


def test_what_does_not_fit_is_named() -> None:
    fields = Fields(Raw(b'{"a":[1,"x"]}'), "at")
    with pytest.raises(Misfit) as caught:
        fields.need("b", str)
    assert (caught.value.path, caught.value.reason) == ("at.b", "Field required")
    with pytest.raises(Misfit) as caught:
        fields.take("a", list[int])
    assert (caught.value.path, caught.value.reason) == ("at.a.[1]", "Expected `int`, got `str`")
    with pytest.raises(Misfit) as caught:
        decoded(Raw(b"1"), str, "at")
    assert (caught.value.path, caught.value.reason) == ("at", "Expected `str`, got `int`")
