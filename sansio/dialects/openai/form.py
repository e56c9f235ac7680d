"""Requests that are forms: parameters as fields, and files of any size.

Lists and objects are spelled as OpenAI's own clients do it: `include[]`, `expires_after[seconds]`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, cast

import msgspec

from ...errors import LocalProtocolError
from ...framing.multipart import Field, boundary_from, content_type, encode
from ...http import Body, Source
from ...types import Upload

# What some servers want to know of a file, and its name tells: others go as bytes of no kind.
_TYPES: Final = {
    "csv": "text/csv",
    "flac": "audio/flac",
    "gif": "image/gif",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "json": "application/json",
    "jsonl": "application/jsonl",
    "m4a": "audio/mp4",
    "md": "text/markdown",
    "mp3": "audio/mpeg",
    "mp4": "video/mp4",
    "mpeg": "audio/mpeg",
    "mpga": "audio/mpeg",
    "ogg": "audio/ogg",
    "pdf": "application/pdf",
    "png": "image/png",
    "txt": "text/plain",
    "wav": "audio/wav",
    "webm": "audio/webm",
    "webp": "image/webp",
}


def form(members: Mapping[str, object], seed: bytes | None) -> tuple[bytes | Body, str]:
    """The form of *members*, and its content type; an `Upload` is a file, a list of them are several.

    *seed* are random bytes for the boundary.  Raises LocalProtocolError where there are none, and for a file without a name.
    """
    if seed is None:
        raise LocalProtocolError("a request with files needs random bytes: give a seed")
    fields = [field for name, value in members.items() for field in _fields(name, value)]
    try:
        boundary = boundary_from(seed)
        parts, length = encode(fields, boundary)
    except ValueError as exc:
        raise LocalProtocolError(f"the request is no form: {exc}") from exc
    pieces = [part for part in parts if isinstance(part, bytes)]
    body = b"".join(pieces) if len(pieces) == len(parts) else Body(parts, length)
    return body, content_type(boundary)


def _fields(name: str, value: object) -> Iterator[Field[Source]]:
    match value:
        case Upload():
            yield _file(name, value)
        case str():
            yield Field(name, value)
        case bytes() | bytearray() | memoryview():
            raise LocalProtocolError(f"{name} takes an Upload, not bare bytes")
        case Mapping():
            for key, member in cast("Mapping[str, object]", value).items():
                yield from _fields(f"{name}[{key}]", member)
        case Sequence():
            for item in cast("Sequence[object]", value):
                yield from _fields(f"{name}[]", item)
        case msgspec.Struct():
            yield from _fields(name, msgspec.to_builtins(value))
        case _:
            yield Field(name, msgspec.json.encode(value))


def _file(name: str, upload: Upload) -> Field[Source]:
    if upload.name is None:
        raise LocalProtocolError(f"{name} needs a filename, whose ending tells the kind of the file")
    kind = upload.content_type or _TYPES.get(upload.name.rpartition(".")[2].lower())
    return Field(name, upload.content, upload.name, kind)
