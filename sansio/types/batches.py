"""Many requests at half the price and with time: https://platform.openai.com/docs/api-reference/batch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar, TypeAlias

import msgspec

from ..errors import Failure
from .chat import ChatRequest
from .content import Extra
from .embeddings import EmbeddingResponse
from .files import ExpiresAfter
from .images import ImageResponse
from .moderations import ModerationResponse
from .request import Request, Response
from .response import ChatResponse
from .usage import Usage


class BatchItem(msgspec.Struct, frozen=True):
    """One request of a batch, and the caller's name for it, by which its result is found: order is not kept."""

    custom_id: str
    request: ChatRequest


class CreateBatchRequest(Request["Batch"], frozen=True, kw_only=True, omit_defaults=True):
    """Start a batch at `provider`, of the file `input_file_id` that was uploaded (OpenAI), or of `requests` (Anthropic).

    `endpoint` is the path that OpenAI sends every request of the file to, `/v1/chat/completions`; `model` is for the APIs
    that want one for the whole batch.  `extra` holds further top-level fields.
    """

    operation: ClassVar[str] = "batch_create"

    provider: str = ""
    input_file_id: str | None = None
    requests: Sequence[BatchItem] | None = None
    endpoint: str | None = None
    completion_window: str | None = None
    metadata: Mapping[str, str] | None = None
    output_expires_after: ExpiresAfter | None = None
    model: str | None = None
    extra: Extra | None = None


class GetBatchRequest(Request["Batch"], frozen=True, kw_only=True, omit_defaults=True):
    """How the batch `id` is getting on."""

    operation: ClassVar[str] = "batch"

    id: str
    provider: str = ""


class CancelBatchRequest(Request["Batch"], frozen=True, kw_only=True, omit_defaults=True):
    """Stop the batch `id`; what is done by then has results."""

    operation: ClassVar[str] = "batch_cancel"

    id: str
    provider: str = ""


class ListBatchesRequest(Request["BatchList"], frozen=True, kw_only=True, omit_defaults=True):
    """A page of the batches at `provider`: at most `limit`, from `after` on, which is the page before's `next`."""

    operation: ClassVar[str] = "batches"

    provider: str = ""
    after: str | None = None
    limit: int | None = None


class BatchResultsRequest(Request["BatchResults"], frozen=True, kw_only=True, omit_defaults=True):
    """The results of the batch that has ended.

    Where they are a file (OpenAI), it is the batch's `output_file_id`, or its `error_file_id`, that counts; elsewhere its `id`.
    """

    operation: ClassVar[str] = "batch_results"

    id: str
    output_file_id: str | None = None
    provider: str = ""


class BatchCounts(msgspec.Struct, frozen=True, omit_defaults=True):
    """How many requests of a batch are in which state."""

    total: int | None = None
    completed: int | None = None
    failed: int | None = None
    processing: int | None = None
    cancelled: int | None = None
    expired: int | None = None


class BatchError(msgspec.Struct, frozen=True, omit_defaults=True):
    """Why a batch could not start; `line` is that of the input file, from 1."""

    message: str
    code: str | None = None
    param: str | None = None
    line: int | None = None


class Batch(Response, frozen=True, omit_defaults=True, tag_field="object", tag="batch"):
    """A batch.  Times are Unix times.

    `status` is validating, in_progress, finalizing, completed, failed, expired, cancelling or cancelled, and
    `native_status` the provider's own word where it differs.
    """

    id: str
    status: str
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
    errors: Sequence[BatchError] | None = None
    metadata: Mapping[str, str] | None = None
    results_url: str | None = None
    usage: Usage | None = None
    native_status: str | None = None

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.status in _ENDS


_ENDS = frozenset({"completed", "failed", "expired", "cancelled"})


class BatchList(Response, frozen=True, omit_defaults=True, tag_field="object", tag="list"):
    """A page of batches; `next` is the `after` of the page that follows, None at the end."""

    data: Sequence[Batch]
    next: str | None = None


BatchOutcome: TypeAlias = ChatResponse | EmbeddingResponse | ImageResponse | ModerationResponse | Failure
"""What became of one request of a batch."""


class BatchResult(msgspec.Struct, frozen=True):
    """What became of the request that the caller named `custom_id`."""

    custom_id: str
    outcome: BatchOutcome


class BatchResults(Response, frozen=True):
    """The results of a batch, in the order in which they came, which need not be that of the requests."""

    results: Sequence[BatchResult]

    def __getitem__(self, custom_id: str) -> BatchResult:
        """The result of the request with this name; raises KeyError where there is none."""
        for result in self.results:
            if result.custom_id == custom_id:
                return result
        raise KeyError(custom_id)
