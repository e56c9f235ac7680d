"""The server's side of `POST /responses/input_tokens`: https://platform.openai.com/docs/api-reference/responses/input-tokens."""

from __future__ import annotations

from functools import partial
from typing import Final

import msgspec

from ...types import TokenCount
from ..openai_chat.server_failure import encode_failure
from ..served import token_counter
from .server_request import decode_request
from .wire import DIALECT

PATH: Final = "/responses/input_tokens"


def _encode(count: TokenCount) -> bytes:
    return msgspec.json.encode({"object": "response.input_tokens", "input_tokens": count.input_tokens})


SERVER: Final = token_counter(DIALECT, partial(decode_request, ending=PATH), _encode, encode_failure)
