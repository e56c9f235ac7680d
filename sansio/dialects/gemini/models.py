"""`GET /models` and `GET /models/{model}`: https://ai.google.dev/api/models; at Vertex AI those that Google publishes."""

from __future__ import annotations

from typing import Final

import msgspec
from msgspec import Raw

from ...types import GetModelRequest, ListModelsRequest, Model, ModelList
from ..codec import Codec, Encoded, Reading, Terms, native_model, path_of
from ..documents import document
from ..lenient import REFUSALS
from ..operation import Piece, answering, listed
from .operation import GoogleOperation, page_query
from .paths import model_path


class ModelPiece(msgspec.Struct, rename="camel"):
    """What is known of a model."""

    name: str = ""
    display_name: str | None = None
    description: str | None = None
    input_token_limit: int | None = None
    output_token_limit: int | None = None


class ModelsPiece(Piece, rename="camel"):
    """A page of models."""

    models: list[Raw] | None = None
    publisher_models: list[Raw] | None = None
    next_page_token: str | None = None


_model = msgspec.json.Decoder(ModelPiece).decode
_members = msgspec.json.Decoder(dict[str, Raw]).decode
_raw = msgspec.json.Decoder(Raw).decode
_TAKEN: Final = frozenset(ModelPiece.__struct_encode_fields__)


def _of(item: Raw) -> Model | None:
    """A model by its bare name; None for what has none."""
    try:
        piece, members = _model(item), _members(item)
    except REFUSALS:
        return None
    name = piece.name.removeprefix("models/").removeprefix("publishers/google/models/")
    if not name:
        return None
    return Model(
        id=name,
        name=piece.display_name,
        description=piece.description,
        context_window=piece.input_token_limit,
        max_output_tokens=piece.output_token_limit,
        extra={key: value.copy() for key, value in members.items() if key not in _TAKEN} or None,
    )


def _page(piece: ModelsPiece) -> ModelList | None:
    items = piece.models if piece.models is not None else piece.publisher_models
    if items is None:
        return None
    models = listed(items, _of)
    return None if models is None else ModelList(data=models, next=piece.next_page_token or None)


def _list(request: ListModelsRequest, terms: Terms) -> Encoded:
    path = path_of(terms, "models", "/models")
    return Encoded(path, b"", method="GET", query=page_query(request.after, request.limit))


def _get(request: GetModelRequest, terms: Terms) -> Encoded:
    model = native_model(request.model, terms.provider)
    published = terms.provider.paths.get("models")  # Google's own are in no project
    path = model_path(terms, model) if published is None or "/" in model else f"{published}/{model}"
    return Encoded(path, b"", method="GET")


def _read(_: GetModelRequest, terms: Terms) -> Reading[Model]:
    return document(terms, Raw, _raw, _of)


LIST: Final[Codec[ListModelsRequest, ModelList]] = GoogleOperation(_list, answering(ModelsPiece, _page))
GET: Final[Codec[GetModelRequest, Model]] = GoogleOperation(_get, _read)
