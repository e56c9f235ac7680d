"""The chat request: every parameter of OpenAI's chat completions, by its name there.

https://platform.openai.com/docs/api-reference/chat/create.  A parameter that is UNSET is not sent; None is sent as
null, where the API tells the two apart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, TypeAlias

import msgspec
from msgspec import UNSET

from .content import Extra
from .messages import Message, user
from .request import Maybe, Request
from .tools import FunctionDefinition, Tool, ToolChoice, ToolName

if TYPE_CHECKING:
    from .response import ChatResponse  # noqa: F401  # the request's type argument, read by type checkers only


class StreamOptions(msgspec.Struct, frozen=True, omit_defaults=True):
    """Options of a stream; a client switches usage on by itself."""

    include_usage: bool | None = None
    include_obfuscation: bool | None = None
    extra: Extra | None = None


class VoiceId(msgspec.Struct, frozen=True):
    """A custom voice."""

    id: str


class AudioOptions(msgspec.Struct, frozen=True):
    """Audio output: a voice by name or id, and wav, aac, mp3, flac, opus or pcm16."""

    voice: str | VoiceId
    format: str


class Prediction(msgspec.Struct, frozen=True, tag_field="type", tag="content"):
    """Text that the answer will mostly repeat."""

    content: str | Sequence[Mapping[str, str]]


class ApproximateLocation(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where the user is, roughly; `country` is ISO 3166-1 alpha-2, `timezone` an IANA name."""

    city: str | None = None
    country: str | None = None
    region: str | None = None
    timezone: str | None = None


class UserLocation(msgspec.Struct, frozen=True, tag_field="type", tag="approximate"):
    """The user's location for web search."""

    approximate: ApproximateLocation


class WebSearchOptions(msgspec.Struct, frozen=True, omit_defaults=True):
    """Web search by search models; `search_context_size` is low, medium or high."""

    search_context_size: str | None = None
    user_location: UserLocation | None = None


class PromptCacheOptions(msgspec.Struct, frozen=True, omit_defaults=True):
    """How the prompt cache is used: `mode` implicit or explicit, `ttl` "30m"."""

    mode: str | None = None
    ttl: str | None = None


class ModerationOptions(msgspec.Struct, frozen=True, omit_defaults=True):
    """Inline moderation of input and output."""

    model: str | None = None
    policy: Mapping[str, object] | None = None


class Thinking(msgspec.Struct, frozen=True, omit_defaults=True):
    """How the model reasons where effort alone does not say it: `type` is enabled, disabled or adaptive.

    `budget_tokens` bounds the reasoning of models that take a budget; `display` is summarized or omitted.
    """

    type: str
    budget_tokens: int | None = None
    display: str | None = None
    extra: Extra | None = None


class TextFormat(msgspec.Struct, frozen=True, tag_field="type", tag="text"):
    """Plain text, the default."""


class JsonObjectFormat(msgspec.Struct, frozen=True, tag_field="type", tag="json_object"):
    """Any JSON object; the prompt must ask for JSON."""


class JsonSchema(msgspec.Struct, frozen=True, omit_defaults=True):
    """A named schema that the answer must follow; `strict` makes it a guarantee."""

    name: str
    schema: Mapping[str, object] | None = None
    description: str | None = None
    strict: bool | None = None
    extra: Extra | None = None


class JsonSchemaFormat(msgspec.Struct, frozen=True, tag_field="type", tag="json_schema"):
    """JSON that follows a schema; `sansio.json_schema(Type)` makes one from a type."""

    json_schema: JsonSchema


ResponseFormat: TypeAlias = TextFormat | JsonObjectFormat | JsonSchemaFormat


class ChatRequest(Request["ChatResponse"], frozen=True, kw_only=True, omit_defaults=True):
    """One chat call.  `messages="text"` is one user message.

    `model` is "provider/model" in a client; `extra` holds further top-level fields, sent as they are.  `schema_as_tool`
    allows a schema of `response_format` to become a tool that the model must call, where the API has no structured output
    of its own; the arguments are the answer's text then.  `dialect` is the API that a server read the request from: each
    `extra` in it is then that API's, and a loss elsewhere.
    """

    operation: ClassVar[str] = "chat"

    model: str
    messages: str | Sequence[Message]
    max_completion_tokens: Maybe[int] = UNSET
    max_tokens: Maybe[int] = UNSET
    temperature: Maybe[float] = UNSET
    top_p: Maybe[float] = UNSET
    top_k: Maybe[int] = UNSET
    min_p: Maybe[float] = UNSET
    n: Maybe[int] = UNSET
    stop: Maybe[str | Sequence[str]] = UNSET
    presence_penalty: Maybe[float] = UNSET
    frequency_penalty: Maybe[float] = UNSET
    repetition_penalty: Maybe[float] = UNSET
    logit_bias: Maybe[Mapping[str, float]] = UNSET
    logprobs: Maybe[bool] = UNSET
    top_logprobs: Maybe[int] = UNSET
    seed: Maybe[int] = UNSET
    user: Maybe[str] = UNSET
    safety_identifier: Maybe[str] = UNSET
    reasoning_effort: Maybe[str] = UNSET
    thinking: Maybe[Thinking] = UNSET
    verbosity: Maybe[str] = UNSET
    response_format: Maybe[ResponseFormat] = UNSET
    tools: Maybe[Sequence[Tool]] = UNSET
    tool_choice: Maybe[ToolChoice] = UNSET
    parallel_tool_calls: Maybe[bool] = UNSET
    functions: Maybe[Sequence[FunctionDefinition]] = UNSET
    function_call: Maybe[str | ToolName] = UNSET
    stream: Maybe[bool] = UNSET
    stream_options: Maybe[StreamOptions] = UNSET
    modalities: Maybe[Sequence[str]] = UNSET
    audio: Maybe[AudioOptions] = UNSET
    prediction: Maybe[Prediction] = UNSET
    web_search_options: Maybe[WebSearchOptions] = UNSET
    service_tier: Maybe[str] = UNSET
    store: Maybe[bool] = UNSET
    metadata: Maybe[Mapping[str, str]] = UNSET
    prompt_cache_key: Maybe[str] = UNSET
    prompt_cache_options: Maybe[PromptCacheOptions] = UNSET
    prompt_cache_retention: Maybe[str] = UNSET
    moderation: Maybe[ModerationOptions] = UNSET
    schema_as_tool: bool = False
    dialect: str | None = None
    extra: Extra | None = None

    @property
    def conversation(self) -> Sequence[Message]:
        """The messages; a bare text stands as one user message."""
        return [user(self.messages)] if isinstance(self.messages, str) else self.messages
