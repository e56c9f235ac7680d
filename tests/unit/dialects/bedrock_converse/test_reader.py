"""Objects of a request, member by member."""

from __future__ import annotations

import pytest
from msgspec import Raw

from sansio.dialects.bedrock_converse.reader import TEXT, Reader
from sansio.dialects.shapes import Invalid


def test_each_member_is_taken_once() -> None:
    reader = Reader(Raw(b'{"a":"x","b":null,"c":{"d":"y"},"e":null,"f":["g"],"h":1}'))
    assert reader.take("a", TEXT) == "x"
    assert reader.take("a", TEXT) is None
    assert reader.take("b", TEXT) is None
    assert reader.object("c").need("d", TEXT) == "y"
    assert reader.object("e").left == {}
    assert [(bytes(item), path) for item, path in reader.list("f")] == [(b'"g"', "f[0]")]
    assert reader.list("none") == []
    assert reader.rest() == {"h": Raw(b"1")}
    assert Reader(Raw(b"{}")).rest() is None


def test_what_is_left_of_an_inner_object_stays_under_its_name() -> None:
    reader = Reader(Raw(b'{"a":{"b":1,"c":{"d":"x","e":2}},"f":{"g":"x"}}'))
    assert reader.object("a").object("c").take("d", TEXT) == "x"
    assert reader.object("f").take("g", TEXT) == "x"
    assert reader.rest() == {"a": Raw(b'{"b":1,"c":{"e":2}}')}
    assert reader.rest() is None


def test_what_is_wrong_is_named_by_its_path() -> None:
    reader = Reader(Raw(b'{"a":5,"b":{"c":5}}'), "top")
    with pytest.raises(Invalid) as wrong:
        reader.take("a", TEXT)
    assert wrong.value.param == "top.a"
    with pytest.raises(Invalid) as missing:
        reader.object("b").need("d", TEXT)
    assert (missing.value.param, missing.value.reason) == ("top.b.d", None)
    with pytest.raises(Invalid) as none:
        Reader(Raw(b"5"), "top")
    assert none.value.param == "top"
