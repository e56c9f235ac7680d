"""Tool calls of a type that this library does not know: found by a second look at their record, and kept as they came."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec
from msgspec import Raw

from ...types import CustomToolCall, FunctionToolCall, Opaque, OrderedPart, ToolCall
from ..lenient import REFUSALS, read
from .wire import CallPiece, ChoicePiece, Chunk, ChunkView, Members, UnknownCall, decode_view

DIALECT: Final = "openai_chat"


_members = msgspec.json.Decoder(Members).decode


def has_unread(piece: ChoicePiece) -> bool:
    """Whether a call of this choice is neither a function's nor a custom tool's as far as it was read."""
    for message in (piece.delta, piece.message):
        if message is not None and message.tool_calls is not None:
            for call in message.tool_calls:
                if call.function is None and _is_unread(call):
                    return True
    return False


def read_unread(chunk: Chunk, record: bytes | bytearray, depth: int) -> None:
    """Put an UnknownCall, with its JSON, in the place of each call that is unread; *record* is what *chunk* was read from.

    An index belongs to the stream: it is left out, unless nothing else says what call this is a piece of.
    """
    view = read(record, decode_view, ChunkView, depth, [])
    for pieces, calls in zip(_pieces(chunk), _calls(view), strict=True):
        for place, (piece, members) in enumerate(zip(pieces, calls, strict=True)):
            if _is_unread(piece):
                if piece.id is not None:
                    members.pop("index", None)
                raw = Raw(msgspec.json.encode(members))
                pieces[place] = UnknownCall(piece.index, piece.id, piece.type, raw=raw)


def is_unknown_call(part: OrderedPart) -> bool:
    """Whether a part of a message is an unknown call of this dialect, and no unknown part of its content."""
    if not isinstance(part, Opaque) or part.dialect != DIALECT:
        return False
    try:
        members = _members(part.raw)
    except REFUSALS:  # no object
        return False
    return "id" in members or "index" in members  # which parts of a content have not


def calls_in(parts: Sequence[OrderedPart]) -> list[ToolCall | Opaque]:
    """The calls among the parts of a message, of known types and of others."""
    calls = (part for part in parts if isinstance(part, FunctionToolCall | CustomToolCall | Opaque))
    return [call for call in calls if not isinstance(call, Opaque) or is_unknown_call(call)]


def _is_unread(call: CallPiece) -> bool:
    return call.function is None and call.custom is None and not isinstance(call, UnknownCall)


def _pieces(chunk: Chunk) -> list[list[CallPiece]]:
    messages = [message for choice in chunk.choices or () for message in (choice.delta, choice.message)]
    return [message.tool_calls or [] for message in messages if message is not None]


def _calls(view: ChunkView) -> list[list[Members]]:
    messages = [message for choice in view.choices or () for message in (choice.delta, choice.message)]
    return [message.tool_calls or [] for message in messages if message is not None]
