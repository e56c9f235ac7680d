"""The body of a request."""

from __future__ import annotations

import pytest
from msgspec import Raw

from sansio.dialects.body import json_body
from sansio.errors import LocalProtocolError


def test_what_the_caller_adds_goes_over_the_members() -> None:
    assert json_body({"a": 1, "b": 2}, None) == b'{"a":1,"b":2}'
    assert json_body({"a": 1, "b": 2}, {"b": Raw(b"[ 3 ]"), "c": Raw(b"4")}) == b'{"a":1,"b":[ 3 ],"c":4}'


@pytest.mark.parametrize("value", [object(), {1.5: object()}, "\ud800"])
def test_what_is_no_json(value: object) -> None:
    with pytest.raises(LocalProtocolError, match="the request is no JSON"):
        json_body({"a": value}, None)
