from __future__ import annotations

import pytest

from sansio import ChatRequest, LocalProtocolError
from sansio.types import (
    Batch,
    BatchCounts,
    BatchError,
    BatchItem,
    BatchList,
    CancelBatchRequest,
    CreateBatchRequest,
    ExpiresAfter,
    GetBatchRequest,
    ListBatchesRequest,
    Loss,
    Quirks,
    Usage,
)
from tests.unit.dialects.openai.exchanged import answer, exchange, failure, lost, members, other, sent

CREATE = CreateBatchRequest(
    input_file_id="file-1",
    endpoint="/v1/chat/completions",
    completion_window="24h",
    metadata={"a": "b"},
    output_expires_after=ExpiresAfter(9),
)
GET = GetBatchRequest(id="batch_1")


def test_the_requests_on_the_wire() -> None:
    assert members(CREATE) == {
        "input_file_id": "file-1",
        "endpoint": "/v1/chat/completions",
        "completion_window": "24h",
        "metadata": {"a": "b"},
        "output_expires_after": {"seconds": 9, "anchor": "created_at"},
    }
    calls = [sent(item) for item in (CREATE, ListBatchesRequest(after="b", limit=2), GET, CancelBatchRequest(id="b/1"))]
    assert [(call.method, call.url.removeprefix("https://api.openai.com/v1/batches")) for call in calls] == [
        ("POST", ""),
        ("GET", "?after=b&limit=2"),
        ("GET", "/batch_1"),
        ("POST", "/b%2F1/cancel"),
    ]
    assert calls[3].body == b""


def test_the_one_window_is_filled_in() -> None:
    request = CreateBatchRequest(input_file_id="file-1", endpoint="/v1/responses")
    assert members(request)["completion_window"] == "24h"
    assert lost(request) == [Loss("completion_window", "filled", "the API requires it, and takes nothing else")]


def test_a_model_is_for_those_that_want_one() -> None:
    request = CreateBatchRequest(input_file_id="f", endpoint="e", completion_window="24h", model="m")
    assert lost(request) == [Loss("model", "dropped", "openai does not take it")]
    provider = other("batch_create", Quirks(beyond=frozenset({"model"})), batches="/batch/jobs")
    assert members(request, provider=provider)["model"] == "m"
    assert sent(request, provider=provider).url == "https://api.openai.com/v1/batch/jobs"


def test_requests_go_in_a_file() -> None:
    items = [BatchItem("1", ChatRequest(model="m", messages="hi"))]
    with pytest.raises(LocalProtocolError, match="a file here"):
        exchange(CreateBatchRequest(requests=items))


def test_a_batch() -> None:
    body = (
        b'{"id":"batch_1","object":"batch","endpoint":"/v1/responses","model":"m","errors":{"object":"list","data":['
        b'{"code":"invalid","message":"bad","param":null,"line":3},{"code":7}]},"input_file_id":"file-1",'
        b'"completion_window":"24h","status":"failed","created_at":1,"in_progress_at":2,"expires_at":3,'
        b'"failed_at":4,"request_counts":{"total":2,"completed":1,"failed":1},"metadata":{"a":"b"},'
        b'"usage":{"input_tokens":5,"output_tokens":6,"total_tokens":11}}'
    )
    response = answer(GET, body)
    assert response == Batch(
        id="batch_1",
        status="failed",
        endpoint="/v1/responses",
        model="m",
        input_file_id="file-1",
        completion_window="24h",
        created_at=1,
        in_progress_at=2,
        expires_at=3,
        failed_at=4,
        request_counts=BatchCounts(total=2, completed=1, failed=1),
        errors=[BatchError("bad", code="invalid", line=3), BatchError("", code="7")],
        metadata={"a": "b"},
        usage=Usage(prompt_tokens=5, completion_tokens=6, total_tokens=11),
        request_id="req_1",
        provider="openai",
    )
    assert response.ended
    listed = answer(ListBatchesRequest(), b'{"data":[%b,{}],"has_more":true}' % body)
    assert isinstance(listed, BatchList)
    assert ([batch.id for batch in listed.data], listed.next) == (["batch_1"], "batch_1")


def test_a_batch_that_says_little() -> None:
    assert answer(GET, b'{"id":"1","status":"validating"}') == Batch(
        id="1", status="validating", request_id="req_1", provider="openai"
    )


def test_mistrals_job() -> None:
    body = (
        b'{"id":"1","object":"batch","input_files":["f"],"output_file":"o","error_file":"e","errors":[{"message":"m"}],'
        b'"status":"RUNNING","created_at":1,"started_at":2,"total_requests":3,"succeeded_requests":1,"failed_requests":0}'
    )
    response = answer(CREATE, body)
    assert (response.status, response.native_status, response.ended) == ("in_progress", "RUNNING", False)
    assert (response.input_file_id, response.output_file_id, response.error_file_id) == ("f", "o", "e")
    assert (response.in_progress_at, response.request_counts) == (2, BatchCounts(3, 1, 0))
    assert response.errors == [BatchError("m")]


@pytest.mark.parametrize(
    "request_", [CREATE, GET, ListBatchesRequest(), CancelBatchRequest(id="1")], ids=lambda item: item.operation
)
@pytest.mark.parametrize("body", [b"{}", b'{"id":"1"}', b'{"status":"failed"}'])
def test_what_is_no_batch_is_no_answer(request_: GetBatchRequest, body: bytes) -> None:
    assert failure(request_, body).kind == "protocol"
