"""AWS event streams (application/vnd.amazon.eventstream), both directions: headers and a payload in checked messages.

https://smithy.io/2.0/aws/amazon-eventstream.html. A message is a prelude (its length, the length of its headers, and the
CRC-32 of both), the headers, the payload, and the CRC-32 of all that. Integers are big-endian.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from struct import Struct
from typing import Generic, TypeVar

import msgspec

from .eventheaders import HeaderValue, decode_headers, encode_headers
from .pieces import Pieces

MESSAGE_LIMIT = 32 * 1024 * 1024  # as for server-sent events, and enough for the largest message of the specification
# The specification's, of a message's headers and of its payload.
HEADERS_LIMIT = 128 * 1024
PAYLOAD_LIMIT = 24 * 1024 * 1024

_PRELUDE = Struct(">III")
_LENGTHS = Struct(">II")
_UINT32 = Struct(">I")
_OVERHEAD = _PRELUDE.size + _UINT32.size

# A stream has messages of a few kinds, and all of one kind have the same headers to the byte: a look-up saves reading
# them again. The peer does not choose how many are kept.
_KNOWN = 64
_KNOWN_SIZE = 256
_SMALL = 64 * 1024  # of messages whose checksum is computed in one piece, that is, over a copy
_NO_EVENT = "message"  # what stands for the name of an event that has none
_json = msgspec.json.Encoder().encode

K = TypeVar("K")
T = TypeVar("T")


class EventStreamMessage(msgspec.Struct, frozen=True):
    """One message. The headers whose names begin with a colon say what it is."""

    headers: Mapping[str, HeaderValue] = {}
    payload: bytes = b""

    def header(self, name: str) -> str | None:
        """The header's text; None where it is missing, or no text."""
        value = self.headers.get(name)
        return value if isinstance(value, str) else None

    @property
    def message_type(self) -> str | None:
        """`event`; `exception` for an error that the API knows; `error`, with `:error-code`, for any other."""
        return self.header(":message-type")

    @property
    def event_type(self) -> str | None:
        """The name of the event."""
        return self.header(":event-type")

    @property
    def exception_type(self) -> str | None:
        """The name of the exception."""
        return self.header(":exception-type")


class _Messages(Generic[K, T]):
    """Cuts a body into its messages, of which a subclass says what becomes: K of their headers, T of those and a payload.

    A checksum that does not match, lengths or headers that cannot be, or a message of more than `limit` bytes set `failure`,
    a sentence for people; what was gathered is freed and further input ignored. `too_large` is set beside it where the
    message was only too large. Messages that were complete before it are still returned. Lengths are judged as soon as the prelude is there, and nothing is gathered for those that fail.
    """

    __slots__ = ("_crc32", "_held", "_known", "_limit", "_need", "failure", "too_large")

    def _read(self, headers: dict[str, HeaderValue]) -> K:
        raise NotImplementedError

    def _make(self, headers: K, payload: bytes) -> T:
        raise NotImplementedError

    def __init__(self, *, limit: int = MESSAGE_LIMIT) -> None:
        self.failure: str | None = None
        self.too_large = False
        self._limit = limit
        self._crc32 = _crc32()
        self._known: dict[bytes, K] = {}
        self._held = Pieces()  # the message in progress
        self._need = 0  # what must be held before it is looked at: its prelude, then all of it

    def receive_data(self, data: bytes) -> list[T]:
        """Take the next bytes of the body, cut anywhere. Returns the messages that they complete, often none."""
        messages: list[T] = []
        at = self._complete(data, messages) if self._held.size else 0
        if self.failure is None:
            at = self._receive_small(data, at, messages)
        while at < len(data) and self.failure is None:
            size = self._size(data, at)
            if at + size > len(data):
                self._held.append(data[at:])
                self._need = size
                break
            if size:
                self._receive_message(data, at, at + size, messages)
                at += size
        return messages

    def pending(self) -> bytes:
        """The message in progress, as far as it came; where the body ends cleanly, it was cut off within this."""
        return self._held.peek()

    def _receive_small(self, data: bytes, at: int, messages: list[T]) -> int:
        """Take the small messages that are whole and of known headers, at a third less; returns where the first other begins.

        The last checksum covers the prelude, too, so a message that is here needs no look at the prelude's own.
        """
        crc32, known, make, lengths, checksum = self._crc32, self._known, self._make, _LENGTHS, _UINT32
        limit, size = min(self._limit, _SMALL), len(data)
        while at + _OVERHEAD <= size:
            length, headers_size = lengths.unpack_from(data, at)
            end = at + length
            middle = at + _PRELUDE.size + headers_size
            if length > limit or end > size or middle > end - 4:
                break
            headers = known.get(data[at + _PRELUDE.size : middle])
            if headers is None or crc32(data[at : end - 4]) != checksum.unpack_from(data, end - 4)[0]:
                break
            messages.append(make(headers, data[middle : end - 4]))
            at = end
        return at

    def _complete(self, data: bytes, messages: list[T]) -> int:
        """Take what the message in progress lacks. Returns where that ends, behind the data where it lacks more."""
        at = 0
        while at < len(data) and self._held.size:
            missing = self._need - self._held.size
            self._held.append(data[at : at + missing])
            at += missing
            if at > len(data):
                break
            if self._need == _PRELUDE.size:
                self._need = self._size(self._held.peek(), 0)
            else:
                self._receive_message(self._held.take(), 0, self._need, messages)
        return at

    def _size(self, data: bytes, at: int) -> int:
        """The size of the message that begins here, or of its prelude until that is whole; 0 where it cannot be."""
        if len(data) - at < _PRELUDE.size:
            return _PRELUDE.size
        size: int
        headers_size: int
        checksum: int
        size, headers_size, checksum = _PRELUDE.unpack_from(data, at)
        if self._crc32(data[at : at + 8]) != checksum:
            return self._fail("the prelude of a message does not match its checksum")
        if headers_size > HEADERS_LIMIT or size < headers_size + _OVERHEAD:
            return self._fail("a message declares lengths that cannot be")
        if size > self._limit:
            self.too_large = True
            return self._fail(f"a message exceeds the limit of {self._limit} bytes")
        return size

    def _receive_message(self, data: bytes, at: int, end: int, messages: list[T]) -> None:
        start = at + _PRELUDE.size
        middle = start + int(_UINT32.unpack_from(data, at + 4)[0])
        block, payload = data[start:middle], data[middle : end - 4]
        # Piece by piece, since a slice of it all would be another copy of what may be megabytes.
        checksum = self._crc32(payload, self._crc32(block, self._crc32(data[at:start])))
        if checksum != _UINT32.unpack_from(data, end - 4)[0]:
            self._fail("a message does not match its checksum")
        elif (headers := self._headers(block)) is None:
            self._fail("the headers of a message are malformed")
        else:
            messages.append(self._make(headers, payload))

    def _headers(self, block: bytes) -> K | None:
        if (known := self._known.get(block)) is not None:
            return known
        if (headers := decode_headers(block)) is None:
            return None
        read = self._read(headers)
        if len(self._known) < _KNOWN and len(block) <= _KNOWN_SIZE:
            self._known[block] = read
        return read

    def _fail(self, failure: str) -> int:
        self.failure = failure
        self._held.clear()
        return 0


class EventStreamDecoder(_Messages[dict[str, HeaderValue], EventStreamMessage]):
    """Cuts a body into its messages. Nothing that it is given makes it raise.

    Failures, limits and what is pending are as the base says.
    """

    __slots__ = ()

    def _read(self, headers: dict[str, HeaderValue]) -> dict[str, HeaderValue]:
        return headers

    def _make(self, headers: dict[str, HeaderValue], payload: bytes) -> EventStreamMessage:
        return EventStreamMessage(headers.copy(), payload)  # the message's own


class EventStreamRecords(_Messages[bytes, bytes]):
    """The same, each message as a JSON object of one member: its payload under its event's, or its exception's, name.

    An error that the API does not know has its code and message under `error`, and an empty payload is an empty object.
    """

    __slots__ = ()

    def _read(self, headers: dict[str, HeaderValue]) -> bytes:
        if headers.get(":message-type") == "error":
            said = {name: headers.get(f":error-{name}") for name in ("code", "message")}
            return _json({"error": {name: value if isinstance(value, str) else None for name, value in said.items()}})
        name = headers.get(":exception-type") or headers.get(":event-type")
        return b"{%b:" % _json(name if isinstance(name, str) else _NO_EVENT)

    def _make(self, headers: bytes, payload: bytes) -> bytes:
        if headers.endswith(b"}"):
            return headers
        return b"%b%b}" % (headers, payload.strip() or b"{}")


def encode(message: EventStreamMessage) -> bytes:
    """The message as a server writes it: a decoder gives it back. An int is written as one of 64 bits.

    Raises ValueError for what the specification has no room for: a name that is empty or takes more than 255 bytes, an int of
    more than 64 bits, a value, a payload or headers above the limits; and for a lone surrogate anywhere.
    """
    block = encode_headers(message.headers)
    if len(block) > HEADERS_LIMIT or len(message.payload) > PAYLOAD_LIMIT:
        raise ValueError(f"a message takes {HEADERS_LIMIT} bytes of headers and {PAYLOAD_LIMIT} of payload")
    crc32 = _crc32()
    lengths = _LENGTHS.pack(len(block) + len(message.payload) + _OVERHEAD, len(block))
    checked = b"".join([lengths, _UINT32.pack(crc32(lengths)), block, message.payload])
    return checked + _UINT32.pack(crc32(checked))


def _crc32() -> Callable[..., int]:
    from zlib import crc32

    return crc32
