"""Messages on their way in: images become parts behind the text, and calls without an id get one by their position."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec
from msgspec import Raw

from ...types import (
    Content,
    ContentPart,
    Extra,
    FunctionCall,
    FunctionToolCall,
    ImagePart,
    ImageUrl,
    Message,
    TextPart,
)
from ..calls import derived_id
from ..media import Inline
from ..shapes import each, shape, typed

# How the base64 of an image begins; the API does not say of what type it is.
_TYPES: Final = {"/9j/": "image/jpeg", "R0lG": "image/gif", "UklG": "image/webp", "iVBO": "image/png"}
_UNKNOWN: Final = "application/octet-stream"


class FunctionBody(msgspec.Struct, frozen=True, kw_only=True):
    """A function that is called, with the object of its arguments."""

    name: str
    arguments: Raw = Raw(b"{}")
    extra: Extra | None = None


class CallBody(msgspec.Struct, frozen=True, kw_only=True):
    """A call."""

    id: str | None = None
    function: FunctionBody
    extra: Extra | None = None


class MessageBody(msgspec.Struct, frozen=True, kw_only=True):
    """A message of any role."""

    role: str
    content: str | None = None
    thinking: str | None = None
    images: Sequence[str] | None = None
    tool_calls: Sequence[CallBody] | None = None
    tool_name: str | None = None
    tool_call_id: str | None = None
    extra: Extra | None = None


read_message = shape(MessageBody, tool_calls=each(shape(CallBody), typed(list[Raw] | None)))


class Messages:
    """Reads a conversation; a result without an id is that of the first open call of its tool, or else of any."""

    def __init__(self) -> None:
        self._count = 0
        self._open: list[FunctionToolCall] = []

    def decoded(self, bodies: Sequence[MessageBody]) -> list[Message]:
        """The messages."""
        return [self._message(body) for body in bodies]

    def _message(self, body: MessageBody) -> Message:
        calls = [self._call(call) for call in body.tool_calls or ()]
        if calls:
            self._open = list(calls)
        return Message(
            body.role,
            _content(body),
            name=body.tool_name,
            tool_call_id=self._answered(body) if body.role == "tool" else None,
            tool_calls=calls or None,
            reasoning_content=body.thinking or None,
            extra=body.extra,
        )

    def _call(self, body: CallBody) -> FunctionToolCall:
        place, self._count = self._count, self._count + 1
        function = FunctionCall(body.function.name, bytes(body.function.arguments).decode(), body.function.extra)
        return FunctionToolCall(
            id=body.id or derived_id(0, place), derived=not body.id, function=function, extra=body.extra
        )

    def _answered(self, body: MessageBody) -> str | None:
        """The id of the call whose result this is."""
        matching = [
            call for call in self._open if body.tool_call_id in {None, call.id} and body.tool_name in {None, call.name}
        ]
        if matching or (self._open and body.tool_call_id is None):
            call = matching[0] if matching else self._open[0]
            self._open.remove(call)
            return call.id
        return body.tool_call_id


def _content(body: MessageBody) -> Content:
    if not body.images:
        return body.content
    text: list[ContentPart] = [TextPart(text=body.content)] if body.content else []
    return [*text, *(ImagePart(image_url=ImageUrl(_url(data))) for data in body.images)]


def _url(data: str) -> str:
    return Inline(_TYPES.get(data[:4], _UNKNOWN), data).url
