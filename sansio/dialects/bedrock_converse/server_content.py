"""Content blocks of a request as parts of messages; what no part says whole stays as it came."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import msgspec
from msgspec import Raw

from ...types import (
    AudioPart,
    CacheControl,
    FilePart,
    FileReference,
    FunctionCall,
    FunctionToolCall,
    ImagePart,
    ImageUrl,
    InputAudio,
    Opaque,
    OrderedPart,
    Part,
    ReasoningPart,
    TextPart,
)
from ..media import Inline, inline
from ..shapes import Unknown
from . import media
from .reader import TEXT, Reader
from .wire import DIALECT, Members, decode_members

_CLIENTS: Final = Raw(b'"tool_use"')  # the type of a call that the client answers, where it has one
_EMPTY: Final = Raw(b"{}")


def parts_of(blocks: Sequence[tuple[Raw, str]]) -> list[OrderedPart]:
    """The parts that *blocks* are; a mark of the cache goes to the part that it stands behind."""
    parts: list[OrderedPart] = []
    for raw, path in blocks:
        mark = cache_mark(raw)
        last = parts[-1] if parts else None
        if mark is not None and isinstance(last, Part) and last.cache_control is None:
            parts[-1] = msgspec.structs.replace(last, cache_control=mark)
        else:
            parts.append(_part(raw, path))
    return parts


def cache_mark(raw: Raw) -> CacheControl | None:
    """The mark that a block is; None where it is another block, or says more than a mark can."""
    members = decode_members(raw)
    if members.keys() != {"cachePoint"}:
        return None
    point = Reader(members["cachePoint"])
    kind, ttl = point.take("type", TEXT), point.take("ttl", TEXT)
    return CacheControl(ttl=ttl) if kind == "default" and not point.left else None


def _part(raw: Raw, path: str) -> OrderedPart:
    block = Reader(raw, path)
    kind = next((name for name in block.left if name in _READERS), None)
    try:
        return opaque(raw) if kind is None else _READERS[kind](block, kind)
    except Unknown:
        return opaque(raw)


def opaque(raw: Raw) -> Opaque:
    """What stays as it came."""
    return Opaque(DIALECT, raw.copy())


def _text(block: Reader, kind: str) -> TextPart:
    return TextPart(text=block.need(kind, TEXT), extra=block.rest())


def _json(block: Reader, kind: str) -> TextPart:
    """JSON that a tool gave is its text."""
    text = bytes(block.left.pop(kind)).decode()
    if block.left:
        raise Unknown
    return TextPart(text=text)


def _image(block: Reader, kind: str) -> ImagePart:
    inner = _inner(block, kind)
    _, url, type_ = _source(inner, kind)
    return ImagePart(image_url=ImageUrl(url, format=type_), extra=inner.rest())


def _audio(block: Reader, kind: str) -> AudioPart | FilePart:
    inner = _inner(block, kind)
    format_, url, type_ = _source(inner, kind)
    if (data := inline(url)) is None:
        return FilePart(file=FileReference(file_url=url, format=type_), extra=inner.rest())
    return AudioPart(input_audio=InputAudio(data.data, format_), extra=inner.rest())


def _file(block: Reader, kind: str) -> FilePart:
    inner = _inner(block, kind)
    format_, url, type_ = _source(inner, kind)
    name = inner.take("name", TEXT)
    filename = None if name is None else f"{name}.{format_}"
    is_data = inline(url) is not None
    file = FileReference(filename, file_data=url if is_data else None, file_url=None if is_data else url, format=type_)
    return FilePart(file=file, extra=inner.rest())


def _source(inner: Reader, kind: str) -> tuple[str, str, str | None]:
    """The format of a medium, a URL that says all of where it is, and its media type where the URL does not tell it."""
    format_, source = inner.take("format", TEXT), inner.object("source")
    data, s3 = source.take("bytes", TEXT), source.object("s3Location")
    uri = s3.take("uri", TEXT)
    type_ = None if format_ is None else media.media_type(kind, format_)
    if format_ is None or type_ is None or source.left or s3.left:
        raise Unknown
    if data is not None:
        return format_, Inline(type_, data).url, None
    if uri is None:
        raise Unknown
    found = media.block(uri, kind)
    told = found is not None and found[1]["format"] == format_
    return format_, uri, None if told else type_


def _tool_use(block: Reader, kind: str) -> FunctionToolCall:
    inner = _inner(block, kind)
    if bytes(inner.left.get("type", _CLIENTS)) != bytes(_CLIENTS):
        raise Unknown
    arguments = bytes(inner.left.pop("input", _EMPTY)).decode()
    call = FunctionCall(inner.need("name", TEXT), arguments)
    return FunctionToolCall(id=inner.need("toolUseId", TEXT), function=call, extra=inner.rest())


def _reasoning(block: Reader, kind: str) -> ReasoningPart:
    inner = block.object(kind)
    if "redactedContent" in inner.left:
        state: Members = {"redactedContent": inner.left.pop("redactedContent")}
        text = ""
    else:
        said = inner.object("reasoningText")
        text = said.need("text", TEXT)
        state = dict(said.rest() or {})
    if inner.left or state.keys() - {"redactedContent", "signature"}:
        raise Unknown
    proof = Opaque(DIALECT, Raw(msgspec.json.encode(state))) if state else None
    return ReasoningPart(text=text, state=proof, extra=block.rest())


def _inner(block: Reader, kind: str) -> Reader:
    """The object that a block of this kind is all of."""
    inner = block.object(kind)
    if block.left:
        raise Unknown
    return inner


_READERS: Final[dict[str, Callable[[Reader, str], OrderedPart]]] = {
    "audio": _audio,
    "document": _file,
    "image": _image,
    "json": _json,
    "reasoningContent": _reasoning,
    "text": _text,
    "toolUse": _tool_use,
    "video": _file,
}
