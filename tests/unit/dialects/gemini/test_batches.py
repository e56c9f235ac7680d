"""Batches of generateContent."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec import Raw

from sansio import ChatRequest, ChatResponse
from sansio.errors import Failure, LocalProtocolError
from sansio.types import (
    Batch,
    BatchCounts,
    BatchItem,
    BatchList,
    BatchResults,
    BatchResultsRequest,
    CancelBatchRequest,
    CreateBatchRequest,
    GetBatchRequest,
    ListBatchesRequest,
)
from tests.unit.dialects.gemini.by_hand import candidate, encoded, lost, read, sent

BASE = "https://generativelanguage.googleapis.com/v1beta"
ITEM = BatchItem("one", ChatRequest(model="gemini/gemini-x", messages="hi", extra={"labels": Raw(b"{}")}))


def operation(state: str, **metadata: Any) -> dict[str, Any]:
    told = {"model": "models/gemini-x", "state": f"BATCH_STATE_{state}", "createTime": "2026-08-19T14:34:22Z"}
    return {"name": "batches/1", "metadata": {**told, **metadata}}


def test_a_batch_of_requests() -> None:
    request = CreateBatchRequest(requests=[ITEM], extra={"batch": Raw(b'{"displayName":"mine"}')}, metadata={"a": "b"})
    assert encoded(request).request.url == f"{BASE}/models/gemini-x:batchGenerateContent"
    item: dict[str, Any] = {"contents": [{"role": "user", "parts": [{"text": "hi"}]}], "labels": {}}
    assert sent(request) == {
        "batch": {
            "displayName": "mine",
            "inputConfig": {"requests": {"requests": [{"request": item, "metadata": {"custom_id": "one"}}]}},
        }
    }
    assert lost(request) == [("metadata", "dropped"), ("displayName", "filled")]


def test_a_batch_of_a_file() -> None:
    request = CreateBatchRequest(model="gemini-x", input_file_id="files/x")
    assert sent(request) == {"batch": {"displayName": "batch", "inputConfig": {"fileName": "files/x"}}}


def test_a_batch_is_for_one_model() -> None:
    with pytest.raises(LocalProtocolError, match="needs a model"):
        encoded(CreateBatchRequest(input_file_id="files/x"))
    other = BatchItem("two", ChatRequest(model="gemini-y", messages="hi"))
    with pytest.raises(LocalProtocolError, match=r"requests\[1\] is for gemini-y"):
        encoded(CreateBatchRequest(requests=[ITEM, other]))


@pytest.mark.parametrize(
    ("state", "status", "time"),
    [
        ("PENDING", "validating", None),
        ("RUNNING", "in_progress", None),
        ("SUCCEEDED", "completed", "completed_at"),
        ("FAILED", "failed", "failed_at"),
        ("CANCELLED", "cancelled", "cancelled_at"),
        ("EXPIRED", "expired", "expired_at"),
        ("NEW", "new", None),
    ],
)
def test_states(state: str, status: str, time: str | None) -> None:
    exchange = encoded(GetBatchRequest(id="batches/1"))
    assert exchange.request.url == f"{BASE}/batches/1"
    batch = read(exchange, operation(state, endTime="2026-08-19T14:34:23Z"))
    assert isinstance(batch, Batch)
    assert (batch.id, batch.status, batch.native_status) == ("batches/1", status, f"BATCH_STATE_{state}")
    assert (batch.model, batch.created_at) == ("gemini-x", 1_787_150_062)
    ended = [name for name in ("completed_at", "failed_at", "cancelled_at", "expired_at") if getattr(batch, name)]
    assert ended == ([] if time is None else [time])


def test_counts_and_files() -> None:
    stats = {"requestCount": "3", "successfulRequestCount": 2, "pendingRequestCount": "many"}
    body = operation("SUCCEEDED", batchStats=stats, inputConfig={"fileName": "files/in"})
    batch = read(encoded(CreateBatchRequest(requests=[ITEM])), {**body, "response": {"responsesFile": "files/out"}})
    assert batch.request_counts == BatchCounts(total=3, completed=2)
    assert (batch.input_file_id, batch.output_file_id) == ("files/in", "files/out")


def test_a_batch_of_which_nothing_is_known() -> None:
    batch = read(encoded(GetBatchRequest(id="1")), {"name": "batches/1", "metadata": {}})
    assert (batch.status, batch.request_counts, batch.input_file_id) == ("", None, None)
    assert read(encoded(GetBatchRequest(id="1")), {}).kind == "protocol"
    assert read(encoded(GetBatchRequest(id="1")), {"name": "files/1"}).kind == "protocol"


def test_a_batch_that_failed_is_an_answer() -> None:
    body = {**operation("FAILED"), "error": {"code": 13, "message": "m"}}
    assert read(encoded(GetBatchRequest(id="1")), body).status == "failed"


def test_cancelling() -> None:
    exchange = encoded(CancelBatchRequest(id="1"))
    assert (exchange.request.method, exchange.request.url) == ("POST", f"{BASE}/batches/1:cancel")
    assert read(exchange, {}).status == "cancelling"
    assert read(encoded(CancelBatchRequest(id="1")), operation("CANCELLED")).status == "cancelled"
    error = {"error": {"code": 404, "message": "m", "status": "NOT_FOUND"}}
    assert read(encoded(CancelBatchRequest(id="1")), error).kind == "not_found"


def test_a_page() -> None:
    exchange = encoded(ListBatchesRequest(limit=1))
    assert exchange.request.url == f"{BASE}/batches?pageSize=1"
    page = read(exchange, {"operations": [operation("RUNNING"), {}], "nextPageToken": "t"})
    assert isinstance(page, BatchList)
    assert ([batch.id for batch in page.data], page.next) == (["batches/1"], "t")
    assert read(encoded(ListBatchesRequest()), {}).next is None


RESULTS = {
    "inlinedResponses": {
        "inlinedResponses": [
            {"response": candidate({"text": "a"}, finishReason="STOP"), "metadata": {"custom_id": "one"}},
            {"response": {"promptFeedback": {"blockReason": "SAFETY"}}, "metadata": {"key": "two"}},
            {"error": {"code": 429, "message": "slow", "status": "RESOURCE_EXHAUSTED"}},
        ]
    }
}


@pytest.mark.parametrize("body", [{"response": RESULTS}, {"metadata": {"output": RESULTS}}])
def test_results(body: dict[str, Any]) -> None:
    exchange = encoded(BatchResultsRequest(id="1"))
    assert exchange.request.url == f"{BASE}/batches/1"
    results = read(exchange, {"name": "batches/1", **body})
    assert isinstance(results, BatchResults)
    one, two, three = (results[name].outcome for name in ("one", "two", "2"))
    assert isinstance(one, ChatResponse)
    assert one.text == "a"
    assert isinstance(two, Failure)
    assert two.kind == "content_policy"
    assert isinstance(three, Failure)
    assert three.kind == "rate_limited"


@pytest.mark.parametrize("body", [{}, {"response": {}}, operation("RUNNING")])
def test_results_that_are_not_there(body: object) -> None:
    assert read(encoded(BatchResultsRequest(id="1")), body).kind == "protocol"
