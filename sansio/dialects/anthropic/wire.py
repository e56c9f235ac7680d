"""The structs that events and answers are decoded into: wide, with only the fields that are read.

msgspec's time grows with the number of declared fields, so what most events lack is left as raw JSON and read on its own.

https://platform.claude.com/docs/en/build-with-claude/streaming
"""

from __future__ import annotations

from typing import Final

import msgspec
from msgspec import Raw

NOTHING: Final = Raw(b"")
"""What stands for a member that is not there; msgspec takes Raw in no union."""


class Delta(msgspec.Struct, gc=False):
    """What a `content_block_delta` adds."""

    type: str | None = None
    text: str | None = None
    partial_json: str | None = None
    thinking: str | None = None
    signature: str | None = None
    citation: Raw = NOTHING


class Event(msgspec.Struct, gc=False):
    """Any event."""

    type: str | None = None
    index: int | None = None
    delta: Delta | None = None
    content_block: Raw = NOTHING
    error: object = None


class CacheCreation(msgspec.Struct, gc=False):
    """Tokens written to the cache, by their time to live."""

    ephemeral_5m_input_tokens: int | None = None
    ephemeral_1h_input_tokens: int | None = None


class OutputDetails(msgspec.Struct, gc=False):
    """Parts of the output."""

    thinking_tokens: int | None = None


class ServerTools(msgspec.Struct, gc=False):
    """Calls of the provider's own tools."""

    web_search_requests: int | None = None


class UsagePiece(msgspec.Struct, gc=False):
    """Usage so far; what a later one leaves out stays."""

    input_tokens: int | None = None
    output_tokens: int | None = None
    cache_creation_input_tokens: int | None = None
    cache_read_input_tokens: int | None = None
    cache_creation: CacheCreation | None = None
    output_tokens_details: OutputDetails | None = None
    server_tool_use: ServerTools | None = None
    service_tier: str | None = None


class StopDetails(msgspec.Struct, gc=False):
    """Why the model refused."""

    explanation: str | None = None


class Stop(msgspec.Struct, gc=False):
    """The end of an answer: in `message_delta`, and on a whole answer."""

    stop_reason: str | None = None
    stop_sequence: str | None = None
    stop_details: StopDetails | None = None


class Message(Stop, gc=False):
    """An answer: whole, or at its start in `message_start`."""

    id: str | None = None
    model: str | None = None
    content: list[Raw] | None = None
    usage: UsagePiece | None = None
    service_tier: str | None = None


class MessageStart(msgspec.Struct, gc=False):
    """The event `message_start`."""

    message: Message | None = None


class MessageDelta(msgspec.Struct, gc=False):
    """The event `message_delta`."""

    delta: Stop | None = None
    usage: UsagePiece | None = None


class BlockStart(msgspec.Struct, gc=False):
    """A content block: whole, or at its start."""

    type: str | None = None
    text: str | None = None
    thinking: str | None = None
    signature: str | None = None
    citations: list[Raw] | None = None
    id: str | None = None
    name: str | None = None
    input: Raw = NOTHING
    caller: dict[str, object] | None = None
    toolset_name: str | None = None


decode_event: Final = msgspec.json.Decoder(Event).decode
decode_message: Final = msgspec.json.Decoder(Message).decode
decode_message_start: Final = msgspec.json.Decoder(MessageStart).decode
decode_message_delta: Final = msgspec.json.Decoder(MessageDelta).decode
decode_block: Final = msgspec.json.Decoder(BlockStart).decode
