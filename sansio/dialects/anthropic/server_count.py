"""The server's side of `POST /v1/messages/count_tokens`: https://platform.claude.com/docs/en/api/messages-count-tokens."""

from __future__ import annotations

from typing import Final

import msgspec

from ...errors import Failure
from ...http import Headers
from ...types import TokenCount
from ..served import Asked, OperationServer, counting
from .blocks import DIALECT
from .server_failure import encode_failure
from .server_request import decode_request

PATH: Final = "/messages/count_tokens"


def _decode(method: str, path: str, headers: Headers, body: bytes) -> Asked | Failure:
    chat = decode_request(method, path, headers, body, PATH)
    return chat if isinstance(chat, Failure) else counting(chat, DIALECT, _encode)


def _encode(count: TokenCount) -> bytes:
    return msgspec.json.encode({"input_tokens": count.input_tokens})


SERVER: Final = OperationServer(dialect=DIALECT, decode=_decode, encode_failure=encode_failure)
