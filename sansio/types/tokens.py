"""How many tokens a chat would be: https://platform.openai.com/docs/api-reference/responses/input-tokens and the like."""

from __future__ import annotations

from typing import ClassVar

from .chat import ChatRequest
from .content import Extra
from .request import Request, Response


class CountTokensRequest(Request["TokenCount"], frozen=True):
    """Count the tokens of `chat`, as it would be sent; nothing is generated.  `extra` holds further top-level fields."""

    operation: ClassVar[str] = "count_tokens"

    chat: ChatRequest
    extra: Extra | None = None

    @property
    def model(self) -> str:
        """The model of the chat."""
        return self.chat.model


class TokenCount(Response, frozen=True, omit_defaults=True):
    """The tokens of a prompt; `cached_tokens` are those of them that a cache holds."""

    input_tokens: int
    cached_tokens: int | None = None
