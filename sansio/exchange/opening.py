"""What a body is, told by its first bytes rather than by its headers, which servers, recorders and proxies get wrong."""

from __future__ import annotations

import re
from typing import Final

from ..dialects.codec import Decoder, Framing
from ..dialects.lenient import value
from ..errors import Failure
from ..events import Delta
from ..http import Limits
from .coding import CorruptBodyError, Inflater, is_coded
from .readers import DocumentReader, EventReader, Reader

_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
_FIELD = re.compile(rb"(?:data|event|id|retry|error)?:")
_BEGINNINGS: Final = (b"data:", b"event:", b"id:", b"retry:", b"error:", _BYTE_ORDER_MARK)
# Codings that we offer and undo, or that change nothing.
_UNDONE: Final = frozenset({"", "deflate", "gzip", "identity", "x-gzip"})


class CodedReader:
    """Undoes gzip and zlib where the body begins with their magic: whoever undoes them earlier often leaves the header."""

    def __init__(self, inner: Reader) -> None:
        self._inner = inner
        self.rest: Reader | None = None
        self._head = b""
        self._inflater: Inflater | None = None
        self._corrupt: Failure | None = None

    @property
    def complete(self) -> bool:
        """Whether the response is whole."""
        return self._inner.complete

    @property
    def failure(self) -> Failure | None:
        """Why it never will be."""
        return self._inner.failure or self._corrupt

    def receive(self, data: bytes) -> list[Delta]:
        """Take the next bytes."""
        if self._inflater is None:
            self._head = data = self._head + data
            if len(data) < 2:
                return []
            if not is_coded(data):
                events = self._inner.receive(data)
                self.rest = self._inner.rest or self._inner
                return events
            self._inflater = Inflater()
        return self._inflate(self._inflater, data)

    def finish(self, *, clean: bool) -> list[Delta]:
        """Take the end; a coding that was cut off is no clean one."""
        if self._inflater is not None:
            return self._inner.finish(clean=clean and self._inflater.ended)
        return self._inner.receive(self._head) + self._inner.finish(clean=clean)

    def _inflate(self, inflater: Inflater, data: bytes) -> list[Delta]:
        events: list[Delta] = []
        try:
            for piece in inflater.inflate(data):
                events += self._inner.receive(piece)
                if self._inner.complete or self._inner.failure is not None:
                    break
        except CorruptBodyError as exc:
            events += self._inner.finish(clean=False)
            self._corrupt = Failure(kind="protocol", message=str(exc))
        return events


class OpeningReader:
    """Tells events from a document by the first byte that is no white space, then by the type; then another reader reads on."""

    def __init__(self, decoder: Decoder, limits: Limits, headers: dict[str, str], *, stream: bool) -> None:
        self._decoder = decoder
        self._limits = limits
        self._coding = headers.get("content-encoding", "").strip().lower()
        self._typed = headers.get("content-type", "").strip().lower().startswith("text/event-stream")
        self._stream = stream
        self._head = b""
        self._padding = 0  # bytes of white space that were passed over
        self._inner: Reader | None = None
        self._failure: Failure | None = None

    @property
    def complete(self) -> bool:
        """Whether the response is whole."""
        return self._inner is not None and self._inner.complete

    @property
    def failure(self) -> Failure | None:
        """Why it never will be."""
        return self._failure if self._inner is None else self._inner.failure

    @property
    def rest(self) -> Reader | None:
        """The reader of events; a document may turn out at its end to be none."""
        return None if isinstance(self._inner, DocumentReader) else self._inner

    def receive(self, data: bytes) -> list[Delta]:
        """Take the next bytes."""
        if self._inner is not None:
            return self._inner.receive(data)
        head = (self._head + data).removeprefix(_BYTE_ORDER_MARK)
        text = head.lstrip(b" \t\r\n")
        # One white space is kept, since an indented field is none; the rest, often keep-alive padding, says nothing.
        self._head = head[max(0, len(head) - len(text) - 1) :]
        self._padding += len(head) - len(self._head)
        if self._padding > self._limits.body:
            self._failure = Failure(kind="limit_exceeded", message="the body is nothing but white space")
        self._inner = self._choose(text) if text else None
        return [] if self._inner is None else self._inner.receive(self._head)

    def finish(self, *, clean: bool) -> list[Delta]:
        """Take the end; a body that never told what it is, is read as what was asked for."""
        inner = self._inner
        if inner is None:
            self._inner = inner = self._events() if self._stream else self._document()
        elif self._typed and isinstance(inner, DocumentReader) and value(inner.body) is None:
            self._inner = events = self._events()  # the stream began with a bare line of JSON
            return events.receive(bytes(inner.body)) + events.finish(clean=clean)
        return inner.finish(clean=clean)

    def _choose(self, text: bytes) -> Reader | None:
        """The reader for a body that begins with *text*; None where more has to be seen, or on failure."""
        if text[:1] in (b"{", b"["):
            return self._document()
        if _FIELD.match(text):
            return self._events()
        if any(begin.startswith(text) for begin in _BEGINNINGS):
            return None
        if self._coding not in _UNDONE:
            self._failure = Failure(kind="protocol", message=f"the body is in {self._coding}, which was not asked for")
            return None
        return self._events() if self._typed else self._document()

    def _events(self) -> Reader:
        return EventReader(self._decoder, self._limits)

    def _document(self) -> DocumentReader:
        return DocumentReader(self._decoder, self._limits)


class BinaryOpeningReader:
    """Tells AWS's event stream from anything else by the first byte: a message is too short for it to be a character."""

    def __init__(self, decoder: Decoder, limits: Limits, otherwise: Reader) -> None:
        self._decoder = decoder
        self._limits = limits
        self._inner = otherwise
        self.rest: Reader | None = None

    @property
    def complete(self) -> bool:
        """Whether the response is whole."""
        return self._inner.complete

    @property
    def failure(self) -> Failure | None:
        """Why it never will be."""
        return self._inner.failure

    def receive(self, data: bytes) -> list[Delta]:
        """Take the first bytes."""
        if data and data[0] < _FIRST_CHARACTER:
            from .records import binary_event_reader

            self._inner = binary_event_reader(self._decoder, self._limits)
        events = self._inner.receive(data)
        if data:
            self.rest = self._inner.rest or self._inner
        return events

    def finish(self, *, clean: bool) -> list[Delta]:
        """Take the end of a body without a byte."""
        return self._inner.finish(clean=clean)


_FIRST_CHARACTER: Final = 9  # a tab; the first byte of a message is its length divided by 16 MiB


def body_reader(framing: Framing, decoder: Decoder, limits: Limits, headers: dict[str, str], *, stream: bool) -> Reader:
    """The reader of the body of a successful response.

    What its records are was agreed on; whether it is a stream at all is seen.  A download is taken as it is: what looks
    like a coding in it is its own, unless the headers say so.
    """
    if framing == "bytes":
        from .records import download_reader

        download = download_reader(decoder, limits, stream=stream)
        return CodedReader(download) if headers.get("content-encoding", "").strip() else download
    if framing == "jsonlines" and stream:
        from .records import line_reader

        return CodedReader(line_reader(decoder, limits))
    opening = OpeningReader(decoder, limits, headers, stream=stream)
    if framing == "eventstream" and stream:
        return BinaryOpeningReader(decoder, limits, CodedReader(opening))
    return CodedReader(opening)
