"""`GET /v1/models` and `GET /v1/models/{model}`: https://platform.claude.com/docs/en/api/models-list."""

from __future__ import annotations

from typing import Final

import msgspec
from msgspec import Raw

from ...types import GetModelRequest, ListModelsRequest, Model, ModelList
from ..codec import Codec, Encoded, Reading, Terms, native_model, path_of
from ..documents import document
from ..lenient import REFUSALS
from ..operation import Piece, answering, listed, path_to
from .operation import MessagesOperation, page_query, unix

_PATHS: Final = ("models", "/v1/models")


class ModelPiece(msgspec.Struct):
    """What is read of a model; the rest is kept."""

    id: str
    display_name: str | None = None
    created_at: str | None = None
    max_input_tokens: int | None = None
    max_tokens: int | None = None


class ModelsPiece(Piece):
    """A page of models."""

    data: list[Raw] | None = None
    has_more: bool | None = None
    last_id: str | None = None


_piece = msgspec.json.Decoder(ModelPiece).decode
_members = msgspec.json.Decoder(dict[str, Raw]).decode
_raw = msgspec.json.Decoder(Raw).decode


def _list(request: ListModelsRequest, terms: Terms) -> Encoded:
    return Encoded(path_of(terms, *_PATHS), b"", method="GET", query=page_query(request.after, request.limit))


def _get(request: GetModelRequest, terms: Terms) -> Encoded:
    return Encoded(path_to(terms, *_PATHS, native_model(request.model, terms.provider)), b"", method="GET")


def _models(piece: ModelsPiece) -> ModelList | None:
    if piece.data is None:
        return None
    models = listed(piece.data, _model)
    return None if models is None else ModelList(data=models, next=piece.last_id if piece.has_more else None)


def _model(raw: Raw) -> Model | None:
    try:
        piece, members = _piece(raw), _members(raw)
    except REFUSALS:
        return None
    return Model(
        id=piece.id,
        created=unix(piece.created_at),
        name=piece.display_name,
        context_window=piece.max_input_tokens,
        max_output_tokens=piece.max_tokens,
        extra={n: m.copy() for n, m in members.items() if n not in {*piece.__struct_fields__, "type"}} or None,
    )


def _read_model(_: GetModelRequest, terms: Terms) -> Reading[Model]:
    return document(terms, Raw, _raw, _model)


LIST: Final[Codec[ListModelsRequest, ModelList]] = MessagesOperation(_list, answering(ModelsPiece, _models))
GET: Final[Codec[GetModelRequest, Model]] = MessagesOperation(_get, _read_model)
