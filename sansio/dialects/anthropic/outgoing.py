"""Content blocks on their way out of a server: what is said of each, and whether it is over."""

from __future__ import annotations

import re
from typing import Final

import msgspec
from msgspec import Raw

from ...events.choice import Text
from .blocks import CUSTOM_INPUT

_SPACED: Final = bytes.maketrans(b"\r\n", b"  ")
_OPEN: Final = f'{{"{CUSTOM_INPUT}":"'
_MARKS: Final = re.compile(r'\\.|["\\{}\[\]]', re.DOTALL)
_STEPS: Final = {"{": 1, "[": 1, "}": -1, "]": -1}
_json = msgspec.json.Encoder().encode


class Outgoing:
    """A block: `start` is its JSON at the start, `kind` what others of its kind share, `waiting` are deltas not yet said.

    `open` says that the start was said, `closed` that the end was.  `ready` and `over` say that it can begin, and that
    another may follow.
    """

    __slots__ = ("closed", "kind", "open", "start", "waiting")

    ready = True

    def __init__(self, start: bytes, *waiting: bytes, kind: bytes | None = None) -> None:
        self.start = start
        self.kind = kind
        self.waiting = list(waiting)
        self.open = False
        self.closed = False

    @property
    def over(self) -> bool:
        """Whether it is over once there is something behind it."""
        return True

    def say(self, index: int) -> bytes:
        """The start, unless it was said, and what waits."""
        said = [self.delta(index, delta) for delta in self.waiting]
        self.waiting.clear()
        if self.open:
            return b"".join(said)
        self.open = True
        start = b'event: content_block_start\ndata: {"type":"content_block_start","index":%d,"content_block":%b}\n\n'
        return start % (index, self.start) + b"".join(said)

    def delta(self, index: int, delta: bytes) -> bytes:
        """The event of a delta."""
        return b'event: content_block_delta\ndata: {"type":"content_block_delta","index":%d,"delta":%b}\n\n' % (
            index,
            delta,
        )

    def close(self, index: int) -> bytes:
        """The end."""
        self.closed = True
        return b'event: content_block_stop\ndata: {"type":"content_block_stop","index":%d}\n\n' % index


class OutgoingCall(Outgoing):
    """A call.  It begins with its arguments, since until then its name may grow, and is over when they are an object.

    *wrapped* arguments are free text, which the API has within an object only.
    """

    __slots__ = ("_brackets", "_unread", "_wrapped", "ready")

    def __init__(self, start: bytes, *, wrapped: bool) -> None:
        super().__init__(start)
        self._wrapped = wrapped
        self._brackets = Brackets()
        self._unread = Text()  # whose brackets were not counted yet: mostly nobody asks
        self.ready = False

    @property
    def over(self) -> bool:
        """Whether the arguments are whole, which only an object tells."""
        if self._wrapped:
            return False
        self._brackets.receive(str(self._unread))
        self._unread = Text()
        return self._brackets.closed

    def argument(self, text: str) -> bytes:
        """The delta that says a piece of the arguments."""
        self._unread.append(text)
        if self._wrapped:
            inner = _json(text)[1:-1].decode()
            text = inner if self.ready else _OPEN + inner
        self.ready = True
        return _piece(text)

    def close(self, index: int) -> bytes:
        """The end, before it that of the object around free text."""
        rest = self.delta(index, _piece('"}' if self.ready else _OPEN + '"}')) if self._wrapped else b""
        return rest + super().close(index)


class Brackets:
    """Counts the brackets of a JSON text that comes in pieces, in linear time; `closed` once the first one has its other."""

    __slots__ = ("_depth", "_escaped", "_quoted", "closed")

    def __init__(self) -> None:
        self.closed = False
        self._depth = 0
        self._quoted = False
        self._escaped = False  # the last piece ended within an escape

    def receive(self, text: str) -> None:
        """Take the next piece."""
        if self._escaped and text:
            self._escaped, text = False, text[1:]
        for mark in _MARKS.findall(text):
            if mark == '"':
                self._quoted = not self._quoted
            elif mark == "\\":
                self._escaped = True
            elif not self._quoted and mark in _STEPS:
                self._depth += _STEPS[mark]
                self.closed = self.closed or self._depth == 0


def line(raw: bytes | Raw) -> bytes:
    """JSON on one line: in what the peer wrote, line ends are white space between tokens."""
    return bytes(raw).translate(_SPACED)


def _piece(text: str) -> bytes:
    return b'{"type":"input_json_delta","partial_json":%b}' % _json(text)
