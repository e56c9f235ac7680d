"""`GET /models` and `GET /models/{model}`: https://platform.openai.com/docs/api-reference/models.

Servers add what they like to a model, and some answer with the bare list, or with nothing but names.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

import msgspec
from msgspec import Raw

from ...types import GetModelRequest, ListModelsRequest, Model, ModelList
from ..codec import Codec, Encoded, Reading, Terms, native_model, path_of
from ..documents import document
from ..lenient import REFUSALS
from ..operation import Operation, Piece, listed, path_to
from .paging import next_page, query_of

T = TypeVar("T")

# Where the limits of a model stand, in tokens.
_WINDOW: Final = ("context_window", "context_length", "max_context_length", "max_model_len")
_MOST: Final = ("max_output_tokens", "max_completion_tokens", "max_output_length")
# What is in fields of its own, and so not in `extra`.
_TAKEN: Final = frozenset({"id", "object", "created", "owned_by", "name", "description", _WINDOW[0], _MOST[0]})


class ModelsPiece(Piece):
    """A page of models."""

    data: list[Raw] | None = None
    has_more: bool | None = None
    last_id: str | None = None


_decode_page = msgspec.json.Decoder(ModelsPiece).decode
_decode_list = msgspec.json.Decoder(list[Raw]).decode
_decode_item = msgspec.json.Decoder(dict[str, Raw] | str).decode
_decode_members = msgspec.json.Decoder(dict[str, Raw]).decode
_text = msgspec.json.Decoder(str).decode
_number = msgspec.json.Decoder(float).decode


def _page(body: bytes | bytearray) -> ModelsPiece:
    if body.lstrip()[:1] == b"[":
        return ModelsPiece(data=_decode_list(body))
    return _decode_page(body)


def _models(piece: ModelsPiece) -> ModelList | None:
    if piece.error or piece.data is None:
        return None
    if (models := listed(piece.data, _model)) is None:
        return None
    return ModelList(data=models, next=next_page(piece.has_more, piece.last_id, [model.id for model in models]))


def _model(item: Raw) -> Model | None:
    members = _decoded(item, _decode_item)
    if isinstance(members, str):
        return Model(id=members) if members else None
    return None if members is None else _described(members)


def _described(members: dict[str, Raw]) -> Model | None:
    id_ = _read(members, _text, "id", "name")
    if id_ is None:
        return None
    return Model(
        id=id_,
        created=_whole(members, "created"),
        owned_by=_read(members, _text, "owned_by"),
        name=_read(members, _text, "name", "display_name"),
        description=_read(members, _text, "description"),
        context_window=_whole(members, *_WINDOW),
        max_output_tokens=_whole(members, *_MOST),
        extra={name: value for name, value in members.items() if name not in _TAKEN} or None,
    )


def _whole(members: dict[str, Raw], *names: str) -> int | None:
    number = _read(members, _number, *names)
    return None if number is None else int(number)


def _read(members: dict[str, Raw], decode: Callable[[Raw], T], *names: str) -> T | None:
    """The first of the members that is what it should be."""
    values = (_decoded(members[name], decode) for name in names if name in members)
    return next((value for value in values if value is not None), None)


def _decoded(raw: Raw, decode: Callable[[Raw], T]) -> T | None:
    try:
        return decode(raw)
    except REFUSALS:
        return None


def _list(request: ListModelsRequest, terms: Terms) -> Encoded:
    query = query_of(after=request.after, limit=request.limit)
    return Encoded(path_of(terms, "models", "/models"), b"", method="GET", query=query)


def _read_list(_: ListModelsRequest, terms: Terms) -> Reading[ModelList]:
    return document(terms, ModelsPiece, _page, _models)


def _get(request: GetModelRequest, terms: Terms) -> Encoded:
    return Encoded(path_to(terms, "models", "/models", native_model(request.model, terms.provider)), b"", method="GET")


def _read_model(_: GetModelRequest, terms: Terms) -> Reading[Model]:
    return document(terms, dict[str, Raw], _decode_members, _described)


LIST: Final[Codec[ListModelsRequest, ModelList]] = Operation(_list, _read_list)
GET: Final[Codec[GetModelRequest, Model]] = Operation(_get, _read_model)
