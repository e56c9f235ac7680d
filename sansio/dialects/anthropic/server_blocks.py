"""The server's way in, block by block: https://platform.claude.com/docs/en/api/messages.

A block of a type without a part of ours, or with a source that our parts cannot hold, is Opaque.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, TypeVar

import msgspec
from msgspec import Raw

from ...types import (
    CacheControl,
    ContentPart,
    FilePart,
    FileReference,
    FunctionCall,
    FunctionToolCall,
    ImagePart,
    ImageUrl,
    Opaque,
    OrderedPart,
    Part,
    ReasoningPart,
    TextPart,
    ToolCall,
)
from ..media import Inline
from .blocks import DIALECT
from .fields import Fields, decoded

B = TypeVar("B")
P = TypeVar("P", bound=Part)


def user_parts(items: list[Raw], path: str) -> list[ContentPart]:
    """The parts of a user's turn, of instructions, or of a tool's result."""
    return [_part(raw, f"{path}.{position}", _OF_USERS) for position, raw in enumerate(items)]


def assistant_parts(items: list[Raw], path: str) -> list[OrderedPart]:
    """The parts of an assistant's turn."""
    return [_part(raw, f"{path}.{position}", _OF_ASSISTANTS) for position, raw in enumerate(items)]


def type_of(raw: Raw, path: str) -> str:
    """The type of a block."""
    return Fields(raw, path).need("type", str)


def cache_control(fields: Fields) -> CacheControl | None:
    """The mark of a block or a tool; one with further members stays where it is."""
    mark = fields.peek("cache_control", dict[str, str])
    if mark is None or mark.keys() - {"type", "ttl"} or "type" not in mark:
        return None
    del fields.left["cache_control"]
    return CacheControl(mark["type"], mark.get("ttl"))


def _part(raw: Raw, path: str, readers: Mapping[str, Callable[[Fields], B | None]]) -> B | Opaque:
    fields = Fields(raw, path)
    read = readers.get(fields.need("type", str))
    part = None if read is None else read(fields)
    return Opaque(DIALECT, raw.copy()) if part is None else part


def _state(members: Mapping[str, object]) -> Opaque:
    return Opaque(DIALECT, Raw(msgspec.json.encode(members)))


def _marked(part: P, fields: Fields) -> P:
    mark = cache_control(fields)
    return msgspec.structs.replace(part, cache_control=mark, extra=fields.extra)


def _text(fields: Fields) -> TextPart:
    citations = fields.take("citations", list[Raw])
    state = _state({"citations": citations}) if citations else None
    return _marked(TextPart(text=fields.need("text", str), state=state), fields)


def _image(fields: Fields) -> ImagePart | None:
    source = Fields(fields.need("source", Raw), fields.path("source"))
    url = _media_url(source)
    if url is None or source.left:
        return None
    return _marked(ImagePart(image_url=ImageUrl(url)), fields)


def _media_url(source: Fields) -> str | None:
    """Where the media are: a URL, or one that holds them; None for other sources."""
    match source.take("type", str):
        case "url":
            return source.need("url", str)
        case "base64":
            return Inline(source.need("media_type", str), source.need("data", str)).url
        case "text":
            from binascii import b2a_base64

            text = source.need("data", str).encode()
            return Inline(source.need("media_type", str), b2a_base64(text, newline=False).decode()).url
        case _:
            return None


def _document(fields: Fields) -> FilePart | None:
    raw = fields.need("source", Raw)
    source = Fields(raw, fields.path("source"))
    kind = source.peek("type", str)
    if kind == "file":
        del source.left["type"]
        file = FileReference(file_id=source.need("file_id", str))
    elif (url := _media_url(source)) is None:
        return None
    else:
        file = FileReference(file_url=url) if kind == "url" else FileReference(file_data=url)
    if source.left:
        return None
    file = msgspec.structs.replace(file, filename=fields.take("title", str))
    return _marked(FilePart(file=file), fields)


def _thinking(fields: Fields) -> ReasoningPart:
    signature = fields.take("signature", str)
    state = _state({"type": "thinking", "signature": signature}) if signature else None
    return _marked(ReasoningPart(text=fields.need("thinking", str), state=state), fields)


def _tool_use(fields: Fields) -> ToolCall:
    text = fields.need("input", Raw)
    decoded(text, dict[str, Raw], fields.path("input"))  # an object, which is kept as it was spelled
    function = FunctionCall(fields.need("name", str), bytes(text).decode())
    state: dict[str, object] = {}
    caller = fields.peek("caller", dict[str, object])
    if caller is not None and caller.get("type") != "direct":
        state["caller"] = fields.left.pop("caller").copy()
    if fields.peek("toolset_name", str) is not None:
        state["toolset_name"] = fields.left.pop("toolset_name").copy()
    call = FunctionToolCall(id=fields.need("id", str), function=function, state=_state(state) if state else None)
    return msgspec.structs.replace(call, extra=fields.extra)


_OF_USERS: Final[dict[str, Callable[[Fields], ContentPart | None]]] = {
    "text": _text,
    "image": _image,
    "document": _document,
}
_OF_ASSISTANTS: Final[dict[str, Callable[[Fields], OrderedPart | None]]] = {
    **_OF_USERS,
    "thinking": _thinking,
    "tool_use": _tool_use,
}
