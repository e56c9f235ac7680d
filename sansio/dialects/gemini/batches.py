"""Batches of generateContent: https://ai.google.dev/api/batch-api.  They are long-running operations, with the batch in their metadata."""

from __future__ import annotations

from typing import Final

import msgspec
from msgspec import UNSET, Raw, UnsetType

from ...errors import Failure, LocalProtocolError
from ...events import Fold
from ...types import (
    Batch,
    BatchCounts,
    BatchItem,
    BatchList,
    BatchResult,
    BatchResults,
    BatchResultsRequest,
    CancelBatchRequest,
    ChatResponse,
    CreateBatchRequest,
    GetBatchRequest,
    ListBatchesRequest,
)
from ..body import json_body
from ..codec import Codec, Encoded, Reading, Terms, native_model, path_of
from ..documents import document
from ..error_body import of_error
from ..failures import of_facts
from ..losses import Losses
from ..operation import Piece, listed
from .decoder import GenerateDecoder
from .failures import RULES
from .objects import merged
from .operation import GoogleOperation, defaulted, given, page_query, unix
from .paths import method_path
from .request import chat_members
from .state import DIALECT

_NAME: Final = "custom_id"  # the member of a request's metadata that holds the caller's name for it
_STATES: Final = {
    "CANCELLED": "cancelled",
    "EXPIRED": "expired",
    "FAILED": "failed",
    "PENDING": "validating",
    "RUNNING": "in_progress",
    "SUCCEEDED": "completed",
}


class StatsPiece(msgspec.Struct, rename="camel"):
    """How many requests are in which state, as text."""

    request_count: str | int | None = None
    successful_request_count: str | int | None = None
    failed_request_count: str | int | None = None
    pending_request_count: str | int | None = None


class ResultPiece(msgspec.Struct):
    """What became of one request."""

    response: Raw | UnsetType = UNSET
    error: object = None
    metadata: dict[str, object] | None = None


class ResultsPiece(msgspec.Struct, rename="camel"):
    """The results, which stand one deeper than one would think."""

    inlined_responses: list[ResultPiece] | None = None


class OutputPiece(msgspec.Struct, rename="camel"):
    """What a batch gave: results, or a file of them."""

    inlined_responses: ResultsPiece | None = None
    responses_file: str | None = None


class InputPiece(msgspec.Struct, rename="camel"):
    """What a batch was given."""

    file_name: str | None = None


class BatchPiece(msgspec.Struct, rename="camel"):
    """A batch."""

    model: str | None = None
    state: str | None = None
    create_time: str | None = None
    end_time: str | None = None
    batch_stats: StatsPiece | None = None
    input_config: InputPiece | None = None
    output: OutputPiece | None = None


class OperationPiece(Piece):
    """An operation; its `error` is that of a batch that failed."""

    name: str | None = None
    metadata: BatchPiece | None = None
    response: OutputPiece | None = None


class OperationsPiece(Piece, rename="camel"):
    """A page of them."""

    operations: list[OperationPiece] | None = None
    next_page_token: str | None = None


_operation = msgspec.json.Decoder(OperationPiece).decode


def _create(request: CreateBatchRequest, terms: Terms) -> Encoded:
    items = request.requests or ()
    named = request.model or (items[0].request.model if items else None)
    if named is None:
        raise LocalProtocolError("a batch needs a model")
    model = native_model(named, terms.provider)
    losses = Losses(DIALECT)
    for name in ("completion_window", "endpoint", "metadata", "output_expires_after"):
        if getattr(request, name) is not None:
            losses.drop(name, "the API has nothing like it")
    losses.fill("displayName", "the API wants a name")
    requests = {"requests": [_item(item, n, model, terms, losses) for n, item in enumerate(items)]} if items else None
    batch = {"displayName": "batch", "inputConfig": given(requests=requests, fileName=request.input_file_id)}
    path = method_path(terms, model, "batchGenerateContent")
    return Encoded(path, json_body(merged({"batch": batch}, request.extra), None), tuple(losses.found))


def _item(item: BatchItem, place: int, model: str, terms: Terms, losses: Losses) -> dict[str, object]:
    """One request of a batch, all of which are for one model."""
    if (own := native_model(item.request.model, terms.provider)) != model:
        raise LocalProtocolError(f"requests[{place}] is for {own}, and a batch is for one model")
    members, _ = chat_members(item.request, model, terms, losses)
    return {"request": merged(members, item.request.extra), "metadata": {_NAME: item.custom_id}}


def _path(terms: Terms, id_: str) -> str:
    from urllib.parse import quote

    return f"{path_of(terms, 'batches', '/batches')}/{quote(id_.removeprefix('batches/'), safe='')}"


def _get(request: GetBatchRequest | BatchResultsRequest, terms: Terms) -> Encoded:
    return Encoded(_path(terms, request.id), b"", method="GET")


def _cancel(request: CancelBatchRequest, terms: Terms) -> Encoded:
    return Encoded(f"{_path(terms, request.id)}:cancel", b"")


def _list(request: ListBatchesRequest, terms: Terms) -> Encoded:
    query = page_query(request.after, request.limit)
    return Encoded(path_of(terms, "batches", "/batches"), b"", method="GET", query=query)


def _batch(piece: OperationPiece) -> Batch | None:
    if piece.name is None or (piece.metadata is None and piece.response is None and not piece.error):
        return None
    said = piece.metadata or BatchPiece()
    word = (said.state or "").removeprefix("BATCH_STATE_").removeprefix("JOB_STATE_")
    output = piece.response or said.output or OutputPiece()
    ended = unix(said.end_time)
    status = _STATES.get(word, word.lower())
    return Batch(
        id=piece.name,
        status=status,
        native_status=said.state,
        model=None if said.model is None else said.model.removeprefix("models/"),
        input_file_id=None if said.input_config is None else said.input_config.file_name,
        output_file_id=output.responses_file,
        created_at=unix(said.create_time),
        completed_at=ended if status == "completed" else None,
        failed_at=ended if status == "failed" else None,
        cancelled_at=ended if status == "cancelled" else None,
        expired_at=ended if status == "expired" else None,
        request_counts=None if said.batch_stats is None else _counts(said.batch_stats),
    )


def _counts(piece: StatsPiece) -> BatchCounts:
    return BatchCounts(
        total=_number(piece.request_count),
        completed=_number(piece.successful_request_count),
        failed=_number(piece.failed_request_count),
        processing=_number(piece.pending_request_count),
    )


def _number(count: str | int | None) -> int | None:
    text = str(count)
    return int(text) if text.isdecimal() else None


def _page(_: ListBatchesRequest, piece: OperationsPiece) -> BatchList | None:
    batches = listed(piece.operations or (), _batch)
    return None if batches is None else BatchList(data=batches, next=piece.next_page_token or None)


def _read_batch(_: object, terms: Terms) -> Reading[Batch]:
    """An operation whose batch failed is an answer, too."""
    return document(terms, OperationPiece, _operation, _batch)


def _cancelled(request: CancelBatchRequest, piece: OperationPiece) -> Batch:
    """The answer is empty: what is known is that the batch is being cancelled."""
    return _batch(piece) or Batch(id=request.id, status="cancelling")


def _read_results(_: BatchResultsRequest, terms: Terms) -> Reading[BatchResults]:
    terms = msgspec.structs.replace(terms, stream=False)

    def answer(piece: OperationPiece) -> BatchResults | None:
        output = piece.response or (piece.metadata or BatchPiece()).output or OutputPiece()
        results = output.inlined_responses
        if results is None:
            return None
        items = enumerate(results.inlined_responses or ())
        return BatchResults(results=[_result(item, place, terms) for place, item in items])

    return document(terms, OperationPiece, _operation, answer)


def _result(piece: ResultPiece, place: int, terms: Terms) -> BatchResult:
    """A result by the caller's name; where the request had none, by its place."""
    name = (piece.metadata or {}).get(_NAME, (piece.metadata or {}).get("key", place))
    return BatchResult(str(name), _outcome(piece, terms))


def _outcome(piece: ResultPiece, terms: Terms) -> ChatResponse | Failure:
    if piece.response is UNSET:
        return of_facts(of_error(piece.error), b"", RULES)
    decoder, fold = GenerateDecoder(terms), Fold()
    fold.extend(decoder.receive_document(bytes(piece.response)))
    return decoder.failure or fold.response()


CREATE: Final[Codec[CreateBatchRequest, Batch]] = GoogleOperation(_create, _read_batch)
GET: Final[Codec[GetBatchRequest, Batch]] = GoogleOperation(_get, _read_batch)
CANCEL: Final[Codec[CancelBatchRequest, Batch]] = GoogleOperation(_cancel, defaulted(OperationPiece, _cancelled))
LIST: Final[Codec[ListBatchesRequest, BatchList]] = GoogleOperation(_list, defaulted(OperationsPiece, _page))
RESULTS: Final[Codec[BatchResultsRequest, BatchResults]] = GoogleOperation(_get, _read_results)
