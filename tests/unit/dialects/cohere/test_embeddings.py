"""Embeddings."""

from __future__ import annotations

import json
import struct
from base64 import b64encode
from typing import Any

import pytest
from msgspec import Raw

import sansio
from sansio import Exchange, LocalProtocolError
from sansio.events import Completed, Failed
from sansio.types import EmbeddingRequest, EmbeddingResponse, PromptTokensDetails, Usage

_COHERE = sansio.provider("cohere", api_key="k")


def _exchange(**members: Any) -> Exchange[EmbeddingResponse]:
    whole: dict[str, Any] = {"model": "cohere/e", "input": "hi", **members}
    return Exchange(_COHERE, EmbeddingRequest(**whole), on_loss="drop")


def _body(exchange: Exchange[EmbeddingResponse]) -> dict[str, Any]:
    assert exchange.request.url == "https://api.cohere.com/v2/embed"
    assert isinstance(exchange.request.body, bytes)
    whole: dict[str, Any] = json.loads(exchange.request.body)
    assert whole.pop("model") == "e"
    return whole


def _answered(body: bytes, **members: Any) -> Completed[EmbeddingResponse] | Failed:
    exchange = _exchange(**members)
    exchange.receive_head(200, [("content-type", "application/json")])
    exchange.receive_data(body)
    exchange.receive_eof()
    assert exchange.outcome is not None
    return exchange.outcome


@pytest.mark.parametrize(
    ("members", "body"),
    [
        ({}, {"texts": ["hi"], "input_type": "search_document"}),
        (
            {"input": ["a", "b"], "input_type": "search_query", "dimensions": 256, "truncate": "START"},
            {"texts": ["a", "b"], "input_type": "search_query", "output_dimension": 256, "truncate": "START"},
        ),
        (
            {"output_dtype": "int8"},
            {"texts": ["hi"], "input_type": "search_document", "embedding_types": ["int8"]},
        ),
        (
            {"encoding_format": "base64"},
            {"texts": ["hi"], "input_type": "search_document", "embedding_types": ["base64"]},
        ),
        ({"encoding_format": "float"}, {"texts": ["hi"], "input_type": "search_document"}),
        (
            {"input": [], "input_type": "image", "extra": {"images": Raw(b'["u"]')}},
            {"input_type": "image", "images": ["u"]},
        ),
    ],
)
def test_the_body(members: dict[str, Any], body: dict[str, Any]) -> None:
    assert _body(_exchange(**members)) == body


def test_losses() -> None:
    losses = _exchange(user="u", title="t").losses
    assert [f"{loss.path} {loss.action}" for loss in losses] == ["user dropped", "title dropped", "input_type filled"]
    with pytest.raises(LocalProtocolError, match="tokens"):
        _exchange(input=[1, 2])


def test_the_answer() -> None:
    meta = {"billed_units": {"input_tokens": 3.0, "image_tokens": 2}}
    body = json.dumps({"id": "x", "embeddings": {"float": [[1, 2.5], [3, 4]]}, "meta": meta}).encode()
    end = _answered(body)
    assert isinstance(end, Completed)
    assert end.response.vectors == [[1, 2.5], [3, 4]]
    assert (end.response.id, end.response.model) == ("x", "e")
    assert end.response.usage == Usage(3, prompt_tokens_details=PromptTokensDetails(image_tokens=2))


def test_base64() -> None:
    text = b64encode(struct.pack("<2f", 1.0, -2.5)).decode()
    meta = {"billed_units": {"images": 1, "image_tokens": 300}}
    end = _answered(json.dumps({"embeddings": {"float": [[1]]}, "meta": meta}).encode())
    assert isinstance(end, Completed)
    assert end.response.usage == Usage(300, prompt_tokens_details=PromptTokensDetails(image_tokens=300))

    end = _answered(json.dumps({"embeddings": {"base64": [text]}, "meta": {"billed_units": {}}}).encode())
    assert isinstance(end, Completed)
    assert [list(vector) for vector in end.response.vectors] == [[1.0, -2.5]]
    assert end.response.usage is None


@pytest.mark.parametrize(
    "body",
    [
        b"{}",
        b'{"embeddings":{}}',
        b'{"embeddings":{"base64":["AAA="]}}',
        b'{"embeddings":{"base64":["A"]}}',
    ],
)
def test_what_is_no_answer(body: bytes) -> None:
    end = _answered(body)
    assert isinstance(end, Failed)
    assert end.failure.kind == "protocol"


def test_an_error() -> None:
    exchange = _exchange()
    exchange.receive_head(429, [])
    exchange.receive_data(b'{"message":"You are using a Trial key, which is limited to 1000 API calls / month"}')
    exchange.receive_eof()
    assert isinstance(exchange.outcome, Failed)
    assert exchange.outcome.failure.kind == "quota_exceeded"
