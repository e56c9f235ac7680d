"""The structs that Converse's answers and the events of its streams are decoded into: wide, with only what is read.

Nearly every event is a piece of text, of reasoning or of a tool's input, so `Record` has nothing else: msgspec's time grows
with the number of declared fields.  What it does not hold is read once more, as an `Event`.

https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html and .../API_runtime_ConverseStream.html
"""

from __future__ import annotations

from typing import Final, TypeAlias

import msgspec
from msgspec import Raw

DIALECT: Final = "bedrock_converse"

ABSENT: Final = Raw(b"")
"""A member that was not there; a union with None holds no Raw."""

Members: TypeAlias = dict[str, Raw]


class _Wire(msgspec.Struct, gc=False, rename="camel"):
    """Members are spelled in camel case."""


class ToolInput(_Wire, gc=False):
    """A piece of the JSON text that is a tool's input."""

    input: str | None = None


class ReasoningPiece(_Wire, gc=False):
    """A piece of reasoning: of its text, or of the proof of it, or all of it in a form that nobody can read."""

    text: str | None = None
    signature: str | None = None
    redacted_content: str | None = None


class Piece(_Wire, gc=False):
    """What one event adds to a block."""

    text: str | None = None
    tool_use: ToolInput | None = None
    reasoning_content: ReasoningPiece | None = None


class BlockDelta(_Wire, gc=False):
    """A piece of the block with that index."""

    content_block_index: int | None = None
    delta: Piece | None = None


class Record(_Wire, gc=False):
    """An event as far as most go."""

    content_block_delta: BlockDelta | None = None


class MessageStop(_Wire, gc=False):
    """Why the message ends, and the members of the model's own answer that were asked for."""

    stop_reason: str | None = None
    additional_model_response_fields: Raw = ABSENT


class CacheDetail(_Wire, gc=False):
    """What was written to the cache for a time."""

    ttl: str | None = None
    input_tokens: int | None = None


class TokenUsage(_Wire, gc=False):
    """Tokens; `input_tokens` are those that have nothing to do with a cache."""

    input_tokens: int | None = None
    output_tokens: int | None = None
    total_tokens: int | None = None
    cache_read_input_tokens: int | None = None
    cache_write_input_tokens: int | None = None
    cache_details: list[CacheDetail] | None = None


class ServiceTier(_Wire, gc=False):
    """The tier that served the request."""

    type: str | None = None


class PromptRouter(_Wire, gc=False):
    """Which model a router of prompts chose."""

    invoked_model_id: str | None = None


class Trace(_Wire, gc=False):
    """What a guardrail found, and what a router did."""

    guardrail: Raw = ABSENT
    prompt_router: PromptRouter | None = None


class Metadata(_Wire, gc=False):
    """What is known once the message has ended."""

    usage: TokenUsage | None = None
    trace: Trace | None = None
    service_tier: ServiceTier | None = None


class StartedBlock(_Wire, gc=False):
    """The block with that index begins; text and reasoning do without."""

    content_block_index: int | None = None
    start: Members | None = None


class OtherDelta(_Wire, gc=False):
    """A piece of a block of any kind."""

    content_block_index: int | None = None
    delta: Members | None = None


class StoppedBlock(_Wire, gc=False):
    """The block with that index is whole."""

    content_block_index: int | None = None


class Event(_Wire, gc=False):
    """Any event."""

    message_start: Members | None = None
    content_block_start: StartedBlock | None = None
    content_block_delta: OtherDelta | None = None
    content_block_stop: StoppedBlock | None = None
    message_stop: MessageStop | None = None
    metadata: Metadata | None = None


class ToolUse(_Wire, gc=False):
    """A call of a tool, or its beginning; one with a `type` is the server's own business."""

    tool_use_id: str | None = None
    name: str | None = None
    type: str | None = None
    input: Raw = ABSENT


class ReasoningText(_Wire, gc=False):
    """Reasoning and the proof of it."""

    text: str | None = None
    signature: str | None = None


class Reasoning(_Wire, gc=False):
    """A block of reasoning."""

    reasoning_text: ReasoningText | None = None
    redacted_content: str | None = None


class CitedText(_Wire, gc=False):
    """A piece of text with citations."""

    text: str | None = None


class Citations(_Wire, gc=False):
    """Text and what it refers to."""

    content: list[CitedText] | None = None
    citations: list[Members] | None = None


class Block(_Wire, gc=False):
    """A block of a whole answer."""

    text: str | None = None
    tool_use: ToolUse | None = None
    reasoning_content: Reasoning | None = None
    citations_content: Citations | None = None


class AnswerMessage(_Wire, gc=False):
    """The message of an answer."""

    content: list[Raw] | None = None


class Output(_Wire, gc=False):
    """What the model said."""

    message: AnswerMessage | None = None


class Answer(Metadata, gc=False):
    """An answer that was not streamed."""

    output: Output | None = None
    stop_reason: str | None = None
    additional_model_response_fields: Raw = ABSENT


decode_record: Final = msgspec.json.Decoder(Record).decode
decode_event: Final = msgspec.json.Decoder(Event).decode
decode_answer: Final = msgspec.json.Decoder(Answer).decode
decode_block: Final = msgspec.json.Decoder(Block).decode
decode_tool_use: Final = msgspec.json.Decoder(ToolUse).decode
decode_members: Final = msgspec.json.Decoder(Members).decode
