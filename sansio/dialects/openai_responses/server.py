"""The server side of the Responses API."""

from __future__ import annotations

from typing import Final

from ...errors import Failure
from ...http import Headers
from ...types import ChatRequest, ChatResponse
from ..codec import Server
from ..openai_chat.server_failure import encode_failure
from .encoder import Encoder, encode_response
from .server_request import decode_request


class ResponsesServer:
    """Requests in, responses, streams and errors out."""

    stream_type = "text/event-stream; charset=utf-8"

    def decode_request(self, method: str, path: str, headers: Headers, body: bytes) -> ChatRequest | Failure:
        """The request in *body*, or why there is none."""
        return decode_request(method, path, headers, body)

    def encoder(self, request: ChatRequest, path: str) -> Encoder:  # noqa: ARG002  # other dialects read the path
        """The encoder of a stream."""
        return Encoder(request)

    def encode_response(self, response: ChatResponse) -> bytes:
        """The `response`."""
        return encode_response(response)

    def encode_failure(self, failure: Failure) -> tuple[int, Headers, bytes]:
        """The error response, which is that of the provider's other APIs."""
        return encode_failure(failure)


SERVER: Final[Server] = ResponsesServer()

__all__ = ["SERVER", "ResponsesServer"]
