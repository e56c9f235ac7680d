"""The receiving side of multipart/form-data: a body that comes in pieces, cut into its parts, whose content is not gathered.

RFC 7578 and 2046. Between two delimiters stand a head and the content. A delimiter begins with the CRLF in front of it, and
no boundary holds a CR: so all that is ever held is a head, or the one end of content that may yet become a delimiter.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeAlias
from urllib.parse import unquote

import msgspec

MAX_HEAD = 16 * 1024  # of one part's head, as for the trailers of a body
MAX_PARTS = 1000  # Go's mime/multipart and Django take as many

_BOUNDARY = re.compile(r"[0-9A-Za-z'()+_,./:=? -]{0,69}[0-9A-Za-z'()+_,./:=?-]")  # RFC 2046 section 5.1.1

# What stands behind the boundary in its line, and what may yet become that. Padding is for gateways (section 5.1.1).
_LINE = re.compile(rb"--|[ \t]{0,64}(?=\r\n)")
_UNFINISHED_LINE = re.compile(rb"-?|[ \t]{0,64}\r?")

_OBSOLETE_FOLD = re.compile(r"\r\n[ \t]+")
_HEADER = re.compile(r"([-!#$%&'*+.^_`|~0-9A-Za-z]+):[ \t]*([^\r\n]*)")
# A quote ends a value where the next parameter or nothing follows: not all clients escape the quotes within.
_PARAMETER = re.compile(
    r""";[ \t]*+([^\s=;"]++)[ \t]*+=[ \t]*+
        (?:"([^"]*+(?:"(?![ \t]*+(?:;|\Z))[^"]*+)*+)"|([^";]*+))[ \t]*+""",
    re.VERBOSE,
)
_ESCAPE = re.compile("%(?:22|0D|0A)")
_PAIR = re.compile(r'\\(["\\])')
_PAIRED = re.compile(r'(?:[^\\]|\\["\\])*+')
_PLAIN_ENCODINGS = {"7bit", "8bit", "binary"}


class PartBegin(msgspec.Struct, frozen=True):
    """A part begins. A field without a `filename` is text, as far as the form can say."""

    name: str
    filename: str | None = None
    content_type: str | None = None


class PartData(msgspec.Struct, frozen=True):
    """Some of the content of the part that began, never empty."""

    data: bytes


class PartEnd(msgspec.Struct, frozen=True):
    """The part is complete."""


FormEvent: TypeAlias = PartBegin | PartData | PartEnd


class MultipartDecoder:
    """Cuts a form into its parts. Nothing that it is given makes it raise.

    `done` is set at the closing delimiter; what comes behind it is ignored, as is what comes before the first. What is no
    form, a part without a name, one in a transfer encoding, a head of more than `max_head` bytes, or more than `max_parts`
    parts set `failure`, a sentence for people; further input is ignored, and what came before is still returned. How large
    content may be is for its reader to say: nothing of it is held here. Raises ValueError for a boundary that cannot be.
    """

    __slots__ = ("_delimiter", "_held", "_in_part", "_max_head", "_max_parts", "_parts", "_read", "done", "failure")

    def __init__(self, boundary: str, *, max_parts: int = MAX_PARTS, max_head: int = MAX_HEAD) -> None:
        self.done = False
        self.failure: str | None = None
        self._delimiter = b"\r\n" + dash_boundary(boundary)
        self._max_parts = max_parts
        self._max_head = max_head
        self._held = b"\r\n"  # the first delimiter may stand at the very beginning
        self._parts = 0
        self._in_part = False
        # Takes a buffer and a place in it, appends events, and returns the place behind what it used: the same for nothing.
        self._read: Callable[[bytes, int, list[FormEvent]], int] = self._read_content

    def receive_data(self, data: bytes) -> list[FormEvent]:
        """Take the next bytes of the body, cut anywhere. Returns what they hold of the form."""
        events: list[FormEvent] = []
        buffer = self._held + data
        at, used = 0, -1
        while used < at and self.failure is None and not self.done:
            used = at
            at = self._read(buffer, at, events)
        self._held = b"" if self.done or self.failure is not None else buffer[at:]
        return events

    def receive_eof(self) -> None:
        """Take the clean end of the body: a failure, unless the form was complete."""
        if not self.done and self.failure is None:
            self._fail("the body ended before the closing delimiter of the form")

    def _read_content(self, buffer: bytes, at: int, events: list[FormEvent]) -> int:
        """Content, and the delimiter behind it; or what comes before the first one, which counts for nothing."""
        end, line = self._find_delimiter(buffer, at)
        if self._in_part:
            if end > at:
                events.append(PartData(buffer[at:end]))
            if line is not None:
                events.append(PartEnd())
        if line is None:
            return end
        if line[0] == b"--":
            self.done = True
        elif self._parts == self._max_parts:
            self._fail(f"a form exceeds the limit of {self._max_parts} parts")
        self._in_part = False
        self._read = self._read_head
        return line.end()

    def _find_delimiter(self, buffer: bytes, at: int) -> tuple[int, re.Match[bytes] | None]:
        """Where content ends for certain, and how the line of the delimiter goes on, if that is there."""
        start = buffer.find(self._delimiter, at)
        while start >= 0:
            behind = start + len(self._delimiter)
            line = _LINE.match(buffer, behind)
            if line is not None or _UNFINISHED_LINE.fullmatch(buffer, behind):
                return start, line
            start = buffer.find(self._delimiter, behind)  # it is a line that only begins like one
        start = buffer.rfind(b"\r", max(at, len(buffer) - len(self._delimiter) + 1))
        return (start if start >= 0 and self._delimiter.startswith(buffer[start:]) else len(buffer)), None

    def _read_head(self, buffer: bytes, at: int, events: list[FormEvent]) -> int:
        """A head, from the CRLF of the delimiter, so that an empty one looks like the others."""
        end = buffer.find(b"\r\n\r\n", at)
        if (end if end >= 0 else len(buffer) - 3) - at > self._max_head:  # it may have ended three bytes ago
            self._fail(f"the head of a part exceeds the limit of {self._max_head} bytes")
        if end < 0 or self.failure is not None:
            return at
        begin = _decode_head(buffer[at + 2 : end])
        if isinstance(begin, str):
            self._fail(begin)
            return at
        events.append(begin)
        self._parts += 1
        self._in_part = True
        self._read = self._read_content
        return end + 4

    def _fail(self, failure: str) -> None:
        self.failure = failure


def dash_boundary(boundary: str) -> bytes:
    """What a delimiter is made of, beside its line ends. Raises ValueError for a boundary that cannot be."""
    if not _BOUNDARY.fullmatch(boundary):
        raise ValueError(f"not a boundary: {boundary!r}")
    return b"--" + boundary.encode()


def boundary_of(content_type: str) -> str | None:
    """The boundary that a `content-type` header names; None where it is not a form's, or one that cannot be."""
    kind, parameters = _decode_parameters(content_type)
    boundary = parameters.get("boundary", "")
    return boundary if kind == "multipart/form-data" and _BOUNDARY.fullmatch(boundary) else None


def _decode_head(block: bytes) -> PartBegin | str:
    """What a head says, or what is wrong with it. Of headers and parameters that are there twice the first counts."""
    text = _OBSOLETE_FOLD.sub(" ", block.decode("utf-8", "replace"))
    headers: dict[str, str] = {}
    for line in text.split("\r\n"):
        header = _HEADER.fullmatch(line)
        if header is None:
            return "the head of a part is malformed"
        headers.setdefault(header[1].lower(), header[2].rstrip(" \t"))
    kind, parameters = _decode_parameters(headers.get("content-disposition", ""))
    if kind != "form-data" or "name" not in parameters:
        return "a part of the form has no name"
    if headers.get("content-transfer-encoding", "binary").lower() not in _PLAIN_ENCODINGS:
        return "a part of the form is in a transfer encoding"
    filename = _decode_extended(parameters.get("filename*", "")) or parameters.get("filename")
    return PartBegin(parameters["name"], filename, headers.get("content-type"))


def _decode_parameters(text: str) -> tuple[str, dict[str, str]]:
    """A header's value in lower case, and its parameters; "" for a value that is malformed."""
    text = text.rstrip("; \t")
    kind = text.partition(";")[0]
    parameters: dict[str, str] = {}
    at = len(kind)
    while at < len(text):
        parameter = _PARAMETER.match(text, at)
        if parameter is None:
            return "", {}
        name, quoted, token = parameter.groups()
        parameters.setdefault(name.lower(), token.rstrip(" \t") if quoted is None else _unescape(quoted))
        at = parameter.end()
    return kind.strip(" \t").lower(), parameters


def _unescape(quoted: str) -> str:
    """A value as its client means it, in whichever way it escapes; the ways are told apart where they can be.

    Browsers write three characters as percent codes and no others, httpx doubles backslashes besides, and older clients
    write quoted strings: all backslashes are in pairs there. A name that holds such an escape itself is ambiguous.
    """
    text = _PAIR.sub(r"\1", quoted) if _PAIRED.fullmatch(quoted) else quoted
    return text if '\\"' in quoted else _ESCAPE.sub(lambda escape: unquote(escape[0]), text)


def _decode_extended(value: str) -> str:
    """A name as RFC 8187 writes it, in UTF-8; "" for any other. RFC 7578 wants none, and some clients send one."""
    charset, _, rest = value.partition("'")
    return unquote(rest.partition("'")[2]) if charset.lower() == "utf-8" else ""
