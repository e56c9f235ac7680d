"""Blocks on their way out, and when their arguments are whole."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sansio.dialects.anthropic.outgoing import Brackets, OutgoingCall, line
from sansio.testing.strategies import schemas


def closed(pieces: Sequence[str]) -> bool:
    brackets = Brackets()
    for piece in pieces:
        brackets.receive(piece)
    return brackets.closed


@pytest.mark.parametrize(
    ("pieces", "whole"),
    [
        (["{", "}"], True),
        (["{", '"a":[', "]"], False),
        (['{"}', '":1}'], True),
        (['{"\\', '"}'], False),
        (['{"\\', "", '\\"}'], True),
        (['{"\\"}"', "}"], True),
        (["\\n", "1"], False),
        (["{}", "{"], True),
    ],
)
def test_brackets(pieces: list[str], whole: bool) -> None:
    assert closed(pieces) == whole


@given(schemas(), st.data())
def test_an_object_is_whole_at_its_end_and_not_before(value: dict[str, object], data: st.DataObject) -> None:
    text = json.dumps(value)
    cut = data.draw(st.integers(0, len(text) - 1))
    assert closed([text[:cut], text[cut:]])
    assert not closed([text[:cut]])
    assert closed(list(text))


def test_free_text_never_tells_that_it_is_whole() -> None:
    call = OutgoingCall(b"{}", wrapped=True)
    call.argument("{}")
    assert not call.over


def test_json_on_one_line() -> None:
    assert line(b'{"a":\r\n1}') == b'{"a":  1}'
