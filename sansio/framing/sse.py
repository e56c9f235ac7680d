"""Server-sent events, both directions: https://html.spec.whatwg.org/multipage/server-sent-events.html, section 9.2.6.

`SseDecoder` is for everyone. Dialects use `SseData` and `SsePairs`, which leave the text undecoded for msgspec. All three are
one machine, `EventLines`, and differ in what they return of an event.
"""

from __future__ import annotations

import msgspec

from .pieces import BLOCK
from .sselines import EVENT_LIMIT, EventLines

__all__ = [
    "EVENT_LIMIT",
    "ServerSentEvent",
    "SseData",
    "SseDecoder",
    "SsePairs",
    "comment",
    "encode",
    "encode_data",
]


class ServerSentEvent(msgspec.Struct, frozen=True):
    """One dispatched event.

    `id` is the last event ID in force at dispatch, whichever event set it; `retry` the reconnection time in milliseconds
    that was set within this event's own lines.
    """

    event: str = "message"
    data: str = ""
    id: str = ""
    retry: int | None = None


class SseDecoder(EventLines[ServerSentEvent]):
    """Decodes an event stream exactly as the standard says, whatever its pieces. Nothing that it is given makes it raise.

    `last_event_id` and `retry` (milliseconds, or None) are what the stream set so far. An event whose lines take more
    than `limit` bytes sets `failure`; further input is then ignored. An event without its blank line is never returned.
    """

    __slots__ = ()

    def receive_data(self, data: bytes | bytearray | memoryview) -> list[ServerSentEvent]:
        """Take the next bytes of the body, cut anywhere. Returns the events that they complete, often none.

        Bytes that are not UTF-8 become U+FFFD.
        """
        if isinstance(data, bytes):
            return super().receive_data(data)
        events: list[ServerSentEvent] = []
        for start in range(0, len(data), BLOCK):
            events += super().receive_data(bytes(data[start : start + BLOCK]))
        return events

    def _events(self, name: bytes, data: list[bytes]) -> list[ServerSentEvent]:
        event = name.decode("utf-8", "replace") or "message"
        # A line end also ends a sequence that was cut short, so that each text decodes as it would within the whole.
        return [ServerSentEvent(event, text.decode("utf-8", "replace"), self._id, self._block_retry) for text in data]


class SseData(EventLines[bytes]):
    """`SseDecoder` for dialects whose JSON says its own type: only the events' data, undecoded."""

    __slots__ = ()

    def receive_data(self, data: bytes) -> list[bytes]:
        """Take the next bytes of the body. Returns the data of each event that they complete."""
        # One whole event is what a live stream delivers. splitlines() also drops a line end before the last two; with them
        # that is a CR LF, or one blank line more, and the event is the same.
        if len(data) <= self._short and data[-2:] == b"\n\n":
            if data[:6] == b"data: ":
                lines = data[6:-2].splitlines()
                if len(lines) == 1:
                    return lines
            elif data[:7] == b"event: ":
                lines = data[7:-2].splitlines()
                if len(lines) == 2 and lines[1][:6] == b"data: ":
                    return self._events(lines[0], [lines[1][6:]])
        return super().receive_data(data)

    def _events(self, name: bytes, data: list[bytes]) -> list[bytes]:  # noqa: ARG002  # a subclass may look at it
        return data


class SsePairs(EventLines[tuple[bytes, bytes]]):
    """`SseDecoder` for dialects that need the events' names: pairs of name and data, undecoded; no name is `b""`."""

    __slots__ = ()

    def receive_data(self, data: bytes) -> list[tuple[bytes, bytes]]:
        """Take the next bytes of the body. Returns name and data of each event that they complete."""
        if len(data) <= self._short and data[-2:] == b"\n\n":  # as in SseData
            if data[:7] == b"event: ":
                lines = data[7:-2].splitlines()
                if len(lines) == 2 and lines[1][:6] == b"data: ":
                    return [(lines[0], lines[1][6:])]
            elif data[:6] == b"data: ":
                lines = data[6:-2].splitlines()
                if len(lines) == 1:
                    return [(b"", lines[0])]
        return super().receive_data(data)

    def _events(self, name: bytes, data: list[bytes]) -> list[tuple[bytes, bytes]]:
        return [(name, text) for text in data]


def encode(event: ServerSentEvent) -> bytes:
    """The event as a server writes it: a decoder gives it back, with the line ends in its data as LF.

    An `id` of "" and a `retry` of None are not written. Raises ValueError for a line end in the name or the id, a NUL in
    the id, a negative retry, or a lone surrogate anywhere.
    """
    for field in (event.event, event.id):
        if "\n" in field or "\r" in field:
            raise ValueError("the name and the id of an event cannot hold a line end")
    if "\0" in event.id:
        raise ValueError("the id of an event cannot hold a NUL")
    if event.retry is not None and event.retry < 0:
        raise ValueError("a reconnection time cannot be negative")
    lines: list[str] = []
    if event.event not in {"", "message"}:
        lines.append(f"event: {event.event}\n")
    if event.id:
        lines.append(f"id: {event.id}\n")
    if event.retry is not None:
        lines.append(f"retry: {event.retry}\n")
    lines += [f"data: {line}\n" for line in _lines(event.data)]
    return "".join(lines).encode() + b"\n"


def encode_data(data: bytes) -> bytes:
    """An event of nothing but data, which must hold no line end (as compact JSON never does): the hot path of `encode`."""
    return b"data: " + data + b"\n\n"


def comment(text: str) -> bytes:
    """A comment, which decoders ignore: a keep-alive, to be written between events."""
    return "".join([f": {line}\n" for line in _lines(text)]).encode() + b"\n"


def _lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
