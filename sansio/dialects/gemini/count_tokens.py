"""`:countTokens`: https://ai.google.dev/api/tokens#method:-models.counttokens."""

from __future__ import annotations

from typing import Final

from ...types import CountTokensRequest, TokenCount
from ..body import json_body
from ..codec import Codec, Encoded, Terms, native_model
from ..losses import Losses
from ..operation import Piece, answering
from .objects import merged
from .operation import GoogleOperation
from .paths import method_path
from .request import chat_members
from .state import DIALECT

# What Vertex AI counts, beside the contents; the Gemini API takes a whole request.
_COUNTED: Final = frozenset({"contents", "generationConfig", "systemInstruction", "tools"})


class CountPiece(Piece, rename="camel"):
    """The tokens of a prompt."""

    total_tokens: int | None = None
    cached_content_token_count: int | None = None


def _encode(request: CountTokensRequest, terms: Terms) -> Encoded:
    model = native_model(request.model, terms.provider)
    losses = Losses(DIALECT)
    chat, _ = chat_members(request.chat, model, terms, losses)
    chat = merged(chat, request.chat.extra)
    members = {name: value for name, value in chat.items() if name in _COUNTED}
    if "counted_requests" not in terms.provider.quirks.lacks:
        name = model if "/" in model else f"models/{model}"
        members = {"generateContentRequest": {"model": name, **chat}}
    path = method_path(terms, model, "countTokens")
    return Encoded(path, json_body(merged(members, request.extra), None), tuple(losses.found))


def _answer(piece: CountPiece) -> TokenCount | None:
    if piece.total_tokens is None:
        return None
    return TokenCount(input_tokens=piece.total_tokens, cached_tokens=piece.cached_content_token_count)


CODEC: Final[Codec[CountTokensRequest, TokenCount]] = GoogleOperation(_encode, answering(CountPiece, _answer))
