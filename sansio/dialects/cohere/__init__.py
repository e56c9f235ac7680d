"""Cohere's chat, version 2: https://docs.cohere.com/reference/chat."""

from __future__ import annotations

from typing import Final

from ...errors import Failure
from ...events import Fold
from ...types import ChatRequest, ChatResponse
from ..codec import Codec, Encoded, Framing, Reading, Reply, Terms, native_model
from .decoder import ChatDecoder
from .failures import failure
from .request import encode_request


class ChatCodec:
    """The client side."""

    framing: Framing = "sse"

    def encode(self, request: ChatRequest, terms: Terms) -> Encoded:
        """The body of `POST /v2/chat`."""
        return encode_request(request, terms)

    def reading(self, request: ChatRequest, terms: Terms) -> Reading[ChatResponse]:
        """A decoder of events, or of one answer; neither names the model, so it is the one that was asked."""
        return Reading(ChatDecoder(terms, native_model(request.model, terms.provider)), Fold())

    def failure(self, reply: Reply, terms: Terms) -> Failure:
        """Why Cohere refused."""
        return failure(reply, terms)


CODEC: Final[Codec[ChatRequest, ChatResponse]] = ChatCodec()

__all__ = ["CODEC", "ChatCodec", "ChatDecoder", "encode_request"]
