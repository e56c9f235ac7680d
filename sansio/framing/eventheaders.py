"""The headers of AWS event stream messages: a name, a type and a value each, to a mapping and back.

https://smithy.io/2.0/aws/amazon-eventstream.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

VALUE_LIMIT = 32767  # the specification's, of one header's bytes or text

HeaderValue: TypeAlias = bool | int | bytes | str
"""A timestamp is an int, its milliseconds since 1970; a UUID is its sixteen bytes."""


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


def decode_headers(block: bytes) -> dict[str, HeaderValue] | None:
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


def encode_headers(headers: Mapping[str, HeaderValue]) -> bytes:
    """The headers as a block; raises ValueError for what the specification has no room for."""
    return b"".join([_encode_name(name) + _encode_value(value) for name, value in headers.items()])


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
