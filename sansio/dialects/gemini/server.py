"""The server side of generateContent."""

from __future__ import annotations

from typing import Final

from ..codec import Server
from .encoder import Encoder
from .server_failure import encode_failure
from .server_request import decode_request
from .server_response import encode_response
from .state import DIALECT

SERVER: Final = Server(
    dialect=DIALECT,
    stream_type="text/event-stream",
    decode=decode_request,
    encoder=Encoder,  # the query of the path says in which form
    encode=encode_response,
    encode_failure=encode_failure,
)

__all__ = ["SERVER"]
