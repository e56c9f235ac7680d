"""The API counts a text's positions in bytes of UTF-8, this library in characters."""

from __future__ import annotations

from bisect import bisect_right
from typing import Final

_SLICE: Final = 1024  # characters that are encoded anew for each position within them


class Offsets:
    """Where the characters of a growing text are.  Of plain ASCII nothing but its length is kept."""

    __slots__ = ("_chars", "_places", "_starts", "size")

    def __init__(self) -> None:
        self.size = 0  # in bytes
        self._chars = 0
        self._starts: list[int] = []  # the first bytes of all slices that are not ASCII
        self._places: list[tuple[int, str]] = []  # their first characters, and the slices

    def append(self, text: str) -> None:
        """Take the next piece of the text."""
        if text.isascii():
            self.size += len(text)
            self._chars += len(text)
            return
        for start in range(0, len(text), _SLICE):
            piece = text[start : start + _SLICE]
            self._starts.append(self.size)
            self._places.append((self._chars, piece))
            self.size += len(piece.encode())
            self._chars += len(piece)

    def character(self, offset: int) -> int:
        """The position of the character at that byte; one past the end counts on as if ASCII followed."""
        place = bisect_right(self._starts, offset) - 1
        if place < 0:
            return offset
        within = offset - self._starts[place]
        first, piece = self._places[place]
        encoded = piece.encode()
        return first + len(encoded[:within].decode("utf-8", "ignore")) + max(0, within - len(encoded))


def byte_offset(text: str, position: int) -> int:
    """The byte at which the character at *position* begins."""
    return len(text[:position].encode())
