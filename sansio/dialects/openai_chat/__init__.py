"""OpenAI's chat completions, and the many servers that speak them too: https://platform.openai.com/docs/api-reference/chat."""

from __future__ import annotations

from typing import Final

from ...errors import Failure
from ...events import Fold
from ...types import ChatRequest, ChatResponse
from ..codec import Codec, Decoder, Encoded, Framing, Reading, Reply, Terms
from ..failures import of_reply
from ..schema_tool import SchemaToolDecoder
from .decoder import ChatDecoder
from .request import encode_request, schema_tool


class ChatCodec:
    """The client side."""

    framing: Framing = "sse"

    def encode(self, request: ChatRequest, terms: Terms) -> Encoded:
        """The body of `POST /chat/completions`."""
        return encode_request(request, terms)

    def reading(self, request: ChatRequest, terms: Terms) -> Reading[ChatResponse]:
        """A decoder of chunks, or of one answer."""
        decoder: Decoder = ChatDecoder(terms)
        if (name := schema_tool(request, terms)) is not None:
            decoder = SchemaToolDecoder(decoder, name)
        return Reading(decoder, Fold())

    def failure(self, reply: Reply, terms: Terms) -> Failure:
        """Why the provider refused."""
        return of_reply(reply, terms.unix)


CODEC: Final[Codec[ChatRequest, ChatResponse]] = ChatCodec()

__all__ = ["CODEC", "ChatCodec", "ChatDecoder", "encode_request"]
