from __future__ import annotations

import pytest

from sansio import ChatResponse, Failure, LocalProtocolError
from sansio.types import (
    BatchResult,
    BatchResults,
    BatchResultsRequest,
    EmbeddingResponse,
    Image,
    ImageResponse,
    ModerationResponse,
)
from tests.unit.dialects.openai.exchanged import answer, events, exchange, failure, header, sent

REQUEST = BatchResultsRequest(id="batch_1", output_file_id="file/1")
CHAT = (
    b'{"id":"c","object":"chat.completion","created":1,"model":"m",'
    b'"choices":[{"index":0,"message":{"role":"assistant","content":"4"},"finish_reason":"stop"}]}'
)
VECTOR = b'{"object":"list","data":[{"index":0,"embedding":[0.5]}],"model":"m"}'
MODERATION = b'{"id":"modr-1","model":"m","results":[{"flagged":true,"categories":{},"category_scores":{}}]}'
IMAGES = b'{"created":1,"data":[{"b64_json":"QQ=="}]}'
RESPONSE = (
    b'{"id":"r","object":"response","status":"completed","model":"m","created_at":1,"output":[{"type":"message",'
    b'"id":"msg","role":"assistant","content":[{"type":"output_text","text":"4"}]}]}'
)


def line(custom_id: str, body: bytes, status: int = 200) -> bytes:
    said = b'{"id":"b","custom_id":"%b","response":{"status_code":%d,"request_id":"req_9","body":%b},"error":null}\n'
    return said % (custom_id.encode(), status, body)


def one(body: bytes, *, stream: bool = False) -> BatchResult:
    (result,) = answer(REQUEST, body, stream=stream).results
    return result


def test_the_request_on_the_wire() -> None:
    request = sent(REQUEST)
    assert (request.method, request.url) == ("GET", "https://api.openai.com/v1/files/file%2F1/content")
    assert (request.body, header(request, "accept")) == (b"", "*/*")
    with pytest.raises(LocalProtocolError, match="output_file_id"):
        exchange(BatchResultsRequest(id="batch_1"))


@pytest.mark.parametrize("stream", [False, True])
def test_results_of_all_kinds(stream: bool) -> None:
    body = (
        line("b", CHAT)
        + b"\n"
        + line("a", VECTOR)
        + line("c", RESPONSE)
        + line("d", MODERATION)
        + line("e", IMAGES)[:-1]
    )
    deltas, _ = events(REQUEST, body, stream=stream)
    assert deltas == []
    results = answer(REQUEST, body, stream=stream)
    assert isinstance(results, BatchResults)
    assert (results.request_id, results.provider) == ("req_1", "openai")
    assert [result.custom_id for result in results.results] == ["b", "a", "c", "d", "e"]
    chat, vector, response, moderation, images = [result.outcome for result in results.results]
    assert isinstance(chat, ChatResponse)
    assert (chat.text, chat.request_id, chat.provider) == ("4", "req_9", "openai")
    assert isinstance(vector, EmbeddingResponse)
    assert vector.vectors == [[0.5]]
    assert isinstance(response, ChatResponse)
    assert (response.text, response.id) == ("4", "r")
    assert isinstance(moderation, ModerationResponse)
    assert (moderation.results[0].flagged, moderation.request_id) == (True, "req_9")
    assert isinstance(images, ImageResponse)
    assert (images.data, images.request_id) == ([Image(b64_json="QQ==")], "req_9")
    assert results["a"].outcome is vector
    with pytest.raises(KeyError):
        results["f"]


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (line("a", b'{"error":{"message":"long","code":"context_length_exceeded"}}', 400), "context_window", 400),
        (line("a", b'{"error":{"message":"slow"}}', 429), "rate_limited", 429),
        (line("a", CHAT[:-1] + b',"error":{"code":"insufficient_quota","message":"no"}}'), "quota_exceeded", None),
        (line("a", b"{}"), "protocol", None),
        (line("a", b"7"), "protocol", None),
        (line("a", b'{"results":7}'), "protocol", None),
        (line("a", b'{"data":[],"error":{"message":"no"}}'), "server_error", None),
        (b'{"custom_id":"a","response":null,"error":{"code":"server_error","message":"no"}}', "server_error", None),
        (b'{"custom_id":"a"}', "server_error", None),
    ],
)
def test_a_request_that_failed_is_a_failure(body: bytes, kind: str, status: int | None) -> None:
    outcome = one(body).outcome
    assert isinstance(outcome, Failure)
    assert (outcome.kind, outcome.status, outcome.provider) == (kind, status, "openai")
    assert outcome.message


def test_a_result_without_a_status_is_a_success() -> None:
    assert isinstance(one(b'{"custom_id":"a","response":{"body":%b}}' % CHAT).outcome, ChatResponse)


@pytest.mark.parametrize("stream", [False, True])
def test_no_results_are_an_answer(stream: bool) -> None:
    assert answer(REQUEST, b"", stream=stream).results == []


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("body", [b"{\n", line("a", CHAT) + b'{"custom_id"\n', b'{"error":{"message":"no"}}', b"{}"])
def test_what_is_no_result_is_no_answer(body: bytes, stream: bool) -> None:
    assert failure(REQUEST, body, stream=stream).kind in {"protocol", "server_error"}
