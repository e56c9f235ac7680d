"""Media in `data:` URLs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sansio.dialects.media import Inline, inline


@pytest.mark.parametrize(
    ("url", "held"),
    [
        ("data:image/png;base64,aGk=", Inline("image/png", "aGk=")),
        ("DATA:image/png;name=a;BASE64,aGk=", Inline("image/png", "aGk=")),
        ("data:;base64,aGk=", Inline("text/plain", "aGk=")),
        ("data:text/plain,hi", None),
        ("data:text/plain;base64", None),
        ("https://a/b.png", None),
        ("data", None),
        ("", None),
    ],
)
def test_inline(url: str, held: Inline | None) -> None:
    assert inline(url) == held


@given(st.sampled_from(["image/png", "application/pdf", "audio/wav"]), st.binary().map(bytes.hex))
def test_there_and_back(media_type: str, data: str) -> None:
    assert inline(Inline(media_type, data).url) == Inline(media_type, data)
