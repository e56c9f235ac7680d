"""The server side of Converse."""

from __future__ import annotations

from typing import Final

from ..codec import Server
from .encoder import Encoder
from .request import STREAM_TYPE
from .server_failure import encode_failure
from .server_request import decode_request
from .server_response import encode_response
from .wire import DIALECT

SERVER: Final = Server(
    dialect=DIALECT,
    stream_type=STREAM_TYPE,
    decode=decode_request,
    encoder=lambda request, _: Encoder(request),
    encode=encode_response,
    encode_failure=encode_failure,
)

__all__ = ["SERVER"]
