"""The server side of chat completions."""

from __future__ import annotations

from typing import Final

from ..codec import Server
from .encoder import Encoder
from .server_failure import encode_failure
from .server_request import decode_request
from .server_response import encode_response
from .unknown import DIALECT

SERVER: Final = Server(
    dialect=DIALECT,
    stream_type="text/event-stream; charset=utf-8",
    decode=decode_request,
    encoder=lambda request, _: Encoder(request),
    encode=encode_response,
    encode_failure=encode_failure,
)

__all__ = ["SERVER"]
