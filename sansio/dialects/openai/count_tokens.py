"""`POST /responses/input_tokens`: https://platform.openai.com/docs/api-reference/responses/input-tokens.

A chat is encoded as the Responses API takes it, less what does not count.
"""

from __future__ import annotations

from typing import Final

import msgspec
from msgspec import Raw

from ...types import ChatRequest, CountTokensRequest, TokenCount
from ..body import json_body
from ..codec import Codec, Encoded, Terms, path_of
from ..openai_responses import encode_request
from ..operation import Operation, Piece, answering

# What the API takes.
_COUNTED: Final = frozenset(
    {
        "conversation",
        "input",
        "instructions",
        "model",
        "parallel_tool_calls",
        "personality",
        "previous_response_id",
        "reasoning",
        "text",
        "tool_choice",
        "tools",
        "truncation",
    }
)


class CountPiece(Piece):
    """The answer."""

    input_tokens: int | None = None


_members = msgspec.json.Decoder(dict[str, Raw]).decode


def _encode(request: CountTokensRequest, terms: Terms) -> Encoded:
    whole = request.chat
    chat = ChatRequest(
        model=whole.model,
        messages=whole.messages,
        tools=whole.tools,
        tool_choice=whole.tool_choice,
        parallel_tool_calls=whole.parallel_tool_calls,
        response_format=whole.response_format,
        reasoning_effort=whole.reasoning_effort,
        verbosity=whole.verbosity,
        extra=whole.extra,
    )
    encoded = encode_request(chat, msgspec.structs.replace(terms, stream=False))
    body = _members(encoded.body if isinstance(encoded.body, bytes) else b"{}")
    counted = {name: value for name, value in body.items() if name in _COUNTED}
    path = path_of(terms, "count_tokens", "/responses/input_tokens")
    return Encoded(path, json_body(counted, request.extra), encoded.losses, accept="application/json")


def _answer(piece: CountPiece) -> TokenCount | None:
    return None if piece.input_tokens is None else TokenCount(input_tokens=piece.input_tokens)


CODEC: Final[Codec[CountTokensRequest, TokenCount]] = Operation(_encode, answering(CountPiece, _answer))
