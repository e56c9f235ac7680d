"""The server side of the Messages API."""

from __future__ import annotations

from typing import Final

from ...errors import Failure
from ...http import Headers
from ...types import ChatRequest, ChatResponse
from ..codec import Server
from .encoder import Encoder
from .server_failure import encode_failure
from .server_request import decode_request
from .server_response import encode_response


class MessagesServer:
    """Requests in, responses, streams and errors out."""

    stream_type = "text/event-stream; charset=utf-8"

    def decode_request(self, method: str, path: str, headers: Headers, body: bytes) -> ChatRequest | Failure:
        """The request in *body*, or why there is none."""
        return decode_request(method, path, headers, body)

    def encoder(self, request: ChatRequest, path: str) -> Encoder:  # noqa: ARG002  # other dialects read the path
        """The encoder of a stream."""
        return Encoder(request)

    def encode_response(self, response: ChatResponse) -> bytes:
        """The `message`."""
        return encode_response(response)

    def encode_failure(self, failure: Failure) -> tuple[int, Headers, bytes]:
        """The error response."""
        return encode_failure(failure)


SERVER: Final[Server] = MessagesServer()

__all__ = ["SERVER", "MessagesServer"]
