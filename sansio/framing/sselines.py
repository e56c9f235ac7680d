r"""The machine under server-sent events: https://html.spec.whatwg.org/multipage/server-sent-events.html, section 9.2.6.

Theory of operation. There is one algorithm, line by line: CR, LF and CR LF end a line, a blank line dispatches the event.
A stream may be cut anywhere without changing its events, and that is what makes a shortcut sound: between two events, a
read is cut at its blank lines, and a block of the shape `data: ...\n\n` or `event: ...\ndata: ...\n\n` with no other line
end inside is one event by its very spelling. Everything else, even in the midst of such blocks, is handed to the line
algorithm. So the two cannot disagree, and a property test holds them to it.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from typing import Generic, TypeVar

from .pieces import BLOCK, Pieces

EVENT_LIMIT = 32 * 1024 * 1024  # images travel in events

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
# What every event of a burst begins with; the name in it is the event's.
_header = re.compile(rb"(?:event: ([^\r\n]*)\r?\n)?data: ").match
_SHORT = 4096  # up to here splitlines(), which looks at each byte, beats two memchr() scans and a join
_STRAYS = 8  # one tells what went wrong; the peer does not choose how many are kept
_RETRY_DIGITS = 640  # int() refuses longer ones where sys.set_int_max_str_digits() is at its lowest

Event = TypeVar("Event")


class EventLines(ABC, Generic[Event]):
    """The decoder, for any representation of an event.

    `limit` bounds the bytes of one line, and of the field lines that one event is made of. Past it `failure` is set, a
    sentence for people; what was gathered is freed and further input ignored. `last_event_id` and `retry` are what the
    stream set so far.

    `stray` holds two kinds of lines that the standard ignores and in which servers report errors: the value of a field
    named `error`, and any line that begins with a brace. Only the first few are kept, within the limit.
    """

    __slots__ = (
        "_block_retry",
        "_data",
        "_data_lines",
        "_id",
        "_limit",
        "_line",
        "_mark",
        "_name",
        "_room",
        "_short",
        "_skip_lf",
        "failure",
        "last_event_id",
        "retry",
        "stray",
    )

    def __init__(self, *, limit: int = EVENT_LIMIT) -> None:
        self.failure: str | None = None
        self.last_event_id = ""
        self.retry: int | None = None
        self.stray: tuple[bytes, ...] = ()
        self._limit = limit
        self._short = -1  # the longest read for the shortest path: -1 unless between two events
        self._mark: bytes | None = b""  # what came of a byte order mark; None once past it
        self._skip_lf = False  # the last byte was a CR: it ended its line, and an LF now would belong to it
        self._line = Pieces()  # the line in progress
        self._data = Pieces()  # the data of the event in progress, an LF between its lines
        self._data_lines = 0
        self._name = b""
        self._id = ""
        self._block_retry: int | None = None
        self._room = limit  # how much more the event in progress may take; -1 once it took too much

    def receive_data(self, data: bytes) -> list[Event]:
        """Take the next bytes of the body, cut anywhere. Returns the events that they complete."""
        if self.failure is not None:
            return []
        if self._line.size and _is_one_line(data):  # tiny reads stay cheap
            self._extend_line(data)
            return []
        if len(data) > self._limit:
            return self._receive_lines(data)
        blank = b"\n\n" if data.find(b"\r") < 0 else b"\r\n\r\n"
        end = data.find(blank)
        if end < 0:
            return self._receive_lines(data)
        if self._short >= 0:
            return self._receive_burst(data, blank)
        end += len(blank)
        events = self._receive_lines(data[:end])
        return events + self.receive_data(data[end:]) if end < len(data) else events

    def receive_eof(self) -> None:
        """Take the clean end of the body: the line in progress counts as ended, so that `stray` and `pending()` are final.

        It never completes an event: by the standard, one without its blank line is dropped.
        """
        if self._line.size:
            self._receive_line(self._line.take(), [])

    def pending(self) -> bytes:
        """The data of the event in progress: its data lines, and the last one as far as it came."""
        name, value = _field(self._line.peek())
        data = self._data.peek()
        if name != b"data":
            return data
        return data + b"\n" + value if self._data_lines else value

    @abstractmethod
    def _events(self, name: bytes, data: list[bytes]) -> list[Event]:
        """What a subclass returns for events of one name."""

    def _receive_burst(self, data: bytes, blank: bytes) -> list[Event]:
        """Between two events: cut what repeats the first event's header, and see that nothing else is in it."""
        match = _header(data)
        if match is None:
            return self._receive_lines(data)
        end = data.rfind(blank)
        header: bytes = match[0]
        name: bytes = match[1] or b""
        parts = data[len(header) : end].split(blank + header)
        events: list[Event] = []
        if _is_one_line(b"".join(parts)):
            events = self._events(name, parts)
        else:
            for part in parts:
                if _is_one_line(part):
                    events += self._events(name, [part])
                else:
                    events += self._receive_lines(header + part + blank)
        end += len(blank)
        return events if end == len(data) else events + self._receive_lines(data[end:])

    def _receive_lines(self, data: bytes) -> list[Event]:
        events: list[Event] = []
        # Block by block: splitting all at once would hold a second copy of what may be far above the limit.
        for start in range(0, len(data), BLOCK):
            if self.failure is not None:
                break
            self._receive_block(data[start : start + BLOCK], events)
        # After a CR, too: its LF would be one blank line more between two events, which changes nothing.
        between = self._room == self._limit and not self._line.size and self._mark is None
        self._short = min(self._limit, _SHORT) if between else -1
        return events

    def _receive_block(self, block: bytes, events: list[Event]) -> None:
        if self._mark is not None:
            block = self._mark + block
            if len(block) < 3 and _BYTE_ORDER_MARK.startswith(block):
                self._mark = block
                return
            self._mark = None
            block = block.removeprefix(_BYTE_ORDER_MARK)
        if self._skip_lf:
            block = block.removeprefix(b"\n")
        self._skip_lf = block[-1:] == b"\r"
        lines = block.splitlines()
        tail = lines.pop() if block and block[-1] not in b"\r\n" else b""
        if lines and self._line.size:
            # Not in the loop below, where the list would keep a long line beside the value cut from it.
            self._extend_line(lines.pop(0))
            self._receive_line(self._line.take(), events)
        for line in lines:
            self._receive_line(line, events)
        if tail:
            self._extend_line(tail)

    def _extend_line(self, piece: bytes) -> None:
        self._line.append(piece)
        if self._line.size > self._room:
            self._fail()

    def _receive_line(self, line: bytes, events: list[Event]) -> None:
        if len(line) > self._room:
            self._fail()
            return
        if not line:
            self._dispatch(events)
            return
        name, value = _field(line)
        match name:
            case b"data":
                if self._data_lines:
                    self._data.append(b"\n")
                self._data.append(value)
                self._data_lines += 1
            case b"event":
                self._name = value
            case b"id":
                if b"\0" not in value:
                    self._id = value.decode("utf-8", "replace")
            case b"retry":
                if value.isdigit() and len(value) <= _RETRY_DIGITS:
                    self.retry = self._block_retry = int(value)
            case _:
                if name == b"error":
                    self._receive_stray(value, events)
                elif line[:1] == b"{":
                    self._receive_stray(line, events)
                else:
                    self._receive_unknown(line, events)
                return
        self._room -= len(line)

    def _dispatch(self, events: list[Event]) -> None:
        self.last_event_id = self._id
        if self._data_lines:
            events += self._events(self._name, [self._data.take()])
            self._data_lines = 0
        self._name = b""
        self._block_retry = None
        self._room = self._limit

    def _receive_stray(self, text: bytes, events: list[Event]) -> None:  # noqa: ARG002
        """Keep a stray line; a subclass may put it in its place among the events."""
        if len(self.stray) < _STRAYS and sum(map(len, self.stray)) + len(text) <= self._limit:
            self.stray = (*self.stray, text)

    def _receive_unknown(self, line: bytes, events: list[Event]) -> None:
        """Pass over a line that is no known field; a subclass may know what it goes on with."""

    def _fail(self) -> None:
        self.failure = f"an event exceeds the limit of {self._limit} bytes"
        self._room = -1
        self._line.clear()
        self._data.clear()
        self._data_lines = 0
        self._name = b""


def _field(line: bytes) -> tuple[bytes, bytes]:
    """Name and value of a line, cut without a copy in between; a comment has no name."""
    colon = line.find(b":")
    if colon < 0:
        return line, b""
    return line[:colon], line[colon + 2 if line[colon + 1 : colon + 2] == b" " else colon + 1 :]


def _is_one_line(text: bytes) -> bool:
    return text.find(b"\n") < 0 and text.find(b"\r") < 0
