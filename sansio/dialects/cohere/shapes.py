"""The structs that a request is decoded into on a server: unknown members of each stay in its `extra`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
from msgspec import Raw

from ...types import Extra, FunctionToolCall, ImagePart, Opaque, TextPart, Tool
from .wire import DIALECT, Members


class ThinkingBody(msgspec.Struct, frozen=True, tag_field="type", tag="thinking"):
    """The model's reasoning in a content."""

    thinking: str
    extra: Extra | None = None


class MessageBody(msgspec.Struct, frozen=True, kw_only=True):
    """A message of any role."""

    role: str
    content: str | Sequence[TextPart | ImagePart | ThinkingBody | Opaque] | None = None
    tool_calls: Sequence[FunctionToolCall] | None = None
    tool_plan: str | None = None
    tool_call_id: str | None = None
    citations: Sequence[Members] | None = None
    extra: Extra | None = None


class FormatBody(msgspec.Struct, frozen=True, kw_only=True):
    """The form of the answer."""

    type: str
    json_schema: Mapping[str, object] | None = None


class ThinkingOptions(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the model is to think, and how much."""

    type: str
    token_budget: int | None = None
    extra: Extra | None = None


class RequestBody(msgspec.Struct, frozen=True, kw_only=True):
    """The body of a chat request."""

    model: str
    messages: Sequence[MessageBody]
    stream: bool | None = None
    max_tokens: int | None = None
    temperature: float | None = None
    p: float | None = None
    k: int | None = None
    frequency_penalty: float | None = None
    presence_penalty: float | None = None
    stop_sequences: Sequence[str] | None = None
    seed: int | None = None
    logprobs: bool | None = None
    response_format: FormatBody | None = None
    tools: Sequence[Tool] | None = None
    strict_tools: bool | None = None
    tool_choice: str | None = None
    thinking: ThinkingOptions | None = None
    extra: Extra | None = None


def opaque(raw: Raw) -> Opaque:
    """What only this dialect understands, as it came."""
    return Opaque(DIALECT, raw.copy())
