"""`POST /v1/messages/count_tokens`: https://platform.claude.com/docs/en/api/messages-count-tokens.

A chat is encoded as for an answer, less what does not count; its losses are those of what does.
"""

from __future__ import annotations

from typing import Final

import msgspec

from ...types import CountTokensRequest, TokenCount
from ..body import json_body
from ..codec import Codec, Encoded, Terms, native_model, path_of
from ..operation import Piece, answering
from .operation import MessagesOperation
from .request import beta_headers, body_of

_UNCOUNTED: Final = frozenset(
    {"max_tokens", "metadata", "service_tier", "stop_sequences", "temperature", "top_k", "top_p"},
)


class CountPiece(Piece):
    """The answer."""

    input_tokens: int | None = None


def _encode(request: CountTokensRequest, terms: Terms) -> Encoded:
    body = body_of(request.chat, msgspec.structs.replace(terms, stream=False))
    model = native_model(request.model, terms.provider)
    # Hosts that have the model in the path of a chat have it in the body here.
    members = {"model": model, **body.members}
    counted = {name: value for name, value in members.items() if name not in _UNCOUNTED}
    losses = tuple(loss for loss in body.losses if loss.path not in _UNCOUNTED)
    path = path_of(terms, "count_tokens", "/v1/messages/count_tokens", model)
    counted_body = json_body(counted, request.extra)
    return Encoded(path, counted_body, losses, accept="application/json", headers=beta_headers(body.betas))


def _answer(piece: CountPiece) -> TokenCount | None:
    return None if piece.input_tokens is None else TokenCount(input_tokens=piece.input_tokens)


CODEC: Final[Codec[CountTokensRequest, TokenCount]] = MessagesOperation(_encode, answering(CountPiece, _answer))
