"""The structs that chunks and answers are decoded into: wide, with only the fields that are read.

msgspec's time grows with the number of declared fields, so what stands on every chunk and never changes is declared in
`Opening` alone.  Members that servers spell differently are typed as they come.

https://platform.openai.com/docs/api-reference/chat/streaming and .../chat/object
"""

from __future__ import annotations

from typing import Final, TypeAlias

import msgspec
from msgspec import Raw

from ...types import CompletionTokensDetails, PromptTokensDetails, TokenLogprob

Members: TypeAlias = dict[str, Raw]


class FunctionPiece(msgspec.Struct, gc=False):
    """A function's name and a piece of its arguments: text at OpenAI, elsewhere a JSON value too."""

    name: str | None = None
    arguments: str | Members | list[Raw] | None = None


class CustomPiece(msgspec.Struct, gc=False):
    """A custom tool's name and a piece of its input."""

    name: str | None = None
    input: str | None = None


class CallPiece(msgspec.Struct, gc=False):
    """A tool call or a piece of one."""

    index: int | None = None
    id: str | int | None = None
    type: str | None = None
    function: FunctionPiece | None = None
    custom: CustomPiece | None = None
    extra_content: Members | None = None


class UnknownCall(CallPiece, gc=False):
    """A call of neither kind, with all of its JSON: put in the place of a CallPiece, never decoded into."""

    raw: Raw = Raw(b"{}")


class AudioPiece(msgspec.Struct, gc=False):
    """Spoken audio or a piece of it."""

    id: str | None = None
    data: str | None = None
    transcript: str | None = None
    expires_at: int | None = None


class LogprobsPiece(msgspec.Struct, gc=False):
    """Log probabilities of the tokens that came with it."""

    content: list[TokenLogprob] | None = None
    refusal: list[TokenLogprob] | None = None


class MessagePiece(msgspec.Struct, gc=False):
    """A message or a delta of one; mistral's content is a list of parts, and openrouter has images and details of reasoning."""

    content: str | list[Raw] | None = None
    reasoning_content: str | None = None
    reasoning: str | None = None
    tool_calls: list[CallPiece] | None = None
    refusal: str | None = None
    audio: AudioPiece | None = None
    annotations: list[Members] | None = None
    function_call: FunctionPiece | None = None
    reasoning_details: list[Members] | None = None
    images: list[Raw] | None = None


class CostPiece(msgspec.Struct, gc=False):
    """Perplexity's cost in parts."""

    total_cost: float | None = None


class UsagePiece(msgspec.Struct, gc=False):
    """Usage under all the names that servers have for its parts."""

    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    total_tokens: int | None = None
    prompt_tokens_details: PromptTokensDetails | None = None
    completion_tokens_details: CompletionTokensDetails | None = None
    cost: float | str | CostPiece | None = None
    prompt_cache_hit_tokens: int | None = None
    cached_tokens: int | None = None
    reasoning_tokens: int | None = None


class ChoicePiece(msgspec.Struct, gc=False):
    """A choice or a piece of one: moonshot keeps usage here, openrouter errors."""

    index: int | None = None
    delta: MessagePiece | None = None
    finish_reason: str | None = None
    stop_reason: str | int | None = None  # vLLM's: the stop sequence that was met, or a token's number
    logprobs: LogprobsPiece | None = None
    message: MessagePiece | None = None
    error: object = None
    usage: UsagePiece | None = None


class GroqPiece(msgspec.Struct, gc=False):
    """What groq adds."""

    usage: UsagePiece | None = None
    error: object = None


class Chunk(msgspec.Struct, gc=False):
    """What is read of every chunk."""

    choices: list[ChoicePiece] | None = None
    usage: UsagePiece | None = None
    error: object = None
    x_groq: GroqPiece | None = None


class Opening(Chunk, gc=False):
    """A chunk with what stands on every one of them, and with what may stand on any.

    Search engines list what they found beside the choices: `search_results`, or their URLs alone.
    """

    id: str | int | None = None
    created: float | str | None = None
    model: str | None = None
    service_tier: str | None = None
    system_fingerprint: str | None = None
    moderation: Members | None = None
    citations: list[str] | None = None
    search_results: list[Members] | None = None


class ContentPart(msgspec.Struct, gc=False):
    """A part of a content list."""

    type: str | None = None
    text: str | None = None
    thinking: str | list[ContentPart] | None = None


class CallsView(msgspec.Struct, gc=False):
    """A message's tool calls, unread."""

    tool_calls: list[Members] | None = None


class ChoiceView(msgspec.Struct, gc=False):
    """A choice with nothing but tool calls."""

    delta: CallsView | None = None
    message: CallsView | None = None


class ChunkView(msgspec.Struct, gc=False):
    """A second look at a chunk: the tool calls that the first left unread."""

    choices: list[ChoiceView] | None = None


decode_chunk: Final = msgspec.json.Decoder(Chunk).decode
decode_opening: Final = msgspec.json.Decoder(Opening).decode
decode_view: Final = msgspec.json.Decoder(ChunkView).decode
