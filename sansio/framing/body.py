"""HTTP/1.1 message bodies behind a head that h11 has parsed: which framing applies, and readers that undo it.

RFC 9112 sections 6.3, 7.1 and 9.3. The three readers share one contract, so that callers need not know which one they
hold. They agree with h11's own (a differential property compares them), at a tenth of the cost for each small chunk:

- `receive_data(data)` returns the body bytes that these wire bytes release, b"" for none. Nothing is held back but an
  unfinished line of the framing, so memory is bounded, and time is linear for any fragmentation.
- `receive_eof()` says that the peer closed. Call it once, after the last byte.
- `done` is set at the end of the message. What came behind it is in `rest`: a connection with a `rest` must not be
  used again, and after `done` only a pipelining server goes on reading.
- `failure` names the first damage, else it is None. Body bytes in front of the damage have been returned, input behind
  it is ignored.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

# Of one chunk-size line with its extensions, CRLF included. Go's net/http takes 4096.
MAX_SIZE_LINE = 4096
# Of the whole trailer section, as h11 takes for an unfinished event; and of its lines.
MAX_TRAILERS = 16 * 1024
MAX_TRAILER_LINES = 64

LAST_CHUNK = b"0\r\n\r\n"

_CRLF = b"\r\n"
_NO_BODY = frozenset({204, 304})

# A size line as it follows a chunk's data. A look-up checks both line ends and the digits at once, in a tenth of the
# time of a match and an int(); hyper writes upper-case digits, others lower. The general pattern takes the rest:
# larger chunks, leading zeros, extensions, the white space that RFC 9112 allows before and some servers leave after.
_SIZES = {line % size: size for size in range(1, 1024) for line in (b"\r\n%x\r\n", b"\r\n%X\r\n")}
_SIZE_LINE = re.compile(rb"\r\n([0-9A-Fa-f]{1,20})[ \t]*(?:;[^\n]*)?\r\n")

_BLANK_LINE = re.compile(rb"\n\r?\n")
_OBSOLETE_FOLD = re.compile(rb"\r?\n[ \t]+")
_TRAILER = re.compile(rb"[-!#$%&'*+.^_`|~0-9A-Za-z]+:[^\x00\n\v\f\r]*")


class _Reader:
    """The state that every reader shows."""

    __slots__ = ("done", "failure", "rest")

    def __init__(self) -> None:
        self.done: bool = False
        self.rest: bytes = b""
        self.failure: str | None = None


class CloseReader(_Reader):
    """A body that the close of the connection ends. It cannot be told from one that was cut off."""

    __slots__ = ()

    def receive_data(self, data: bytes) -> bytes:
        """Return `data`: all of it is body."""
        return data

    def receive_eof(self) -> None:
        """The message is complete."""
        self.done = True


class LengthReader(_Reader):
    """A body of `length` bytes. With 0, a message without a body, it is done at once."""

    __slots__ = ("_left", "_length")

    def __init__(self, length: int) -> None:
        super().__init__()
        self._length = self._left = length
        self.done = not length

    def receive_data(self, data: bytes) -> bytes:
        """Return the part of `data` that is body: all of it, the same object, up to the message's end."""
        if self.failure is not None:
            return b""
        if len(data) < self._left:
            self._left -= len(data)
            return data
        body = data[: self._left]
        self.rest += data[self._left :]
        self._left = 0
        self.done = True
        return body

    def receive_eof(self) -> None:
        """A failure, unless the message was complete."""
        if not self.done:
            self.failure = f"the body ended after {self._length - self._left} of {self._length} bytes"


class ChunkedReader(_Reader):
    """A body in chunks (RFC 9112 section 7.1). `trailers` are the lines behind the last one, obsolete folds undone.

    Extensions are skipped. Trailers are checked for their form and otherwise left alone: nothing in them can change
    the framing or the head.
    """

    __slots__ = ("_held", "_in_trailers", "_left", "trailers")

    def __init__(self) -> None:
        super().__init__()
        self.trailers: Sequence[bytes] = ()
        # The unfinished line, from the CRLF in front of it. The first line is given one too, so that all are alike.
        self._held = _CRLF
        self._left = 0  # bytes of the open chunk that are still to come
        self._in_trailers = False

    def receive_data(self, data: bytes) -> bytes:
        """Return the body bytes in `data`, those of all its chunks joined."""
        if self._held == _CRLF and data[-2:] == _CRLF:  # one whole chunk: what a live stream delivers
            start = data.find(b"\n") + 1
            if _SIZES.get(_CRLF + data[:start]) == len(data) - start - 2:
                return data[start:-2]
        if len(data) < self._left:
            self._left -= len(data)
            return data
        if self.done:
            self.rest += data
        elif self._in_trailers:
            self._receive_trailers(data)
        elif self.failure is None:
            return self._receive_chunks(data)
        return b""

    def receive_eof(self) -> None:
        """A failure, unless the message was complete."""
        if not self.done and self.failure is None:
            self._fail("the body ended before its last chunk" if not self._in_trailers else "the trailers were cut off")

    def _receive_chunks(self, data: bytes) -> bytes:
        data = self._held + data
        at = self._left
        self._held, self._left = b"", 0
        pieces = [data[:at]] if at else []
        width = 0
        while True:
            # Neighbours mostly have sizes with as many digits, so the first guess saves the search for the line's end.
            start = at + width
            size = _SIZES.get(data[at:start])
            if size is None:
                start = data.find(b"\n", at + 2) + 1
                width = start - at
                size = _SIZES.get(data[at:start]) or self._read_size_line(data, at, start)
                if not size:
                    break
            at = start + size
            if at > len(data):
                piece = data[start:]  # not `at - len(data)`: a guess may reach behind a shorter line that ends the data
                self._left = size - len(piece)
                pieces.append(piece)
                break
            pieces.append(data[start:at])
        return b"".join(pieces)

    def _read_size_line(self, data: bytes, at: int, end: int) -> int:
        """Return the size of the chunk that data[at:end] opens, 0 for none: unfinished (`end` is 0), last, damaged."""
        if not _CRLF.startswith(data[at : at + 2]):
            return self._fail("a chunk is not followed by CRLF")
        if (end or len(data)) - at - 2 > MAX_SIZE_LINE:
            return self._fail(f"a chunk-size line has more than {MAX_SIZE_LINE} bytes")
        if not end:
            self._held = data[at:]
            return 0
        line = _SIZE_LINE.fullmatch(data, at, end)
        if line is None:
            return self._fail("a chunk-size line is malformed")
        size = int(line[1], 16)
        if not size:
            self._in_trailers = True
            self._receive_trailers(data[end - 1 :])  # from the line feed, so that a blank line is always two of them
        return size

    def _receive_trailers(self, data: bytes) -> None:
        searched = max(0, len(self._held) - 2)
        self._held += data
        blank = _BLANK_LINE.search(self._held, searched)
        if (blank.end() if blank else len(self._held)) - 1 > MAX_TRAILERS:
            self._fail(f"the trailers have more than {MAX_TRAILERS} bytes")
        elif blank:
            self._end(self._held[1 : blank.start()], self._held[blank.end() :])

    def _end(self, section: bytes, rest: bytes) -> None:
        self._held = b""
        self._in_trailers = False
        lines = [line.removesuffix(b"\r") for line in _OBSOLETE_FOLD.sub(b" ", section).split(b"\n")] if section else []
        if len(lines) > MAX_TRAILER_LINES:
            self._fail(f"there are more than {MAX_TRAILER_LINES} trailers")
        elif not all(map(_TRAILER.fullmatch, lines)):
            self._fail("a trailer is malformed")
        else:
            self.trailers = lines
            self.rest = rest
            self.done = True

    def _fail(self, failure: str) -> int:
        self.failure = failure
        self._held, self._left = b"", 0
        self._in_trailers = False
        return 0


BodyReader = ChunkedReader | LengthReader | CloseReader


def response_framing(method: str, status: int, headers: Iterable[tuple[bytes, bytes]]) -> BodyReader:
    """Return a reader for the body of a response to `method` (RFC 9112 section 6.3).

    `headers` are h11's: names in lower case, and `content-length` and `transfer-encoding` validated.
    """
    if status < 200 or status in _NO_BODY or method == "HEAD" or (method == "CONNECT" and status < 300):
        return LengthReader(0)
    return _declared_framing(headers) or CloseReader()


def request_framing(headers: Iterable[tuple[bytes, bytes]]) -> ChunkedReader | LengthReader:
    """Return a reader for the body of a request, `headers` being as for a response. Undeclared, it is empty."""
    return _declared_framing(headers) or LengthReader(0)


def _declared_framing(headers: Iterable[tuple[bytes, bytes]]) -> ChunkedReader | LengthReader | None:
    fields = dict(headers)
    if b"transfer-encoding" in fields:  # h11 lets none but `chunked` through; it overrides a content-length
        return ChunkedReader()
    length = fields.get(b"content-length")
    return None if length is None else LengthReader(int(length))


def keeps_alive(http_version: bytes, headers: Iterable[tuple[bytes, bytes]]) -> bool:
    """Return whether one side's head allows another message on this connection (RFC 9112 section 9.3).

    Ask it of the request and of the response; the body must also be `done`, without a `rest` and before the peer's
    close. Like h11, it never keeps a connection of HTTP/1.0, whatever `keep-alive` was promised.
    """
    options = b",".join(value for name, value in headers if name == b"connection").lower().split(b",")
    return http_version >= b"1.1" and b"close" not in map(bytes.strip, options)


def encode_chunk(data: bytes) -> bytes:
    """Return `data` as one chunk; b"" for b"", since an empty chunk would end the body. `LAST_CHUNK` does."""
    return b"%x\r\n%b\r\n" % (len(data), data) if data else b""
