"""Batches of messages."""

from __future__ import annotations

from typing import TypeVar

import msgspec
import pytest
from msgspec import Raw

import sansio
from sansio import ChatRequest, Completed, Exchange, Failed
from sansio.errors import LocalProtocolError
from sansio.types import (
    BatchCounts,
    BatchItem,
    CancelBatchRequest,
    CreateBatchRequest,
    FilePart,
    FileReference,
    GetBatchRequest,
    ListBatchesRequest,
    Request,
    user,
)

R = TypeVar("R")

PROVIDER = sansio.provider("anthropic", api_key="key")
URL = "https://api.anthropic.com/v1/messages/batches"
BATCH = {
    "id": "b",
    "processing_status": "in_progress",
    "request_counts": {"processing": 1, "succeeded": 2, "errored": 3, "canceled": 4, "expired": 5},
    "created_at": "1970-01-01T00:01:00+00:00",
    "expires_at": "1970-01-01T00:02:00+00:00",
    "results_url": None,
}


def answered(request: Request[R], value: object) -> R | Failed:
    exchange = Exchange(PROVIDER, request, on_loss="drop")
    exchange.receive_head(200, [])
    exchange.receive_data(msgspec.json.encode(value))
    exchange.receive_eof()
    end = exchange.outcome
    assert end is not None
    return end.response if isinstance(end, Completed) else end


def test_the_requests_of_a_batch_are_bodies() -> None:
    chat = ChatRequest(model="anthropic/m", messages="hi", seed=1, stream=True)
    file = ChatRequest(model="m", messages=[user([FilePart(file=FileReference(file_id="f"))])], max_tokens=5)
    request = CreateBatchRequest(
        requests=[BatchItem("a", chat), BatchItem("b", file)], endpoint="/x", extra={"y": Raw(b"1")}
    )
    exchange = Exchange(PROVIDER, request, on_loss="drop")
    assert exchange.request.url == URL
    assert isinstance(exchange.request.body, bytes)
    body = msgspec.json.decode(exchange.request.body)
    assert body["y"] == 1
    assert [item["custom_id"] for item in body["requests"]] == ["a", "b"]
    text = {"role": "user", "content": [{"type": "text", "text": "hi"}]}
    assert body["requests"][0]["params"] == {"model": "m", "max_tokens": 4096, "messages": [text]}
    assert [(loss.path, loss.action) for loss in exchange.losses] == [
        ("requests[0].max_tokens", "filled"),
        ("requests[0].seed", "dropped"),
        ("endpoint", "dropped"),
    ]
    assert ("anthropic-beta", "files-api-2025-04-14") in exchange.request.headers


def test_a_batch_needs_requests() -> None:
    with pytest.raises(LocalProtocolError, match="needs its requests"):
        Exchange(PROVIDER, CreateBatchRequest(input_file_id="f"))


def test_paths_of_batches() -> None:
    listing = Exchange(PROVIDER, ListBatchesRequest(after="a", limit=2)).request
    assert (listing.method, listing.url) == ("GET", f"{URL}?after_id=a&limit=2")
    assert Exchange(PROVIDER, GetBatchRequest(id="b")).request.url == f"{URL}/b"
    cancel = Exchange(PROVIDER, CancelBatchRequest(id="b")).request
    assert (cancel.method, cancel.url, cancel.body) == ("POST", f"{URL}/b/cancel", b"")


def test_a_batch() -> None:
    found = answered(GetBatchRequest(id="b"), BATCH)
    assert not isinstance(found, Failed)
    assert (found.status, found.native_status, found.created_at, found.expires_at) == ("in_progress", None, 60, 120)
    assert found.request_counts == BatchCounts(total=15, completed=2, failed=3, processing=1, cancelled=4, expired=5)
    assert not found.ended


def test_the_states_of_a_batch() -> None:
    ended = {"id": "b", "processing_status": "ended", "ended_at": "1970-01-01T00:03:00Z"}
    found = answered(GetBatchRequest(id="b"), ended)
    assert not isinstance(found, Failed)
    assert (found.status, found.native_status, found.completed_at) == ("completed", "ended", 180)
    found = answered(GetBatchRequest(id="b"), ended | {"cancel_initiated_at": "1970-01-01T00:02:00Z"})
    assert not isinstance(found, Failed)
    assert (found.status, found.cancelling_at, found.cancelled_at, found.completed_at) == ("cancelled", 120, 180, None)
    found = answered(CancelBatchRequest(id="b"), {"id": "b", "processing_status": "canceling"})
    assert not isinstance(found, Failed)
    assert (found.status, found.native_status) == ("cancelling", "canceling")


def test_a_page() -> None:
    found = answered(ListBatchesRequest(), {"data": [BATCH, {}], "has_more": True, "last_id": "b"})
    assert not isinstance(found, Failed)
    assert ([batch.id for batch in found.data], found.next) == (["b"], "b")
    found = answered(ListBatchesRequest(), {"data": [], "has_more": False, "last_id": "b"})
    assert not isinstance(found, Failed)
    assert found.next is None
    assert isinstance(answered(ListBatchesRequest(), {}), Failed)
