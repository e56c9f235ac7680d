"""The server side of the Responses API."""

from __future__ import annotations

from typing import Final

from ..codec import Server
from ..openai_chat.server_failure import encode_failure
from .encoder import Encoder, encode_response
from .server_request import decode_request
from .wire import DIALECT

SERVER: Final = Server(
    dialect=DIALECT,
    stream_type="text/event-stream; charset=utf-8",
    decode=decode_request,
    encoder=lambda request, _: Encoder(request),
    encode=encode_response,
    encode_failure=encode_failure,
)

__all__ = ["SERVER"]
