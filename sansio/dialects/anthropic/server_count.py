"""The server's side of `POST /v1/messages/count_tokens`: https://platform.claude.com/docs/en/api/messages-count-tokens."""

from __future__ import annotations

from functools import partial
from typing import Final

import msgspec

from ...types import TokenCount
from ..served import token_counter
from .blocks import DIALECT
from .server_failure import encode_failure
from .server_request import decode_request

PATH: Final = "/messages/count_tokens"


def _encode(count: TokenCount) -> bytes:
    return msgspec.json.encode({"input_tokens": count.input_tokens})


SERVER: Final = token_counter(DIALECT, partial(decode_request, ending=PATH), _encode, encode_failure)
