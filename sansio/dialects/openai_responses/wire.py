"""The structs that events and responses are decoded into: wide, with only the fields that are read.

Nearly every event is a delta, and read as the slim `Piece`; only the others are read in full.

https://platform.openai.com/docs/api-reference/responses/object and .../responses-streaming
"""

from __future__ import annotations

from typing import Final, TypeAlias

import msgspec
from msgspec import Raw

from ...types import TokenLogprob

DIALECT: Final = "openai_responses"

FILE_MEMBERS: Final = ("filename", "file_data", "file_id", "file_url")

Members: TypeAlias = dict[str, Raw]


class Piece(msgspec.Struct, gc=False):
    """What is read of every event: enough for a delta, which is a text but for that of a shell's output."""

    type: str | None = None
    delta: str | Members | None = None
    output_index: int = 0
    content_index: int = 0
    summary_index: int = 0
    logprobs: list[TokenLogprob] | None = None


class InputDetails(msgspec.Struct, gc=False):
    """Parts of the input tokens, with those written to a cache by time to live."""

    cached_tokens: int | None = None
    cache_write_tokens: int | None = None
    cache_write_tokens_details: CacheWrites | None = None
    audio_tokens: int | None = None
    text_tokens: int | None = None
    image_tokens: int | None = None


class CacheWrites(msgspec.Struct, gc=False):
    """Tokens written to a cache, by time to live."""

    ttl_12h_tokens: int | None = None


class OutputDetails(msgspec.Struct, gc=False):
    """Parts of the output tokens."""

    reasoning_tokens: int | None = None
    audio_tokens: int | None = None
    text_tokens: int | None = None
    image_tokens: int | None = None


class ServerTools(msgspec.Struct, gc=False):
    """How often xai's own tools were used."""

    web_search_calls: int | None = None


class UsagePiece(msgspec.Struct, gc=False):
    """Usage; `cost` is openrouter's, in US dollars."""

    input_tokens: int | None = None
    input_tokens_details: InputDetails | None = None
    output_tokens: int | None = None
    output_tokens_details: OutputDetails | None = None
    total_tokens: int | None = None
    cost: float | None = None
    server_side_tool_usage_details: ServerTools | None = None


class WebSearches(msgspec.Struct, gc=False):
    """How often the web was searched."""

    num_requests: int | None = None


class ToolUsage(msgspec.Struct, gc=False):
    """The provider's own tools that were used, as far as they are billed apart."""

    web_search: WebSearches | None = None


class IncompleteDetails(msgspec.Struct, gc=False):
    """Why a response is incomplete."""

    reason: str | None = None


class Answer(msgspec.Struct, gc=False):
    """A response; of `output` the items are read one by one, each as what it is."""

    kind: str | None = msgspec.field(default=None, name="object")
    id: str | int | None = None
    created_at: float | str | None = None
    model: str | None = None
    status: str | None = None
    service_tier: str | None = None
    output: list[Raw] | None = None
    usage: UsagePiece | None = None
    tool_usage: ToolUsage | None = None
    incomplete_details: IncompleteDetails | None = None
    moderation: Raw = Raw(b"null")
    error: object = None


class Event(Answer, gc=False):
    """An event in full.  A document is one, too: a response that stands alone, with a `text` that is no text."""

    type: str | None = None
    delta: str | Members | None = None
    output_index: int = 0
    content_index: int = 0
    summary_index: int = 0
    logprobs: list[TokenLogprob] | None = None
    item: Raw = Raw(b"null")
    text: object = None
    arguments: object = None
    input: object = None
    refusal: object = None
    annotation: Members | None = None
    response: Answer | None = None


class Tag(msgspec.Struct, gc=False):
    """What an item is."""

    type: str | None = None
    id: str | None = None


class ContentPiece(msgspec.Struct, gc=False):
    """A part of a message, of a reasoning, or of its summary."""

    type: str | None = None
    text: str | None = None
    refusal: str | None = None
    annotations: list[Members] | None = None
    logprobs: list[TokenLogprob] | None = None


class MessageItem(msgspec.Struct, gc=False):
    """A message."""

    content: str | list[Raw] | None = None


class ReasoningItem(msgspec.Struct, gc=False):
    """A reasoning: what is shown of it is a summary, or the text itself."""

    summary: list[ContentPiece] | None = None
    content: list[ContentPiece] | None = None


class SealedItem(msgspec.Struct, gc=False):
    """A reasoning whose content only its author can read."""

    encrypted_content: str | None = None


class ImageItem(msgspec.Struct, gc=False):
    """An image: base64 in `result`, once it was made."""

    id: str | None = None
    result: str | None = None
    output_format: str | None = None


class CallItem(msgspec.Struct, gc=False):
    """A call of a function or of a custom tool; some servers send arguments as a JSON value."""

    id: str | int | None = None
    call_id: str | int | None = None
    name: str | None = None
    arguments: object = None
    input: str | None = None


decode_piece: Final = msgspec.json.Decoder(Piece).decode
decode_event: Final = msgspec.json.Decoder(Event).decode


def given(**members: object) -> dict[str, object]:
    """The members of an object that are there."""
    return {name: value for name, value in members.items() if value is not None}
