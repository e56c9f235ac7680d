"""`GET /v1/models` and `GET /v1/models/{model}`: https://docs.cohere.com/reference/list-models."""

from __future__ import annotations

from typing import Final

import msgspec
from msgspec import Raw

from ...types import GetModelRequest, ListModelsRequest, Model, ModelList
from ..codec import Codec, Encoded, Reading, Terms, native_model, path_of
from ..documents import document
from ..lenient import REFUSALS
from ..operation import listed, path_to
from .operation import CohereOperation
from .wire import Members

_PATHS: Final = ("cohere_models", "/v1/models")


class ModelPiece(msgspec.Struct):
    """What is read of a model; the rest is kept."""

    name: str
    context_length: float | None = None


class ModelsPiece(msgspec.Struct):
    """A page of models."""

    models: list[Raw] | None = None
    next_page_token: str | None = None


_decode_page = msgspec.json.Decoder(ModelsPiece).decode
_decode_piece = msgspec.json.Decoder(ModelPiece).decode
_decode_members = msgspec.json.Decoder(Members).decode
_raw = msgspec.json.Decoder(Raw).decode


def _list(request: ListModelsRequest, terms: Terms) -> Encoded:
    given = {"page_size": request.limit, "page_token": request.after}
    query = tuple((name, str(value)) for name, value in given.items() if value is not None)
    return Encoded(path_of(terms, *_PATHS), b"", method="GET", query=query)


def _get(request: GetModelRequest, terms: Terms) -> Encoded:
    return Encoded(path_to(terms, *_PATHS, native_model(request.model, terms.provider)), b"", method="GET")


def _read_list(_: ListModelsRequest, terms: Terms) -> Reading[ModelList]:
    return document(terms, ModelsPiece, _decode_page, _models)


def _read_model(_: GetModelRequest, terms: Terms) -> Reading[Model]:
    return document(terms, Raw, _raw, _model)


def _models(piece: ModelsPiece) -> ModelList | None:
    if piece.models is None:
        return None
    models = listed(piece.models, _model)
    return None if models is None else ModelList(data=models, next=piece.next_page_token or None)


def _model(raw: Raw) -> Model | None:
    try:
        piece, members = _decode_piece(raw), _decode_members(raw)
    except REFUSALS:
        return None
    window = None if piece.context_length is None else int(piece.context_length)
    rest = {name: value.copy() for name, value in members.items() if name not in {"name", "context_length"}}
    return Model(id=piece.name, context_window=window, extra=rest or None)


LIST: Final[Codec[ListModelsRequest, ModelList]] = CohereOperation(_list, _read_list)
GET: Final[Codec[GetModelRequest, Model]] = CohereOperation(_get, _read_model)
