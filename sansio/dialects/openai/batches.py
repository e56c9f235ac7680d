"""`/batches`: https://platform.openai.com/docs/api-reference/batch, and the jobs that Mistral has instead."""

from __future__ import annotations

from typing import Final

import msgspec

from ...errors import LocalProtocolError
from ...types import (
    Batch,
    BatchCounts,
    BatchError,
    BatchList,
    CancelBatchRequest,
    CreateBatchRequest,
    GetBatchRequest,
    ListBatchesRequest,
)
from ..codec import Codec, Encoded, Terms, path_of
from ..operation import Operation, Piece, answering, listed, path_to
from .paging import next_page, query_of
from .parameters import Parameters
from .usage import UsagePiece, usage

_PATH: Final = "/batches"
_WINDOW: Final = "24h"
# Mistral's words for the states.
_STATES: Final = {
    "cancellation_requested": "cancelling",
    "queued": "validating",
    "running": "in_progress",
    "success": "completed",
    "timeout_exceeded": "expired",
}


class ErrorPiece(msgspec.Struct):
    """Why a batch could not start."""

    message: str | None = None
    code: str | int | None = None
    param: str | None = None
    line: int | None = None


class ErrorsPiece(msgspec.Struct):
    """All the reasons."""

    data: list[ErrorPiece] | None = None


class BatchPiece(Piece):
    """A batch; the last lines are Mistral's names."""

    id: str | None = None
    status: str | None = None
    endpoint: str | None = None
    model: str | None = None
    input_file_id: str | None = None
    output_file_id: str | None = None
    error_file_id: str | None = None
    completion_window: str | None = None
    created_at: int | None = None
    in_progress_at: int | None = None
    finalizing_at: int | None = None
    completed_at: int | None = None
    failed_at: int | None = None
    expired_at: int | None = None
    expires_at: int | None = None
    cancelling_at: int | None = None
    cancelled_at: int | None = None
    request_counts: BatchCounts | None = None
    errors: ErrorsPiece | list[ErrorPiece] | None = None
    metadata: dict[str, str] | None = None
    usage: UsagePiece | None = None
    input_files: list[str] | None = None
    output_file: str | None = None
    error_file: str | None = None
    started_at: int | None = None
    total_requests: int | None = None
    succeeded_requests: int | None = None
    failed_requests: int | None = None


class BatchesPiece(Piece):
    """A page of them."""

    data: list[BatchPiece] | None = None
    has_more: bool | None = None
    last_id: str | None = None


def _create(request: CreateBatchRequest, terms: Terms) -> Encoded:
    if request.requests is not None:
        raise LocalProtocolError("the requests of a batch are a file here: upload what `batch_input` makes of them")
    given = Parameters(request, terms, frozenset({"model"}))
    if "completion_window" not in given.members:
        given.losses.fill("completion_window", "the API requires it, and takes nothing else")
        given.members["completion_window"] = _WINDOW
    return given.json(_PATH, name="batches")


def _list(request: ListBatchesRequest, terms: Terms) -> Encoded:
    query = query_of(after=request.after, limit=request.limit)
    return Encoded(path_of(terms, "batches", _PATH), b"", method="GET", query=query)


def _get(request: GetBatchRequest, terms: Terms) -> Encoded:
    return Encoded(path_to(terms, "batches", _PATH, request.id), b"", method="GET")


def _cancel(request: CancelBatchRequest, terms: Terms) -> Encoded:
    return Encoded(path_to(terms, "batches", _PATH, request.id) + "/cancel", b"")


def _batch(piece: BatchPiece) -> Batch | None:
    if piece.id is None or piece.status is None:
        return None
    native = piece.status.lower()
    status = _STATES.get(native, native)
    return Batch(
        id=piece.id,
        status=status,
        endpoint=piece.endpoint,
        model=piece.model,
        input_file_id=piece.input_file_id or (piece.input_files[0] if piece.input_files else None),
        output_file_id=piece.output_file_id or piece.output_file,
        error_file_id=piece.error_file_id or piece.error_file,
        completion_window=piece.completion_window,
        created_at=piece.created_at,
        in_progress_at=piece.in_progress_at or piece.started_at,
        finalizing_at=piece.finalizing_at,
        completed_at=piece.completed_at,
        failed_at=piece.failed_at,
        expired_at=piece.expired_at,
        expires_at=piece.expires_at,
        cancelling_at=piece.cancelling_at,
        cancelled_at=piece.cancelled_at,
        request_counts=piece.request_counts or _counts(piece),
        errors=_errors(piece.errors),
        metadata=piece.metadata,
        usage=usage(piece.usage),
        native_status=None if piece.status == status else piece.status,
    )


def _counts(piece: BatchPiece) -> BatchCounts | None:
    if piece.total_requests is None:
        return None
    return BatchCounts(piece.total_requests, piece.succeeded_requests, piece.failed_requests)


def _errors(errors: ErrorsPiece | list[ErrorPiece] | None) -> list[BatchError] | None:
    found = errors.data if isinstance(errors, ErrorsPiece) else errors
    if not found:
        return None
    return [
        BatchError(error.message or "", None if error.code is None else str(error.code), error.param, error.line)
        for error in found
    ]


def _batches(piece: BatchesPiece) -> BatchList | None:
    if piece.data is None:
        return None
    if (batches := listed(piece.data, _batch)) is None:
        return None
    return BatchList(data=batches, next=next_page(piece.has_more, piece.last_id, [batch.id for batch in batches]))


CREATE: Final[Codec[CreateBatchRequest, Batch]] = Operation(_create, answering(BatchPiece, _batch))
GET: Final[Codec[GetBatchRequest, Batch]] = Operation(_get, answering(BatchPiece, _batch))
CANCEL: Final[Codec[CancelBatchRequest, Batch]] = Operation(_cancel, answering(BatchPiece, _batch))
LIST: Final[Codec[ListBatchesRequest, BatchList]] = Operation(_list, answering(BatchesPiece, _batches))
