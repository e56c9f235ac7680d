"""Ollama's own chat: https://github.com/ollama/ollama/blob/main/docs/api.md#generate-a-chat-completion."""

from __future__ import annotations

from typing import Final

from ...errors import Failure
from ...events import Fold
from ...types import ChatRequest, ChatResponse
from ..codec import Codec, Encoded, Framing, Reading, Reply, Terms
from ..failures import of_reply
from .decoder import ChatDecoder
from .failures import RULES_OF_OLLAMA
from .request import encode_request


class ChatCodec:
    """The client side."""

    framing: Framing = "jsonlines"

    def encode(self, request: ChatRequest, terms: Terms) -> Encoded:
        """The body of `POST /api/chat`."""
        return encode_request(request, terms)

    def reading(self, request: ChatRequest, terms: Terms) -> Reading[ChatResponse]:  # noqa: ARG002
        """A decoder of lines, or of one answer."""
        return Reading(ChatDecoder(terms), Fold())

    def failure(self, reply: Reply, terms: Terms) -> Failure:
        """Why the server refused."""
        return of_reply(reply, terms.unix, RULES_OF_OLLAMA)


CODEC: Final[Codec[ChatRequest, ChatResponse]] = ChatCodec()

__all__ = ["CODEC", "ChatCodec", "ChatDecoder", "encode_request"]
