"""The server's side of `POST /responses/input_tokens`: https://platform.openai.com/docs/api-reference/responses/input-tokens."""

from __future__ import annotations

from typing import Final

import msgspec

from ...errors import Failure
from ...http import Headers
from ...types import TokenCount
from ..openai_chat.server_failure import encode_failure
from ..served import Asked, OperationServer, counting
from .server_request import decode_request
from .wire import DIALECT

PATH: Final = "/responses/input_tokens"


def _decode(method: str, path: str, headers: Headers, body: bytes) -> Asked | Failure:
    chat = decode_request(method, path, headers, body, PATH)
    return chat if isinstance(chat, Failure) else counting(chat, DIALECT, _encode)


def _encode(count: TokenCount) -> bytes:
    return msgspec.json.encode({"object": "response.input_tokens", "input_tokens": count.input_tokens})


SERVER: Final = OperationServer(dialect=DIALECT, decode=_decode, encode_failure=encode_failure)
