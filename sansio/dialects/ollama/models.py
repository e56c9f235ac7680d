"""`GET /api/tags`, the models that the server holds, and `POST /api/show`, what it knows of one.

https://github.com/ollama/ollama/blob/main/docs/api.md#list-local-models
"""

from __future__ import annotations

from typing import Final

import msgspec
from msgspec import Raw

from ...types import GetModelRequest, ListModelsRequest, Model, ModelList
from ..body import json_body
from ..codec import Codec, Encoded, Reading, Terms, native_model, path_of
from ..documents import document
from ..lenient import REFUSALS
from ..losses import Losses
from ..operation import Piece, answering, listed
from .operation import OllamaOperation
from .wire import DIALECT

_WINDOW: Final = ".context_length"  # behind the name of the architecture


class NamePiece(msgspec.Struct):
    """A model in the list; the rest is kept."""

    model: str | None = None
    name: str | None = None


class TagsPiece(Piece):
    """The list."""

    models: list[Raw] | None = None


class InfoPiece(msgspec.Struct):
    """What is read of what the server knows."""

    model_info: dict[str, Raw] | None = None


_decode_name = msgspec.json.Decoder(NamePiece).decode
_decode_info = msgspec.json.Decoder(InfoPiece).decode
_decode_members = msgspec.json.Decoder(dict[str, Raw]).decode
_number = msgspec.json.Decoder(int).decode
_raw = msgspec.json.Decoder(Raw).decode


def _list(request: ListModelsRequest, terms: Terms) -> Encoded:
    losses = Losses(DIALECT)
    for name in ("limit", "after"):
        if getattr(request, name) is not None:
            losses.drop(name, "the API lists all models at once")
    return Encoded(path_of(terms, "ollama_tags", "/api/tags"), b"", tuple(losses.found), method="GET")


def _get(request: GetModelRequest, terms: Terms) -> Encoded:
    body = json_body({"model": native_model(request.model, terms.provider)}, None)
    return Encoded(path_of(terms, "ollama_show", "/api/show"), body)


def _models(piece: TagsPiece) -> ModelList | None:
    if piece.models is None:
        return None
    models = listed(piece.models, _listed)
    return None if models is None else ModelList(data=models)


def _listed(raw: Raw) -> Model | None:
    try:
        piece, members = _decode_name(raw), _decode_members(raw)
    except REFUSALS:
        return None
    rest = {name: value.copy() for name, value in members.items() if name not in {"model", "name"}}
    id_ = piece.model or piece.name
    return None if id_ is None else Model(id=id_, name=piece.name, extra=rest or None)


def _read_model(request: GetModelRequest, terms: Terms) -> Reading[Model]:
    """What the server knows of a model does not name it."""
    id_ = native_model(request.model, terms.provider)

    def answer(raw: Raw) -> Model | None:
        try:
            info, members = _decode_info(raw).model_info, _decode_members(raw)
        except REFUSALS:
            return None
        if info is None:
            return None
        return Model(
            id=id_, context_window=_window(info), extra={name: value.copy() for name, value in members.items()}
        )

    return document(terms, Raw, _raw, answer)


def _window(info: dict[str, Raw]) -> int | None:
    raw = next((value for name, value in info.items() if name.endswith(_WINDOW)), None)
    try:
        return None if raw is None else _number(raw)
    except REFUSALS:
        return None


LIST: Final[Codec[ListModelsRequest, ModelList]] = OllamaOperation(_list, answering(TagsPiece, _models))
GET: Final[Codec[GetModelRequest, Model]] = OllamaOperation(_get, _read_model)
