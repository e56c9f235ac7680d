"""JSON Lines, also called NDJSON: one JSON value a line, https://jsonlines.org. The values are left to the reader."""

from __future__ import annotations

from .pieces import BLOCK, Pieces

LINE_LIMIT = 32 * 1024 * 1024  # as for server-sent events: images travel in lines


class JsonLinesDecoder:
    """Cuts a body into its lines, which end with LF or CR LF; lines of nothing but white space are keep-alives, and left out.

    A line of more than `limit` bytes sets `failure`, a sentence for people; what was gathered is freed and further input
    ignored. Lines that were complete before it are still returned.
    """

    __slots__ = ("_limit", "_line", "failure")

    def __init__(self, *, limit: int = LINE_LIMIT) -> None:
        self._limit = limit
        self._line = Pieces()
        self.failure: str | None = None

    def receive_data(self, data: bytes | bytearray | memoryview) -> list[bytes]:
        """Take the next bytes of the body, cut anywhere. Returns the lines that they complete, without their line ends."""
        lines: list[bytes] = []
        # Block by block: splitting all at once would hold a second copy of what may be far above the limit.
        for start in range(0, len(data), BLOCK):
            if self.failure is None:
                self._receive_block(bytes(data[start : start + BLOCK]), lines)
        return lines

    def receive_eof(self) -> list[bytes]:
        """Take the clean end of the body. Returns its last line where that had no line end: at most one."""
        lines: list[bytes] = []
        if self._line.size:
            self._receive_line(self._line.take(), lines)
        return lines

    def pending(self) -> bytes:
        """The line in progress, as far as it came."""
        return self._line.peek()

    def _receive_block(self, block: bytes, lines: list[bytes]) -> None:
        *ended, tail = block.split(b"\n")
        if ended and self._line.size:
            self._extend_line(ended.pop(0))
            self._receive_line(self._line.take(), lines)
        for line in ended:
            self._receive_line(line, lines)
        if self.failure is None and tail:
            self._extend_line(tail)

    def _extend_line(self, piece: bytes) -> None:
        self._line.append(piece)
        if self._line.size > self._limit:
            self._fail()

    def _receive_line(self, line: bytes, lines: list[bytes]) -> None:
        if len(line) > self._limit:
            self._fail()
        elif self.failure is None and not line.isspace() and line:
            lines.append(line.removesuffix(b"\r"))

    def _fail(self) -> None:
        self.failure = f"a line exceeds the limit of {self._limit} bytes"
        self._line.clear()


def encode(line: bytes) -> bytes:
    """The line with its line end. Raises ValueError where it holds an LF, which would make two of it."""
    if b"\n" in line:
        raise ValueError("a JSON line cannot hold a line feed")
    return line + b"\n"
