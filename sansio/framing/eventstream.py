"""AWS event streams (application/vnd.amazon.eventstream), both directions: headers and a payload in checked messages.

https://smithy.io/2.0/aws/amazon-eventstream.html. A message is a prelude (its length, the length of its headers, and the
CRC-32 of both), the headers, the payload, and the CRC-32 of all that. Integers are big-endian.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from struct import Struct
from typing import TypeAlias

import msgspec

from .pieces import Pieces

MESSAGE_LIMIT = 32 * 1024 * 1024  # as for server-sent events, and enough for the largest message of the specification
# These three are the specification's: of a message's headers, of its payload, and of one header's bytes or text.
HEADERS_LIMIT = 128 * 1024
PAYLOAD_LIMIT = 24 * 1024 * 1024
VALUE_LIMIT = 32767

_PRELUDE = Struct(">III")
_LENGTHS = Struct(">II")
_UINT32 = Struct(">I")
_OVERHEAD = _PRELUDE.size + _UINT32.size

# A stream has messages of a few kinds, and all of one kind have the same headers to the byte: a look-up saves reading
# them again. The peer does not choose how many are kept.
_KNOWN = 64
_KNOWN_SIZE = 256

HeaderValue: TypeAlias = bool | int | bytes | str
"""A timestamp is an int, its milliseconds since 1970; a UUID is its sixteen bytes."""


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


class EventStreamDecoder:
    """Cuts a body into its messages. Nothing that it is given makes it raise.

    A checksum that does not match, lengths or headers that cannot be, or a message of more than `limit` bytes set `failure`,
    a sentence for people; what was gathered is freed and further input ignored. `too_large` is set beside it where the
    message was only too large. Messages that were complete before it are still returned. Lengths are judged as soon as the prelude is there, and nothing is gathered for those that fail.
    """

    __slots__ = ("_crc32", "_held", "_known", "_limit", "_need", "failure", "too_large")

    def __init__(self, *, limit: int = MESSAGE_LIMIT) -> None:
        self.failure: str | None = None
        self.too_large = False
        self._limit = limit
        self._crc32 = _crc32()
        self._known: dict[bytes, dict[str, HeaderValue]] = {}
        self._held = Pieces()  # the message in progress
        self._need = 0  # what must be held before it is looked at: its prelude, then all of it

    def receive_data(self, data: bytes) -> list[EventStreamMessage]:
        """Take the next bytes of the body, cut anywhere. Returns the messages that they complete, often none."""
        messages: list[EventStreamMessage] = []
        at = self._complete(data, messages) if self._held.size else 0
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

    def _complete(self, data: bytes, messages: list[EventStreamMessage]) -> int:
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

    def _receive_message(self, data: bytes, at: int, end: int, messages: list[EventStreamMessage]) -> None:
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
            messages.append(EventStreamMessage(headers, payload))

    def _headers(self, block: bytes) -> dict[str, HeaderValue] | None:
        headers = self._known.get(block)
        if headers is None:
            headers = _decode_headers(block)
            if headers is None or len(self._known) == _KNOWN or len(block) > _KNOWN_SIZE:
                return headers
            self._known[block] = headers
        return headers.copy()  # the message's own

    def _fail(self, failure: str) -> int:
        self.failure = failure
        self._held.clear()
        return 0


def encode(message: EventStreamMessage) -> bytes:
    """The message as a server writes it: a decoder gives it back. An int is written as one of 64 bits.

    Raises ValueError for what the specification has no room for: a name that is empty or takes more than 255 bytes, an int of
    more than 64 bits, a value, a payload or headers above the limits; and for a lone surrogate anywhere.
    """
    block = b"".join([_encode_name(name) + _encode_value(value) for name, value in message.headers.items()])
    if len(block) > HEADERS_LIMIT or len(message.payload) > PAYLOAD_LIMIT:
        raise ValueError(f"a message takes {HEADERS_LIMIT} bytes of headers and {PAYLOAD_LIMIT} of payload")
    crc32 = _crc32()
    lengths = _LENGTHS.pack(len(block) + len(message.payload) + _OVERHEAD, len(block))
    checked = b"".join([lengths, _UINT32.pack(crc32(lengths)), block, message.payload])
    return checked + _UINT32.pack(crc32(checked))


def _crc32() -> Callable[..., int]:
    from zlib import crc32

    return crc32


def _integer(value: bytes) -> int:
    return int.from_bytes(value, signed=True)


def _text(value: bytes) -> str:
    return value.decode("utf-8", "replace")


# What a value is, by the byte of its type: its size, unless two bytes in front of it say that, and how it is read.
_TYPES: dict[bytes, tuple[int | None, Callable[[bytes], HeaderValue]]] = {
    b"\0": (0, lambda _: True),
    b"\1": (0, lambda _: False),
    b"\2": (1, _integer),
    b"\3": (2, _integer),
    b"\4": (4, _integer),
    b"\5": (8, _integer),
    b"\6": (None, bytes),
    b"\7": (None, _text),
    b"\x08": (8, _integer),
    b"\x09": (16, bytes),
}


def _decode_headers(block: bytes) -> dict[str, HeaderValue] | None:
    """The headers; None where the last is cut short, a type is unknown, or a name is empty or there twice."""
    headers: dict[str, HeaderValue] = {}
    at = 0
    while at < len(block):
        start = at + block[at] + 2
        name = _text(block[at + 1 : start - 1])
        kind = _TYPES.get(block[start - 1 : start])
        if kind is None or not name or name in headers:
            return None
        size, read = kind
        if size is None:
            size = int.from_bytes(block[start : start + 2])
            start += 2
        at = start + size
        if at > len(block):
            return None
        headers[name] = read(block[start:at])
    return headers


def _encode_name(name: str) -> bytes:
    text = name.encode()
    if not 0 < len(text) < 256:
        raise ValueError(f"the name of a header takes from 1 to 255 bytes: {name!r}")
    return len(text).to_bytes(1) + text


def _encode_value(value: HeaderValue) -> bytes:
    match value:
        case bool():
            return b"\0" if value else b"\1"
        case int():
            if not -(1 << 63) <= value < 1 << 63:
                raise ValueError("the int of a header has at most 64 bits")
            return b"\5" + value.to_bytes(8, signed=True)
        case str():
            return b"\7" + _measured(value.encode())
        case _:
            return b"\6" + _measured(value)


def _measured(value: bytes) -> bytes:
    if len(value) > VALUE_LIMIT:
        raise ValueError(f"the value of a header has at most {VALUE_LIMIT} bytes")
    return len(value).to_bytes(2) + value
