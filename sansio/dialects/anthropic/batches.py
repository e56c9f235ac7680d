"""`/v1/messages/batches`: https://platform.claude.com/docs/en/api/creating-message-batches."""

from __future__ import annotations

from typing import Final

import msgspec

from ...errors import LocalProtocolError
from ...types import (
    Batch,
    BatchCounts,
    BatchList,
    CancelBatchRequest,
    CreateBatchRequest,
    GetBatchRequest,
    ListBatchesRequest,
    Loss,
)
from ..body import json_body
from ..codec import Codec, Encoded, Terms, path_of
from ..operation import Piece, answering, listed, path_to
from .blocks import Members
from .operation import MessagesOperation, page_query, unix
from .request import beta_headers, body_of

PATHS: Final = ("batches", "/v1/messages/batches")

_STATES: Final = {"canceling": "cancelling", "ended": "completed"}
# What only batches that are files have, and what this API has no word for.
_FOREIGN: Final = ("input_file_id", "endpoint", "completion_window", "metadata", "output_expires_after", "model")


class CountsPiece(msgspec.Struct):
    """How many requests are in which state."""

    processing: int = 0
    succeeded: int = 0
    errored: int = 0
    canceled: int = 0
    expired: int = 0


class BatchPiece(Piece):
    """A batch."""

    id: str | None = None
    processing_status: str | None = None
    request_counts: CountsPiece | None = None
    created_at: str | None = None
    expires_at: str | None = None
    ended_at: str | None = None
    cancel_initiated_at: str | None = None
    results_url: str | None = None


class BatchesPiece(Piece):
    """A page of them."""

    data: list[BatchPiece] | None = None
    has_more: bool | None = None
    last_id: str | None = None


def _create(request: CreateBatchRequest, terms: Terms) -> Encoded:
    if not request.requests:
        raise LocalProtocolError("a batch needs its requests: there are no files of them here")
    terms = msgspec.structs.replace(terms, stream=False)
    items: list[Members] = []
    losses: list[Loss] = []
    betas: set[str] = set()
    for position, item in enumerate(request.requests):
        body = body_of(item.request, terms)
        items.append({"custom_id": item.custom_id, "params": body.members})
        losses += [_within(loss, f"requests[{position}]") for loss in body.losses]
        betas |= body.betas
    losses += [
        Loss(name, "dropped", "the API has no such parameter")
        for name in _FOREIGN
        if getattr(request, name) is not None
    ]
    whole = json_body({"requests": items}, request.extra)
    return Encoded(path_of(terms, *PATHS), whole, tuple(losses), headers=beta_headers(frozenset(betas)))


def _within(loss: Loss, path: str) -> Loss:
    return msgspec.structs.replace(loss, path=f"{path}.{loss.path}")


def _list(request: ListBatchesRequest, terms: Terms) -> Encoded:
    return Encoded(path_of(terms, *PATHS), b"", method="GET", query=page_query(request.after, request.limit))


def _get(request: GetBatchRequest, terms: Terms) -> Encoded:
    return Encoded(path_to(terms, *PATHS, request.id), b"", method="GET")


def _cancel(request: CancelBatchRequest, terms: Terms) -> Encoded:
    return Encoded(path_to(terms, *PATHS, request.id) + "/cancel", b"")


def _batch(piece: BatchPiece) -> Batch | None:
    if piece.id is None or piece.processing_status is None:
        return None
    native = piece.processing_status
    cancelled = native == "ended" and piece.cancel_initiated_at is not None
    status = "cancelled" if cancelled else _STATES.get(native, native)
    ended = unix(piece.ended_at)
    return Batch(
        id=piece.id,
        status=status,
        created_at=unix(piece.created_at),
        completed_at=None if cancelled else ended,
        expires_at=unix(piece.expires_at),
        cancelling_at=unix(piece.cancel_initiated_at),
        cancelled_at=ended if cancelled else None,
        request_counts=None if piece.request_counts is None else _counts(piece.request_counts),
        results_url=piece.results_url,
        native_status=None if native == status else native,
    )


def _counts(piece: CountsPiece) -> BatchCounts:
    return BatchCounts(
        total=piece.processing + piece.succeeded + piece.errored + piece.canceled + piece.expired,
        completed=piece.succeeded,
        failed=piece.errored,
        processing=piece.processing,
        cancelled=piece.canceled,
        expired=piece.expired,
    )


def _batches(piece: BatchesPiece) -> BatchList | None:
    if piece.data is None:
        return None
    batches = listed(piece.data, _batch)
    return None if batches is None else BatchList(data=batches, next=piece.last_id if piece.has_more else None)


CREATE: Final[Codec[CreateBatchRequest, Batch]] = MessagesOperation(_create, answering(BatchPiece, _batch))
GET: Final[Codec[GetBatchRequest, Batch]] = MessagesOperation(_get, answering(BatchPiece, _batch))
CANCEL: Final[Codec[CancelBatchRequest, Batch]] = MessagesOperation(_cancel, answering(BatchPiece, _batch))
LIST: Final[Codec[ListBatchesRequest, BatchList]] = MessagesOperation(_list, answering(BatchesPiece, _batches))
