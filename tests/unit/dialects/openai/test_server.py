from __future__ import annotations

import re

import msgspec
import pytest
from msgspec import Raw

from sansio import Failure
from sansio.dialects.openai.server import Served, decode_request, encode_response
from sansio.gateway import Connection, RawResponse, RequestRefused
from sansio.types import (
    Embedding,
    EmbeddingRequest,
    EmbeddingResponse,
    ImagePart,
    ImageUrl,
    ModerationRequest,
    ModerationResponse,
    ModerationResult,
    Quirks,
    Request,
    RerankRequest,
    RerankResponse,
    RerankResult,
    TextPart,
    Usage,
)
from tests.unit.dialects.openai.exchanged import OPENAI, answer, other, sent

OTHER = other("rerank", Quirks())
FLOATS = msgspec.structs.replace(OPENAI, quirks=Quirks())


@pytest.mark.parametrize(
    "request_",
    [
        EmbeddingRequest(model="m", input="a"),
        EmbeddingRequest(model="m", input=["a", "b"], dimensions=2, encoding_format="base64", user="u"),
        EmbeddingRequest(model="m", input=[[1], [2, 3]], extra={"x": Raw(b'{"y":1}')}),
        ModerationRequest(model="m", input="a"),
        ModerationRequest(model="m", input=[TextPart(text="a"), ImagePart(image_url=ImageUrl("http://h"))]),
        RerankRequest(model="m", query="q", documents=["a", {"t": "b"}], top_n=1, return_documents=False),
    ],
    ids=lambda request: request.operation,
)
def test_what_a_client_sends_is_what_arrives(request_: Served) -> None:
    provider = OTHER if isinstance(request_, RerankRequest) else FLOATS
    http = sent(request_, provider=provider)
    assert isinstance(http.body, bytes)
    assert decode_request(http.method, http.url + "?a=b", http.body) == request_


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/v1/embeddings"), ("POST", "/v1/embeddings/1"), ("POST", "/v1/chat/completions")]
)
def test_other_paths_are_other_apis(method: str, path: str) -> None:
    assert decode_request(method, path, b"{}") is None


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"{", "truncated"),
        (b"[]", "Expected `object`"),
        (b'{"model":"m"}', "required field `input`"),
        (b'{"model":"m","input":{}}', r"\$.input"),
        (b"\xff", "malformed"),
    ],
)
def test_what_is_no_request_is_refused(body: bytes, message: str) -> None:
    found = decode_request("POST", "/v1/embeddings", body)
    assert isinstance(found, Failure)
    assert (found.kind, found.status) == ("bad_request", 400)
    assert re.search(message, found.message), found.message


def test_a_member_that_is_called_extra_is_kept_as_one() -> None:
    found = decode_request("POST", "/v1/embeddings", b'{"model":"m","input":"a","extra":1}')
    assert found == EmbeddingRequest(model="m", input="a", extra={"extra": Raw(b"1")})


STAMPED = {"request_id": "req_1", "provider": "openai"}


@pytest.mark.parametrize("encoding_format", ["float", "base64"])
def test_vectors_come_back_as_they_were(encoding_format: str) -> None:
    request = EmbeddingRequest(model="m", input="a", encoding_format=encoding_format)
    response = EmbeddingResponse(
        data=[Embedding(0, (0.5, -2.0)), Embedding(1, (0.0, 1.0))],
        model="m",
        usage=Usage(prompt_tokens=2, total_tokens=2),
        request_id="req_0",
        provider="inner",
    )
    body = encode_response(request, response)
    assert b"req_0" not in body
    assert b"inner" not in body
    found = answer(request, body)
    assert found.vectors == ([[0.5, -2.0], [0.0, 1.0]] if encoding_format == "float" else [(0.5, -2.0), (0.0, 1.0)])
    assert (found.model, found.usage) == ("m", response.usage)


def test_a_number_beyond_float32_stays_a_number() -> None:
    request = EmbeddingRequest(model="m", input="a", encoding_format="base64")
    response = EmbeddingResponse(data=[Embedding(0, (1e300,)), Embedding(1, (1.0,))])
    assert answer(request, encode_response(request, response)).vectors == [[1e300], (1.0,)]


def test_the_other_answers_come_back_too() -> None:
    moderation = ModerationRequest(model="m", input="a")
    judged = ModerationResponse(results=[ModerationResult({"x": True}, {"x": 0.5}, flagged=True)], id="1", model="m")
    assert answer(moderation, encode_response(moderation, judged)) == msgspec.structs.replace(judged, **STAMPED)
    rerank = RerankRequest(model="m", query="q", documents=["a"])
    ranked = RerankResponse(results=[RerankResult(0, 0.5, "a")], model="m")
    assert answer(rerank, encode_response(rerank, ranked), provider=OTHER).results == ranked.results


def test_a_gateway_answers_what_its_connection_refuses() -> None:
    request: Request[EmbeddingResponse] = EmbeddingRequest(model="m", input="a")
    body = sent(request).body
    assert isinstance(body, bytes)
    connection = Connection()
    connection.receive_data(b"POST /v1/embeddings HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
    refused = connection.next_event()
    assert isinstance(refused, RequestRefused)
    asked = decode_request(refused.method, refused.target, refused.body)
    assert isinstance(asked, EmbeddingRequest)
    response = EmbeddingResponse(data=[Embedding(0, (1.0,))], model="m")
    said = connection.send(RawResponse(200, (("content-type", "application/json"),), encode_response(asked, response)))
    assert answer(request, said.partition(b"\r\n\r\n")[2]).vectors == [(1.0,)]
