"""OpenAI's Responses API, and the servers that speak it too: https://platform.openai.com/docs/api-reference/responses."""

from __future__ import annotations

from typing import Final

from ...errors import Failure
from ...events import Fold
from ...types import ChatRequest, ChatResponse
from ..codec import Codec, Encoded, Framing, Reading, Reply, Terms
from ..failures import of_reply
from .decoder import ResponsesDecoder
from .request import encode_request


class ResponsesCodec:
    """The client side."""

    framing: Framing = "sse"

    def encode(self, request: ChatRequest, terms: Terms) -> Encoded:
        """The body of `POST /responses`."""
        return encode_request(request, terms)

    def reading(self, request: ChatRequest, terms: Terms) -> Reading[ChatResponse]:  # noqa: ARG002
        """A decoder of events, or of one response."""
        return Reading(ResponsesDecoder(terms), Fold())

    def failure(self, reply: Reply, terms: Terms) -> Failure:
        """Why the provider refused."""
        return of_reply(reply, terms.unix)


CODEC: Final[Codec[ChatRequest, ChatResponse]] = ResponsesCodec()

__all__ = ["CODEC", "ResponsesCodec", "ResponsesDecoder", "encode_request"]
