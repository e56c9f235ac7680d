"""Google's generateContent, at the Gemini API and at Vertex AI: https://ai.google.dev/api/generate-content."""

from __future__ import annotations

from typing import Final

from ...errors import Failure
from ...events import Fold
from ...types import ChatRequest, ChatResponse
from ..codec import Codec, Encoded, Framing, Reading, Reply, Terms
from .decoder import GenerateDecoder
from .failures import failure
from .request import encode_request


class GenerateCodec:
    """The client side."""

    framing: Framing = "sse"

    def encode(self, request: ChatRequest, terms: Terms) -> Encoded:
        """The body of `POST /models/{model}:generateContent`, or of its streaming twin."""
        return encode_request(request, terms)

    def reading(self, request: ChatRequest, terms: Terms) -> Reading[ChatResponse]:  # noqa: ARG002
        """A decoder of chunks, or of one answer."""
        return Reading(GenerateDecoder(terms), Fold())

    def failure(self, reply: Reply, terms: Terms) -> Failure:
        """Why the provider refused."""
        return failure(reply, terms)


CODEC: Final[Codec[ChatRequest, ChatResponse]] = GenerateCodec()

__all__ = ["CODEC", "GenerateCodec", "GenerateDecoder", "encode_request"]
