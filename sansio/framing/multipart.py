"""multipart/form-data, both directions: RFC 7578, with names escaped as the WHATWG HTML standard escapes them.

The encoder leaves content that is read later, such as a large file, where it stands among the bytes: a form is a request
body of any size. The decoder is in `formdata`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Generic, Protocol, TypeVar

import msgspec

from .formdata import (
    MAX_HEAD,
    MAX_PARTS,
    FormEvent,
    MultipartDecoder,
    PartBegin,
    PartData,
    PartEnd,
    boundary_of,
    dash_boundary,
)
from .pieces import BLOCK

__all__ = [
    "MAX_HEAD",
    "MAX_PARTS",
    "Field",
    "FormEvent",
    "MultipartDecoder",
    "PartBegin",
    "PartData",
    "PartEnd",
    "Source",
    "boundary_from",
    "boundary_of",
    "content_type",
    "encode",
]

_ESCAPES = str.maketrans({'"': "%22", "\r": "%0D", "\n": "%0A"})
_CONTENT_TYPE = re.compile(r"[!-~](?:[ -~]*[!-~])?")
_TOKEN = re.compile(r"[-!#$%&'*+.^_`|~0-9A-Za-z]+")


class Source(Protocol):
    """Content that is read later, as `sansio.http.Source` is: its size in bytes, and a file name or ""."""

    @property
    def size(self) -> int:
        """How many bytes it has."""
        ...

    @property
    def name(self) -> str:
        """Its file name, or ""."""
        ...


S = TypeVar("S", bound=Source)


class Field(msgspec.Struct, Generic[S], frozen=True):
    """One field of a form: a file where it has a `filename`, or where its content is a source with a name.

    A file's `content_type` is application/octet-stream unless it is given; another field's is text by nature.
    """

    name: str
    content: str | bytes | S
    filename: str | None = None
    content_type: str | None = None


def boundary_from(seed: bytes) -> str:
    """A boundary made of 12 to 31 random bytes: enough that no content holds it but by intent, in no more than fits.

    Raises ValueError for fewer or more.
    """
    if not 12 <= len(seed) <= 31:
        raise ValueError("a boundary is made of 12 to 31 random bytes")
    return f"sansio-{seed.hex()}"


def content_type(boundary: str) -> str:
    """The value of the header `content-type` for a form with this boundary."""
    value = boundary if _TOKEN.fullmatch(boundary) else f'"{boundary}"'
    return f"multipart/form-data; boundary={value}"


def encode(fields: Iterable[Field[S]], boundary: str) -> tuple[tuple[bytes | S, ...], int]:
    """The form in parts, and its length in bytes: `Body(*encode(fields, boundary))`.

    Names and contents are sent as they are, text in UTF-8: line ends are not normalised. Raises ValueError for a boundary that
    cannot be, one that is in a content (of which sources are not read), a content type that fits no header, a lone surrogate.
    """
    delimiter = dash_boundary(boundary)
    pieces: list[bytes | S] = []
    for field in fields:
        content = field.content.encode() if isinstance(field.content, str) else field.content
        if isinstance(content, bytes) and delimiter in content:
            raise ValueError(f"the boundary is in the content of {field.name!r}")
        pieces += (delimiter + _head(field, content), content, b"\r\n")
    parts = tuple(_joined([*pieces, delimiter + b"--\r\n"]))
    return parts, sum(len(part) if isinstance(part, bytes) else part.size for part in parts)


def _head(field: Field[S], content: bytes | S) -> bytes:
    """The head of a part, from the end of the delimiter's line to the blank line."""
    filename = field.filename
    if filename is None and not isinstance(content, bytes):
        filename = content.name or None
    head = f'\r\nContent-Disposition: form-data; name="{field.name.translate(_ESCAPES)}"'
    kind = field.content_type
    if filename is not None:
        head += f'; filename="{filename.translate(_ESCAPES)}"'
        kind = kind or "application/octet-stream"
    if kind is not None:
        if not _CONTENT_TYPE.fullmatch(kind):
            raise ValueError(f"not a content type: {kind!r}")
        head += f"\r\nContent-Type: {kind}"
    return head.encode() + b"\r\n\r\n"


def _joined(pieces: Iterable[bytes | S]) -> Iterator[bytes | S]:
    """Neighbouring bytes in one, so that a form takes few writes. What is large is not copied: bytes stand around it."""
    small: list[bytes] = []
    for piece in pieces:
        if isinstance(piece, bytes) and len(piece) < BLOCK:
            small.append(piece)
        else:
            yield b"".join(small)
            yield piece
            small.clear()
    yield b"".join(small)
