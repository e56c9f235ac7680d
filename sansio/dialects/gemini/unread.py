"""Parts that have no canonical form, found by a second look at their record."""

from __future__ import annotations

from typing import Final

from msgspec import Raw

from ..lenient import UnreadableError, read
from .wire import CandidateView, ChunkView, decode_view

_NOTHING: Final = Raw(b"{}")


class Unread:
    """The parts of a record as the JSON that they came in; nothing is decoded before one is asked for."""

    __slots__ = ("_candidates", "_depth", "_record")

    def __init__(self, record: bytes | bytearray, depth: int) -> None:
        self._record = record
        self._depth = depth
        self._candidates: list[CandidateView] | None = None

    def part(self, position: int, place: int) -> Raw:
        """The part at *place* of the candidate at *position*; an empty one where a lenient reading finds it no more."""
        if self._candidates is None:
            self._candidates = self._read()
        content = self._candidates[position].content if position < len(self._candidates) else None
        parts = (content.parts if content is not None else None) or ()
        return parts[place] if place < len(parts) else _NOTHING

    def _read(self) -> list[CandidateView]:
        try:
            return read(self._record, decode_view, ChunkView, self._depth, []).candidates or []
        except UnreadableError:  # msgspec does not check all of what it skips
            return []
