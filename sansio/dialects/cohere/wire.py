"""The structs that events and answers are decoded into: wide, with only the fields that are read.

Where a document has a list a stream has its one new item.  Numbers may be floats.

https://docs.cohere.com/reference/chat and .../reference/chat-stream
"""

from __future__ import annotations

from typing import Final, TypeAlias

import msgspec
from msgspec import Raw

DIALECT: Final = "cohere"

Members: TypeAlias = dict[str, Raw]


class ContentPiece(msgspec.Struct, gc=False):
    """A part of a content or a piece of one: text or thinking."""

    type: str | None = None
    text: str | None = None
    thinking: str | None = None


class FunctionPiece(msgspec.Struct, gc=False):
    """A function's name and a piece of its arguments."""

    name: str | None = None
    arguments: str | None = None


class CallPiece(msgspec.Struct, gc=False):
    """A tool call or a piece of one."""

    id: str | None = None
    function: FunctionPiece | None = None


class MessagePiece(msgspec.Struct, gc=False):
    """A message or a delta of one."""

    content: ContentPiece | str | list[Raw] | None = None
    tool_plan: str | None = None
    tool_calls: CallPiece | list[CallPiece] | None = None
    citations: Members | list[Members] | None = None


class TokensPiece(msgspec.Struct, gc=False):
    """Tokens of one kind of count."""

    input_tokens: int | float | None = None
    output_tokens: int | float | None = None
    reasoning_tokens: int | float | None = None
    image_tokens: int | float | None = None


class UsagePiece(msgspec.Struct, gc=False):
    """What the model saw and wrote (`tokens`), and what of it is billed."""

    tokens: TokensPiece | None = None
    billed_units: TokensPiece | None = None
    cached_tokens: int | float | None = None


class LogprobPiece(msgspec.Struct, gc=False):
    """A piece of text and the log probabilities of its tokens."""

    text: str | None = None
    logprobs: list[float] | None = None


class DeltaPiece(msgspec.Struct, gc=False):
    """What an event adds; the last one has the end and the usage."""

    message: MessagePiece | None = None
    finish_reason: str | None = None
    usage: UsagePiece | None = None
    error: object = None


class Record(msgspec.Struct, gc=False):
    """An event or a whole answer; `message` is a text in an error."""

    type: str | None = None
    index: int | None = None
    delta: DeltaPiece | None = None
    logprobs: LogprobPiece | list[LogprobPiece] | None = None
    id: str | None = None
    message: MessagePiece | str | None = None
    finish_reason: str | None = None
    usage: UsagePiece | None = None
    error: object = None


class MessageView(msgspec.Struct, frozen=True):
    """A delta's content, unread."""

    content: Raw = Raw(b"null")


class DeltaView(msgspec.Struct, frozen=True):
    """A delta with nothing but its message."""

    message: MessageView = MessageView()


class RecordView(msgspec.Struct, frozen=True):
    """A second look at an event whose content the first left unread."""

    delta: DeltaView = DeltaView()


decode_record: Final = msgspec.json.Decoder(Record).decode
decode_view: Final = msgspec.json.Decoder(RecordView).decode
