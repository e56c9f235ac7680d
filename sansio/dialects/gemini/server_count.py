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
from ...types import ChatRequest, TokenCount
from ..served import token_counter
from .objects import members
from .server_failure import encode_failure
from .server_request import MODELS, chat_request, read_call
from .state import DIALECT

_PATH: Final = re.compile(MODELS + r":countTokens/?")


def _decode(method: str, path: str, headers: Headers, body: bytes) -> ChatRequest | Failure:
    return read_call((method, path), _PATH, headers, body, lambda model, _, raw: _chat(raw, model))


def _chat(raw: Raw, model: str) -> ChatRequest:
    whole = members(raw, "$").get("generateContentRequest", raw)
    return chat_request(whole, model, stream=False)


def _encode(count: TokenCount) -> bytes:
    cached = {} if count.cached_tokens is None else {"cachedContentTokenCount": count.cached_tokens}
    return msgspec.json.encode({"totalTokens": count.input_tokens, **cached})


SERVER: Final = token_counter(DIALECT, _decode, _encode, encode_failure)
