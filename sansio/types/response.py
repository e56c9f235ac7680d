"""The chat response; encoded as JSON it is a `chat.completion` of OpenAI's.

https://platform.openai.com/docs/api-reference/chat/object
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import msgspec
from msgspec import Raw

from .messages import Message
from .request import Response
from .tools import ToolCall
from .usage import Usage

T = TypeVar("T")


class TopLogprob(msgspec.Struct, frozen=True, omit_defaults=True):
    """A token that could have stood here, its natural log probability and its UTF-8 bytes."""

    token: str
    logprob: float
    bytes: Sequence[int] | None = None


class TokenLogprob(msgspec.Struct, frozen=True, omit_defaults=True):
    """A token of the answer with its natural log probability; -9999.0 stands for very unlikely."""

    token: str
    logprob: float
    bytes: Sequence[int] | None = None
    top_logprobs: Sequence[TopLogprob] = ()


class Logprobs(msgspec.Struct, frozen=True):
    """Log probabilities of the content's and of the refusal's tokens."""

    content: Sequence[TokenLogprob] | None = None
    refusal: Sequence[TokenLogprob] | None = None


class Choice(msgspec.Struct, frozen=True, omit_defaults=True):
    """One answer.  `finish_reason` is stop, length, tool_calls, content_filter, function_call, or None where none came.

    `native_finish_reason` is the provider's own word where it differs, `stop_sequence` which of the request's `stop` the
    answer met, where the provider tells it.
    """

    index: int
    message: Message
    finish_reason: str | None
    logprobs: Logprobs | None = None
    native_finish_reason: str | None = None
    stop_sequence: str | None = None


class ChatResponse(Response, frozen=True, omit_defaults=True, tag_field="object", tag="chat.completion"):
    """The answer to a ChatRequest: the left fold of its events, streamed or not.  `created` is Unix time."""

    id: str
    created: int
    model: str
    choices: Sequence[Choice]
    usage: Usage | None = None
    service_tier: str | None = None
    system_fingerprint: str | None = None
    moderation: Raw | None = None

    @property
    def message(self) -> Message:
        """The first choice's message, an empty one of the assistant where there is no choice."""
        return self.choices[0].message if self.choices else Message("assistant")

    @property
    def text(self) -> str:
        """The first choice's text, without reasoning; empty where there is none."""
        return self.message.text

    @property
    def reasoning(self) -> str | None:
        """The first choice's reasoning text, where the provider shows it."""
        return self.message.reasoning_content

    @property
    def tool_calls(self) -> Sequence[ToolCall]:
        """The first choice's tool calls."""
        return self.message.tool_calls or ()

    @property
    def finish_reason(self) -> str | None:
        """The first choice's finish reason."""
        return self.choices[0].finish_reason if self.choices else None

    def parse(self, type_: type[T]) -> T:
        """The text as JSON of *type_*; raises msgspec.ValidationError or DecodeError where it is not that."""
        return msgspec.json.decode(self.text, type=type_)
