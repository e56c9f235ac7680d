"""`POST /model/{modelId}/count-tokens`: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_CountTokens.html."""

from __future__ import annotations

from typing import Final

import msgspec

from ...types import CountTokensRequest, TokenCount
from ..body import json_body
from ..codec import Codec, Encoded, Reading, Terms, native_model, path_of
from ..documents import document
from ..losses import Losses
from .operation import Operation
from .request import converse_body
from .wire import DIALECT

# What of a chat takes part in the count.
_COUNTED: Final = ("messages", "system", "toolConfig", "additionalModelRequestFields")


class CountPiece(msgspec.Struct, rename="camel"):
    """The answer."""

    input_tokens: int | None = None


def _encode(request: CountTokensRequest, terms: Terms) -> Encoded:
    losses = Losses(DIALECT)
    body = converse_body(request.chat, terms, losses)
    counted = {name: body[name] for name in _COUNTED if name in body}
    model = native_model(request.model, terms.provider)
    path = path_of(terms, "count_tokens", "/model/{model}/count-tokens", model)
    return Encoded(path, json_body({"input": {"converse": counted}}, request.extra), tuple(losses.found))


def _answer(piece: CountPiece) -> TokenCount | None:
    return None if piece.input_tokens is None else TokenCount(piece.input_tokens)


_decode = msgspec.json.Decoder(CountPiece).decode


def _read(_: CountTokensRequest, terms: Terms) -> Reading[TokenCount]:
    return document(terms, CountPiece, _decode, _answer)


CODEC: Final[Codec[CountTokensRequest, TokenCount]] = Operation(_encode, _read)
