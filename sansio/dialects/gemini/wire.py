"""The structs that chunks and answers are decoded into: wide, with only the fields that are read.

The JSON is protobuf's: names are in camel case, and a member that has its type's default value may be missing.

https://ai.google.dev/api/generate-content#v1beta.GenerateContentResponse
"""

from __future__ import annotations

from typing import Final

import msgspec
from msgspec import UNSET, Raw, UnsetType


class Piece(msgspec.Struct, gc=False, rename="camel"):
    """Any object of the API."""


class PartialArgument(Piece, gc=False):
    """A piece of one value among the arguments of a call, at a JSON path (Vertex only)."""

    json_path: str = "$"
    string_value: str | None = None
    number_value: int | float | None = None
    bool_value: bool | None = None
    will_continue: bool = False


class FunctionCallPiece(Piece, gc=False):
    """A call, or a piece of one where the arguments are streamed."""

    id: str | None = None
    name: str | None = None
    args: Raw | UnsetType = UNSET
    partial_args: list[PartialArgument] | None = None
    will_continue: bool = False


class Blob(Piece, gc=False):
    """Bytes as base64."""

    mime_type: str = ""
    data: str = ""


class PartPiece(Piece, gc=False):
    """A part of a content, as far as it has a canonical form."""

    text: str | None = None
    thought: bool | None = None
    thought_signature: str | None = None
    function_call: FunctionCallPiece | None = None
    inline_data: Blob | None = None


class ContentPiece(Piece, gc=False):
    """What a candidate says."""

    parts: list[PartPiece] | None = None


class CitationSource(Piece, gc=False):
    """What a span of the answer was taken from; indexes count bytes."""

    start_index: int | None = None
    end_index: int | None = None
    uri: str = ""
    title: str | None = None
    license: str | None = None


class CitationMetadata(Piece, gc=False):
    """The sources of an answer; `citationSources` is the older name."""

    citations: list[CitationSource] | None = None
    citation_sources: list[CitationSource] | None = None


class TokenPiece(Piece, gc=False):
    """A token and its log probability."""

    token: str = ""
    log_probability: float = 0.0


class TopTokens(Piece, gc=False):
    """The tokens that could have stood at one place."""

    candidates: list[TokenPiece] | None = None


class LogprobsResult(Piece, gc=False):
    """Log probabilities of the answer's tokens."""

    chosen_candidates: list[TokenPiece] | None = None
    top_candidates: list[TopTokens] | None = None


class CandidatePiece(Piece, gc=False):
    """One answer, or what is new of it."""

    content: ContentPiece | None = None
    finish_reason: str | None = None
    index: int | None = None
    safety_ratings: Raw | UnsetType = UNSET
    citation_metadata: CitationMetadata | None = None
    grounding_metadata: Raw | UnsetType = UNSET
    logprobs_result: LogprobsResult | None = None
    finish_message: Raw | UnsetType = UNSET
    url_context_metadata: Raw | UnsetType = UNSET
    continuation_token: Raw | UnsetType = UNSET


class ModalityCount(Piece, gc=False):
    """Tokens of one medium."""

    modality: str = ""
    token_count: int = 0


class UsagePiece(Piece, gc=False):
    """The usage so far."""

    prompt_token_count: int | None = None
    candidates_token_count: int | None = None
    thoughts_token_count: int | None = None
    total_token_count: int | None = None
    cached_content_token_count: int | None = None
    tool_use_prompt_token_count: int | None = None
    prompt_tokens_details: list[ModalityCount] | None = None
    candidates_tokens_details: list[ModalityCount] | None = None
    cache_tokens_details: list[ModalityCount] | None = None
    tool_use_prompt_tokens_details: list[ModalityCount] | None = None
    service_tier: str | None = None
    traffic_type: str | None = None


class PromptFeedback(Piece, gc=False):
    """Why the prompt was blocked, where it was."""

    block_reason: str | None = None
    block_reason_message: str | None = None


class Chunk(Piece, gc=False):
    """A GenerateContentResponse: a whole answer, or a piece of one."""

    candidates: list[CandidatePiece] | None = None
    usage_metadata: UsagePiece | None = None
    model_version: str | None = None
    response_id: str | None = None
    create_time: str | None = None
    prompt_feedback: PromptFeedback | None = None
    error: object = None


class ContentView(Piece, gc=False):
    """A content with its parts unread."""

    parts: list[Raw] | None = None


class CandidateView(Piece, gc=False):
    """A candidate with its parts unread."""

    content: ContentView | None = None


class ChunkView(Piece, gc=False):
    """A second look at a chunk: the parts that the first left unread."""

    candidates: list[CandidateView] | None = None


decode_chunk: Final = msgspec.json.Decoder(Chunk).decode
decode_view: Final = msgspec.json.Decoder(ChunkView).decode
