"""Vectors and the inputs that they stand for, in every dialect that has them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

import sansio
from sansio import Completed, Exchange, Failed
from sansio.dialects.documents import Unanswered
from sansio.dialects.vectors import of_each_input
from sansio.types import Embedding, EmbeddingInput, EmbeddingRequest, EmbeddingResponse, Usage


def _read(input_: EmbeddingInput, *indexes: int) -> EmbeddingResponse | Unanswered | None:
    read = of_each_input(EmbeddingRequest(model="m", input=input_), _answer)
    return read([Embedding(index, [float(index)]) for index in indexes])


def _answer(data: Sequence[Embedding]) -> EmbeddingResponse:
    return EmbeddingResponse(data=data, usage=Usage(3))


@pytest.mark.parametrize(
    ("input_", "count"),
    [("a", 1), (["a"], 1), (["a", "b"], 2), ([1, 2, 3], 1), ([[1, 2], [3]], 2), ([], 0)],
)
def test_each_input_wants_its_vector(input_: EmbeddingInput, count: int) -> None:
    found = _read(input_, *reversed(range(count)))
    assert isinstance(found, EmbeddingResponse)
    assert [item.index for item in found.data] == list(range(count))
    for fewer in range(count):
        short = _read(input_, *range(fewer))
        assert isinstance(short, Unanswered)
        assert short.failure.kind == "protocol"
        assert short.failure.message == f"there are {fewer} vectors, and {count} inputs"
        assert short.usage == Usage(3)


def test_what_is_no_answer_stays_none() -> None:
    assert of_each_input(EmbeddingRequest(model="m", input="a"), lambda _: None)(b"") is None


_ANSWERS: dict[str, tuple[bytes, bytes]] = {
    "bedrock": (b'{"embeddings":{"float":[%b]}}', b"[0.5]"),
    "cohere": (b'{"embeddings":{"float":[%b]}}', b"[0.5]"),
    "gemini": (b'{"embeddings":[%b]}', b'{"values":[0.5]}'),
    "mistral": (b'{"data":[%b]}', b'{"embedding":[0.5]}'),
    "ollama": (b'{"embeddings":[%b]}', b"[0.5]"),
    "openai": (b'{"data":[%b]}', b'{"embedding":[0.5]}'),
    "vertex_ai": (b'{"predictions":[%b]}', b'{"embeddings":{"values":[0.5]}}'),
}


@pytest.mark.parametrize("name", _ANSWERS)
def test_in_every_dialect(name: str) -> None:
    body, vector = _ANSWERS[name]
    options: dict[str, dict[str, Any]] = {"bedrock": {"region": "us-east-1"}, "vertex_ai": {"project": "p"}}
    provider = sansio.provider(name, api_key="k", **options.get(name, {}))
    request = EmbeddingRequest(model="cohere.embed-v4" if name == "bedrock" else "m", input=["a", "b"])
    for count, kind in ((2, Completed), (1, Failed)):
        exchange = Exchange(provider, request)
        exchange.receive_head(200, ())
        exchange.receive_data(body % b",".join([vector] * count))
        exchange.receive_eof()
        assert isinstance(exchange.outcome, kind)
