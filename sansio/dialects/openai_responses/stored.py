"""`/responses/{id}`: responses that the provider keeps, https://platform.openai.com/docs/api-reference/responses/get."""

from __future__ import annotations

from typing import Final

from ...events import Fold
from ...types import (
    CancelResponseRequest,
    ChatResponse,
    DeleteResponseRequest,
    GetResponseRequest,
    ResponseDeleted,
)
from ..codec import Codec, Encoded, Reading, Terms
from ..operation import Operation, Piece, answering, path_to
from .decoder import ResponsesDecoder

_PATH: Final = "/responses"


class DeletedPiece(Piece):
    """What is left of a response."""

    id: str = ""
    deleted: bool | None = None


def _get(request: GetResponseRequest, terms: Terms) -> Encoded:
    query = [("include[]", name) for name in request.include]
    if terms.stream:
        query.append(("stream", "true"))
        if request.starting_after is not None:
            query.append(("starting_after", str(request.starting_after)))
    return Encoded(path_to(terms, "responses", _PATH, request.id), b"", method="GET", query=tuple(query))


def _cancel(request: CancelResponseRequest, terms: Terms) -> Encoded:
    return Encoded(f"{path_to(terms, 'responses', _PATH, request.id)}/cancel", b"")


def _delete(request: DeleteResponseRequest, terms: Terms) -> Encoded:
    return Encoded(path_to(terms, "responses", _PATH, request.id), b"", method="DELETE")


def _read(_: object, terms: Terms) -> Reading[ChatResponse]:
    return Reading(ResponsesDecoder(terms), Fold())


def _deleted(piece: DeletedPiece) -> ResponseDeleted | None:
    return None if piece.deleted is None else ResponseDeleted(id=piece.id, deleted=piece.deleted)


GET: Final[Codec[GetResponseRequest, ChatResponse]] = Operation(_get, _read)
CANCEL: Final[Codec[CancelResponseRequest, ChatResponse]] = Operation(_cancel, _read)
DELETE: Final[Codec[DeleteResponseRequest, ResponseDeleted]] = Operation(_delete, answering(DeletedPiece, _deleted))
