"""The second look at a record."""

from __future__ import annotations

from msgspec import Raw

from sansio.dialects.gemini.unread import Unread

NOTHING = Raw(b"{}")


def test_parts_by_their_places() -> None:
    unread = Unread(b'{"candidates":[{},{"content":{"parts":[{"a":1},{"b":2}]}}]}', 256)
    assert unread.part(1, 1) == Raw(b'{"b":2}')
    assert [unread.part(*place) for place in ((0, 0), (1, 2), (2, 0))] == [NOTHING] * 3


def test_what_cannot_be_read_has_none() -> None:
    assert Unread(b"[", 256).part(0, 0) == NOTHING
