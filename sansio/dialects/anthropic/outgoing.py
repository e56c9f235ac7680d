"""Content blocks on their way out of a server: what is said of each, and whether it is over."""

from __future__ import annotations

from typing import Final

import msgspec
from msgspec import Raw

from ...events.choice import Text
from ..lenient import is_json
from .blocks import CUSTOM_INPUT

_SPACED: Final = bytes.maketrans(b"\r\n", b"  ")
_OPEN: Final = f'{{"{CUSTOM_INPUT}":"'
_json = msgspec.json.Encoder().encode


class Outgoing:
    """A block: `start` is its JSON at the start, `kind` what others of its kind share, `waiting` are deltas not yet said.

    `open` says that the start was said, `closed` that the end was.  `ready` and `over` say that it can begin, and that
    another may follow.
    """

    __slots__ = ("closed", "kind", "open", "start", "waiting")

    def __init__(self, start: bytes, *waiting: bytes, kind: bytes | None = None) -> None:
        self.start = start
        self.kind = kind
        self.waiting = list(waiting)
        self.open = False
        self.closed = False

    @property
    def ready(self) -> bool:
        """Whether all that its start says is known."""
        return True

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

    __slots__ = ("_arguments", "_wrapped")

    def __init__(self, start: bytes, *, wrapped: bool) -> None:
        super().__init__(start)
        self._wrapped = wrapped
        self._arguments: Text | None = None

    @property
    def ready(self) -> bool:
        """Whether the arguments have begun."""
        return self._arguments is not None

    @property
    def over(self) -> bool:
        """Whether the arguments are whole, as far as they tell."""
        text = "" if self._arguments is None else str(self._arguments)
        return text.lstrip().startswith("{") and is_json(text.encode())

    def argument(self, text: str) -> bytes:
        """The delta that says a piece of the arguments."""
        begins = self._arguments is None
        self._arguments = self._arguments or Text()
        self._arguments.append(text)
        if self._wrapped:
            inner = _json(text)[1:-1].decode()
            text = _OPEN + inner if begins else inner
        return _piece(text)

    def close(self, index: int) -> bytes:
        """The end, before it that of the object around free text."""
        rest = b""
        if self._wrapped:
            rest = self.delta(index, _piece(_OPEN + '"}' if self._arguments is None else '"}'))
        return rest + super().close(index)


def line(raw: bytes | Raw) -> bytes:
    """JSON on one line: in what the peer wrote, line ends are white space between tokens."""
    return bytes(raw).translate(_SPACED)


def _piece(text: str) -> bytes:
    return b'{"type":"input_json_delta","partial_json":%b}' % _json(text)
