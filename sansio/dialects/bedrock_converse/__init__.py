"""Bedrock's Converse: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html."""

from __future__ import annotations

from typing import Final

from ...errors import Failure
from ...events import Fold
from ...types import ChatRequest, ChatResponse
from ..codec import Codec, Decoder, Encoded, Framing, Reading, Reply, Terms
from ..schema_tool import SchemaToolDecoder
from .decoder import ConverseDecoder
from .failures import of_response
from .request import encode_request, schema_tool


class ConverseCodec:
    """The client side."""

    framing: Framing = "eventstream"

    def encode(self, request: ChatRequest, terms: Terms) -> Encoded:
        """The body of `POST /model/{modelId}/converse`, or `/converse-stream`."""
        return encode_request(request, terms)

    def reading(self, request: ChatRequest, terms: Terms) -> Reading[ChatResponse]:
        """A decoder of a stream, or of one answer."""
        decoder: Decoder = ConverseDecoder(terms)
        if (name := schema_tool(request, terms)) is not None:
            decoder = SchemaToolDecoder(decoder, name)
        return Reading(decoder, Fold())

    def failure(self, reply: Reply, terms: Terms) -> Failure:
        """Why Bedrock refused."""
        return of_response(reply, terms)


CODEC: Final[Codec[ChatRequest, ChatResponse]] = ConverseCodec()

__all__ = ["CODEC", "ConverseCodec", "ConverseDecoder", "encode_request"]
