from __future__ import annotations

import re

import msgspec
import pytest
from msgspec import Raw

from sansio import Failure, LocalProtocolError
from sansio.dialects.openai.server import SERVER
from sansio.dialects.served import Asked, Served
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
    RerankRequest,
    RerankResponse,
    RerankResult,
    TextPart,
    Usage,
)
from tests.unit.dialects.openai.exchanged import OPENAI, answer, other, sent

OTHER = other("rerank", Quirks())
FLOATS = msgspec.structs.replace(OPENAI, quirks=Quirks())


def asked(request: Served) -> Asked:
    """What arrives of a request that was sent."""
    http = sent(request, provider=OTHER if isinstance(request, RerankRequest) else FLOATS)
    assert isinstance(http.body, bytes)
    found = SERVER.decode(http.method, http.url + "?a=b", (), http.body)
    assert isinstance(found, Asked)
    return found


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
    assert asked(request_).request == request_


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"{", "truncated"),
        (b"[]", "Expected `object`"),
        (b'{"model":"m"}', "Missing required parameter: 'input'"),
        (b'{"model":"m","input":{}}', "Invalid type for 'input'"),
        (b"\xff", "malformed"),
    ],
)
def test_what_is_no_request_is_refused(body: bytes, message: str) -> None:
    found = SERVER.decode("POST", "/v1/embeddings/", (), body)
    assert isinstance(found, Failure)
    assert (found.kind, found.status) == ("bad_request", 400)
    assert re.search(message, found.message), found.message


def test_other_methods_are_refused() -> None:
    found = SERVER.decode("GET", "/v1/embeddings", (), b"")
    assert isinstance(found, Failure)
    assert found.status == 405


def test_a_member_that_is_called_extra_is_kept_as_one() -> None:
    found = SERVER.decode("POST", "/v1/embeddings", (), b'{"model":"m","input":"a","extra":1}')
    assert isinstance(found, Asked)
    assert found.request == EmbeddingRequest(model="m", input="a", extra={"extra": Raw(b"1")})


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
    body = asked(request).encode(response)
    assert b"req_0" not in body
    assert b"inner" not in body
    found = answer(request, body)
    assert found.vectors == ([[0.5, -2.0], [0.0, 1.0]] if encoding_format == "float" else [(0.5, -2.0), (0.0, 1.0)])
    assert (found.model, found.usage) == ("m", response.usage)


def test_a_number_beyond_float32_stays_a_number() -> None:
    request = EmbeddingRequest(model="m", input="a", encoding_format="base64")
    response = EmbeddingResponse(data=[Embedding(0, (1e300,)), Embedding(1, (1.0,))])
    assert answer(request, asked(request).encode(response)).vectors == [[1e300], (1.0,)]


def test_the_other_answers_come_back_too() -> None:
    moderation = ModerationRequest(model="m", input="a")
    judged = ModerationResponse(results=[ModerationResult({"x": True}, {"x": 0.5}, flagged=True)], id="1", model="m")
    assert answer(moderation, asked(moderation).encode(judged)) == msgspec.structs.replace(judged, **STAMPED)
    rerank = RerankRequest(model="m", query="q", documents=["a"])
    ranked = RerankResponse(results=[RerankResult(0, 0.5, "a")], model="m")
    assert answer(rerank, asked(rerank).encode(ranked), provider=OTHER).results == ranked.results


def test_each_request_has_its_own_answer() -> None:
    with pytest.raises(LocalProtocolError, match="answered by a ModerationResponse"):
        asked(ModerationRequest(model="m", input="a")).encode(RerankResponse(results=[], model="m"))
