"""Bytes and characters."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sansio.dialects.gemini.offsets import Offsets, byte_offset
from sansio.testing.strategies import texts


@given(st.lists(texts() | st.text("aé漢🙂", min_size=1000, max_size=1100), max_size=4), st.data())
def test_a_byte_is_the_character_that_begins_there(pieces: list[str], data: st.DataObject) -> None:
    text, offsets = "".join(pieces), Offsets()
    for piece in pieces:
        offsets.append(piece)
    position = data.draw(st.integers(0, len(text)))
    assert offsets.character(byte_offset(text, position)) == position
    assert offsets.size == len(text.encode())


@pytest.mark.parametrize(("offset", "position"), [(0, 0), (1, 1), (2, 1), (3, 2), (4, 3), (9, 8)])
def test_bytes_within_a_character_and_past_the_end(offset: int, position: int) -> None:
    offsets = Offsets()
    offsets.append("aéb")
    assert offsets.character(offset) == position
