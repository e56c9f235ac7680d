"""How a stream is read whose records are no server-sent events: lines, AWS's binary messages, or pieces of a download."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from ..dialects.codec import Decoder
from ..dialects.lenient import is_json
from ..errors import Failure, Kind
from ..events import Delta
from ..framing.eventstream import EventStreamRecords
from ..framing.jsonlines import JsonLinesDecoder
from ..http import Limits


class _Framing(Protocol):
    """Cuts a body into records."""

    @property
    def failure(self) -> Failure | None:
        """Why there will be no further ones."""
        ...

    def receive(self, data: bytes) -> Sequence[bytes]:
        """Take the next bytes; returns the records that they complete."""
        ...

    def finish(self) -> Sequence[bytes]:
        """Take the clean end; returns the last record where it has no end of its own."""
        ...


class RecordReader:
    """Gives a decoder the records of one framing."""

    __slots__ = ("_decoder", "_framing", "complete", "failure")

    rest = None

    def __init__(self, decoder: Decoder, framing: _Framing) -> None:
        self.complete = False
        self.failure: Failure | None = None
        self._decoder = decoder
        self._framing = framing

    def receive(self, data: bytes) -> list[Delta]:
        """Take the next bytes."""
        return self._receive(self._framing.receive(data))

    def finish(self, *, clean: bool) -> list[Delta]:
        """Take the end."""
        if not clean or self._has_ended():
            return []
        events = self._receive(self._framing.finish())
        if not self._has_ended():
            events += self._decoder.finish()
            self._conclude()
        return events

    def _has_ended(self) -> bool:
        return self.complete or self.failure is not None

    def _receive(self, records: Sequence[bytes]) -> list[Delta]:
        events = self._decoder.receive(records)
        self._conclude()
        return events

    def _conclude(self) -> None:
        self.complete = self._decoder.complete
        self.failure = self._decoder.failure
        if not self.complete and self.failure is None:
            self.failure = self._framing.failure


class _Lines:
    __slots__ = ("_lines",)

    def __init__(self, limit: int) -> None:
        self._lines = JsonLinesDecoder(limit=limit)

    @property
    def failure(self) -> Failure | None:
        return _failure("limit_exceeded", self._lines.failure)

    def receive(self, data: bytes) -> Sequence[bytes]:
        return self._lines.receive_data(data)

    def finish(self) -> Sequence[bytes]:
        # A last line without its end counts if it is whole, as the last server-sent event does; else it was cut.
        return [line for line in self._lines.receive_eof() if is_json(line)]


class _BinaryEvents:
    __slots__ = ("_cut", "_messages")

    def __init__(self, limit: int) -> None:
        self._messages = EventStreamRecords(limit=limit)
        self._cut = False

    @property
    def failure(self) -> Failure | None:
        if self._cut:
            return Failure(kind="truncated", message="the response ended within a message")
        said = self._messages.failure
        return _failure("limit_exceeded" if self._messages.too_large else "protocol", said)

    def receive(self, data: bytes) -> Sequence[bytes]:
        return self._messages.receive_data(data)

    def finish(self) -> Sequence[bytes]:
        self._cut = bool(self._messages.pending())
        return ()


class _Download:
    """Every piece is a record; *limit* bounds what is gathered, that is, all of it where it is not streamed."""

    __slots__ = ("_left", "_limit")

    def __init__(self, limit: int | None) -> None:
        self._limit = limit
        self._left = limit

    @property
    def failure(self) -> Failure | None:
        if self._left is None or self._left >= 0:
            return None
        return Failure(kind="limit_exceeded", message=f"the body exceeds the limit of {self._limit} bytes")

    def receive(self, data: bytes) -> Sequence[bytes]:
        if self._left is not None:
            self._left -= len(data)
            if self._left < 0:
                return ()
        return (data,) if data else ()

    def finish(self) -> Sequence[bytes]:
        return ()


def _failure(kind: Kind, message: str | None) -> Failure | None:
    return None if message is None else Failure(kind=kind, message=message)


def line_reader(decoder: Decoder, limits: Limits) -> RecordReader:
    """The reader of JSON Lines."""
    return RecordReader(decoder, _Lines(limits.event))


def binary_event_reader(decoder: Decoder, limits: Limits) -> RecordReader:
    """The reader of AWS's event streams."""
    return RecordReader(decoder, _BinaryEvents(limits.event))


def download_reader(decoder: Decoder, limits: Limits, *, stream: bool) -> RecordReader:
    """The reader of bytes that are no text; one that is not streamed is gathered, and so has a limit."""
    return RecordReader(decoder, _Download(None if stream else limits.body))
