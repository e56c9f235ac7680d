"""Anthropic's Messages API, and the hosts that speak it too: https://platform.claude.com/docs/en/api/messages."""

from __future__ import annotations

from typing import Final

from ...errors import Failure
from ...events import Fold
from ...types import ChatRequest, ChatResponse, CustomTool
from ..codec import Codec, Decoder, Encoded, Framing, Reading, Reply, Terms
from ..schema_tool import SchemaToolDecoder
from .decoder import MessagesDecoder
from .failures import failure
from .request import encode_request, schema_tool


class MessagesCodec:
    """The client side."""

    framing: Framing = "sse"

    def encode(self, request: ChatRequest, terms: Terms) -> Encoded:
        """The body of `POST /v1/messages`."""
        return encode_request(request, terms)

    def reading(self, request: ChatRequest, terms: Terms) -> Reading[ChatResponse]:
        """A decoder of events, or of one message."""
        decoder: Decoder = MessagesDecoder(terms, _custom(request))
        if (name := schema_tool(request, terms)) is not None:
            decoder = SchemaToolDecoder(decoder, name)
        return Reading(decoder, Fold())

    def failure(self, reply: Reply, terms: Terms) -> Failure:
        """Why the provider refused."""
        return failure(reply, terms)


def _custom(request: ChatRequest) -> frozenset[str]:
    """The tools of free text, which the API has as ones that take an object."""
    return frozenset(tool.custom.name for tool in request.tools or () if isinstance(tool, CustomTool))


CODEC: Final[Codec[ChatRequest, ChatResponse]] = MessagesCodec()

__all__ = ["CODEC", "MessagesCodec", "MessagesDecoder", "encode_request"]
