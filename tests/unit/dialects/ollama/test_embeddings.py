"""Embeddings."""

from __future__ import annotations

import json
from typing import Any

import pytest
from msgspec import Raw

import sansio
from sansio import Exchange, LocalProtocolError
from sansio.events import Completed, Failed
from sansio.types import Embedding, EmbeddingRequest, EmbeddingResponse, Usage

_OLLAMA = sansio.provider("ollama")


def _exchange(**members: Any) -> Exchange[EmbeddingResponse]:
    whole: dict[str, Any] = {"model": "e", "input": "hi", **members}
    return Exchange(_OLLAMA, EmbeddingRequest(**whole), on_loss="drop")


def _answered(body: bytes, status: int = 200) -> Completed[EmbeddingResponse] | Failed:
    exchange = _exchange()
    exchange.receive_head(status, [("content-type", "application/json")])
    exchange.receive_data(body)
    exchange.receive_eof()
    assert exchange.outcome is not None
    return exchange.outcome


@pytest.mark.parametrize(
    ("members", "body", "losses"),
    [
        ({}, {"input": "hi"}, []),
        (
            {"input": ["a"], "dimensions": 9, "truncate": "NONE", "output_dtype": "float"},
            {"input": ["a"], "dimensions": 9, "truncate": False},
            [],
        ),
        (
            {"truncate": "END", "extra": {"keep_alive": Raw(b"0")}},
            {"input": "hi", "truncate": True, "keep_alive": 0},
            [],
        ),
        (
            {"truncate": "START", "user": "u", "input_type": "t", "title": "x", "output_dtype": "int8"},
            {"input": "hi"},
            ["user", "input_type", "title", "output_dtype", "truncate"],
        ),
    ],
)
def test_the_body(members: dict[str, Any], body: dict[str, Any], losses: list[str]) -> None:
    exchange = _exchange(**members)
    assert exchange.request.url == "http://localhost:11434/api/embed"
    assert isinstance(exchange.request.body, bytes)
    assert json.loads(exchange.request.body) == {"model": "e", **body}
    assert [loss.path for loss in exchange.losses] == losses


def test_tokens_are_no_texts() -> None:
    with pytest.raises(LocalProtocolError, match="tokens"):
        _exchange(input=[1, 2])


def test_the_answer() -> None:
    end = _answered(b'{"model":"e","embeddings":[[1,2.5],[3,4]],"prompt_eval_count":8}')
    assert isinstance(end, Completed)
    assert end.response.vectors == [[1, 2.5], [3, 4]]
    assert (end.response.model, end.response.usage) == ("e", Usage(8))
    end = _answered(b'{"embeddings":[[1]]}')
    assert isinstance(end, Completed)
    assert (end.response.data, end.response.usage) == ([Embedding(0, [1])], None)


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (200, b"{}", "protocol"),
        (200, b'{"error":"broke"}', "server_error"),
        (400, b'{"error":"the input length exceeds the context length"}', "context_window"),
    ],
)
def test_what_is_no_answer(status: int, body: bytes, kind: str) -> None:
    end = _answered(body, status)
    assert isinstance(end, Failed)
    assert end.failure.kind == kind
