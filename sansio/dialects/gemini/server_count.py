"""The server's side of `:countTokens`: https://ai.google.dev/api/tokens#method:-models.counttokens.

What is counted is a whole request of generateContent, or, as Vertex AI has it, the members of one.
"""

from __future__ import annotations

import re
from typing import Final

import msgspec
from msgspec import Raw

from ...errors import Failure
from ...http import Headers
from ...types import TokenCount
from ..served import Asked, OperationServer, counting
from .objects import members
from .server_failure import encode_failure
from .server_request import MODELS, chat_request, read_call
from .state import DIALECT

_PATH: Final = re.compile(MODELS + r":countTokens/?")


def _decode(method: str, path: str, headers: Headers, body: bytes) -> Asked | Failure:
    return read_call((method, path), _PATH, headers, body, lambda model, _, raw: _asked(raw, model))


def _asked(raw: Raw, model: str) -> Asked:
    whole = members(raw, "$").get("generateContentRequest", raw)
    return counting(chat_request(whole, model, stream=False), DIALECT, _encode)


def _encode(count: TokenCount) -> bytes:
    cached = {} if count.cached_tokens is None else {"cachedContentTokenCount": count.cached_tokens}
    return msgspec.json.encode({"totalTokens": count.input_tokens, **cached})


SERVER: Final = OperationServer(dialect=DIALECT, decode=_decode, encode_failure=encode_failure)
