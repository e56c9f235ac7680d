"""The server's side of CountTokens: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_CountTokens.html."""

from __future__ import annotations

from typing import Final

import msgspec
from msgspec import Raw

from ...errors import Failure
from ...http import Headers
from ...types import ChatRequest, TokenCount
from ..inbound import read_request
from ..served import token_counter
from ..shapes import Invalid
from .reader import Reader
from .server_failure import encode_failure
from .server_request import chat_request, model_in
from .wire import DIALECT

PATH: Final = "/count-tokens"


def _decode(method: str, path: str, headers: Headers, body: bytes) -> ChatRequest | Failure:
    return read_request((method, path), PATH, headers, body, lambda raw: _chat(raw, model_in(path, PATH)))


def _chat(raw: Raw, model: str) -> ChatRequest:
    """What Converse would be sent; what InvokeModel would be is in the words of a model."""
    conversed = Reader(raw).object("input").left.get("converse")
    if conversed is None:
        raise Invalid(None, "input.converse")
    return chat_request(conversed, model, stream=False)


def _encode(count: TokenCount) -> bytes:
    return msgspec.json.encode({"inputTokens": count.input_tokens})


SERVER: Final = token_counter(DIALECT, _decode, _encode, encode_failure)
