"""How the body of a response is read once it is known what it is: events, one document, or the explanation of an error.

A reader takes plain bytes, however they are cut, and says by `complete` or `failure` that the exchange has its end.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Protocol

import msgspec

from ..dialects.codec import Decoder
from ..dialects.lenient import is_json, value
from ..errors import Failure
from ..events import Delta
from ..framing.pieces import Pieces
from ..framing.sse import SseData
from ..http import Limits

_ERROR_BODY: Final = 1024 * 1024  # of an error's explanation: some repeat the request that they refuse


class Reader(Protocol):
    """Reads one body."""

    @property
    def complete(self) -> bool:
        """Whether the response is whole."""
        ...

    @property
    def failure(self) -> Failure | None:
        """Why it never will be."""
        ...

    @property
    def rest(self) -> Reader | None:
        """The reader that takes over from here; None while this one reads on."""
        ...

    def receive(self, data: bytes) -> list[Delta]:
        """Take the next bytes."""
        ...

    def finish(self, *, clean: bool) -> list[Delta]:
        """Take the end of the body; one that is not clean completes nothing."""
        ...


class _Records(SseData):
    """Gives an error that stands outside of events its place among the records, so that cuts do not change what is first.

    The data of an event that is named `error` is one, too, whatever it is, and so is an object that spans several lines, the
    last of which begins with its brace.
    """

    __slots__ = ("_object",)

    def __init__(self, *, limit: int) -> None:
        super().__init__(limit=limit)
        self._object = Pieces()

    def _events(self, name: bytes, data: list[bytes]) -> list[bytes]:
        return [_error_event(text) for text in data] if name == b"error" else data

    def _receive_stray(self, text: bytes, events: list[bytes]) -> None:
        self._object.clear()
        if not self._report(text, events) and text[:1] == b"{":
            self._object.append(text)

    def _receive_unknown(self, line: bytes, events: list[bytes]) -> None:
        if self._object.size and line[:1] != b":":  # a comment may stand anywhere
            self._object.append(line)
            if line[:1] == b"}":
                self._report(self._object.take(), events)
            elif self._object.size > self._limit:
                self._object.clear()

    def _report(self, text: bytes, events: list[bytes]) -> bool:
        record = _error_record(text)
        if record is not None:
            self.stray = (*self.stray, record)
            events.append(record)
        return record is not None


def _error_event(text: bytes) -> bytes:
    """The record that says that *text* is an error."""
    said = value(text)
    if isinstance(said, dict) and "error" in said:
        return text
    return b'{"error":%b}' % (text if said else msgspec.json.encode(text.decode("utf-8", "replace")))


def _error_record(text: bytes) -> bytes | None:
    """The record that says the same as the value of an `error` field, or as a bare line of JSON; None where that is no error."""
    said = value(text)
    if isinstance(said, dict):
        if "error" in said:
            return text
        return b'{"error":%b}' % text if "message" in said else None
    if text.startswith(b"{") or not text.strip():
        return None  # the first line of a document that spans several, or nothing
    return msgspec.json.encode({"error": text.decode("utf-8", "replace")})


class EventReader:
    """Server-sent events, whose data are the decoder's records."""

    __slots__ = ("_decoder", "_sse", "complete", "failure")

    rest = None

    def __init__(self, decoder: Decoder, limits: Limits) -> None:
        self.complete = False
        self.failure: Failure | None = None
        self._decoder = decoder
        self._sse = _Records(limit=limits.event)

    def receive(self, data: bytes) -> list[Delta]:
        """Take the next bytes."""
        sse, decoder = self._sse, self._decoder
        events = decoder.receive(sse.receive_data(data))
        if decoder.complete or decoder.failure is not None or sse.failure is not None:
            self._conclude()
        return events

    def finish(self, *, clean: bool) -> list[Delta]:
        """Take the end: at a clean one, an event without its blank line counts if it is the marker or whole JSON."""
        if not clean or self.complete or self.failure is not None:
            return []
        sse, decoder = self._sse, self._decoder
        sse.receive_eof()
        records = list(sse.stray)  # all but one that came just now would have ended the exchange
        if (pending := sse.pending()).startswith(b"[DONE]") or is_json(pending):
            records.append(pending)
        events = decoder.receive(records)
        if not decoder.complete and decoder.failure is None:
            events += decoder.finish()
        self._conclude()
        return events

    def _conclude(self) -> None:
        self.complete = self._decoder.complete
        self.failure = self._decoder.failure
        if not self.complete and self.failure is None and self._sse.failure is not None:
            self.failure = Failure(kind="limit_exceeded", message=self._sse.failure)


class DocumentReader:
    """One JSON document, decoded at its end; `body` is what of it came."""

    rest = None

    def __init__(self, decoder: Decoder, limits: Limits) -> None:
        self.failure: Failure | None = None
        self._decoder = decoder
        self._limit = limits.body
        self.body = bytearray()

    @property
    def complete(self) -> bool:
        """Whether the decoder found the answer whole."""
        return self._decoder.complete

    def receive(self, data: bytes) -> list[Delta]:
        """Take the next bytes."""
        if len(self.body) + len(data) > self._limit:
            self.failure = Failure(kind="limit_exceeded", message=f"the body exceeds the limit of {self._limit} bytes")
        else:
            self.body += data
        return []

    def finish(self, *, clean: bool) -> list[Delta]:
        """Take the end."""
        if not clean:
            return []
        events = self._decoder.receive_document(self.body)
        self.failure = self._decoder.failure
        return events


class ErrorReader:
    """The explanation of an error, as much of it as came and is worth reading; *explain* makes the failure of it."""

    complete = False
    rest = None

    def __init__(self, explain: Callable[[bytes], Failure]) -> None:
        self.failure: Failure | None = None
        self._explain = explain
        self._body = bytearray()

    def receive(self, data: bytes) -> list[Delta]:
        """Take the next bytes; once there are enough, the rest is not waited for."""
        self._body += data[: _ERROR_BODY - len(self._body)]
        return self.finish(clean=False) if len(self._body) >= _ERROR_BODY else []

    def finish(self, *, clean: bool) -> list[Delta]:  # noqa: ARG002  # the status has said what counts
        """Take the end."""
        self.failure = self._explain(bytes(self._body))
        return []
