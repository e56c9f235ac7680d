"""Texts to vectors."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec import Raw

from sansio.errors import LocalProtocolError
from sansio.types import EmbeddingRequest, EmbeddingResponse, Usage
from tests.unit.dialects.gemini.by_hand import VERTEX, encoded, lost, read, sent

ALL: dict[str, Any] = {"dimensions": 3, "input_type": "RETRIEVAL_DOCUMENT", "title": "t"}


def test_the_gemini_api_takes_a_batch() -> None:
    request = EmbeddingRequest(model="gemini-embedding-001", input=["a", "b"], extra={"x": Raw(b"1")}, **ALL)
    assert encoded(request).request.url.endswith("/models/gemini-embedding-001:batchEmbedContents")
    options = {"taskType": "RETRIEVAL_DOCUMENT", "title": "t", "outputDimensionality": 3, "x": 1}
    model = "models/gemini-embedding-001"
    assert sent(request) == {
        "requests": [{"model": model, "content": {"parts": [{"text": text}]}, **options} for text in "ab"]
    }
    assert sent(EmbeddingRequest(model="models/x", input="a"))["requests"][0]["model"] == "models/x"


def test_vertex_ai_predicts() -> None:
    request = EmbeddingRequest(
        model="text-embedding-005", input=["a"], truncate="END", extra={"parameters": Raw(b'{"x":1}')}, **ALL
    )
    assert encoded(request, VERTEX).request.url.endswith("/publishers/google/models/text-embedding-005:predict")
    assert sent(request, VERTEX) == {
        "instances": [{"content": "a", "task_type": "RETRIEVAL_DOCUMENT", "title": "t"}],
        "parameters": {"outputDimensionality": 3, "autoTruncate": True, "x": 1},
    }
    assert sent(EmbeddingRequest(model="m", input="a"), VERTEX) == {"instances": [{"content": "a"}]}


def test_newer_models_of_vertex_ai_take_one_content() -> None:
    request = EmbeddingRequest(model="gemini-embedding-2", input="a", truncate="NONE", **ALL)
    assert encoded(request, VERTEX).request.url.endswith("/gemini-embedding-2:embedContent")
    assert sent(request, VERTEX) == {
        "content": {"parts": [{"text": "a"}]},
        "embedContentConfig": {
            "outputDimensionality": 3,
            "taskType": "RETRIEVAL_DOCUMENT",
            "title": "t",
            "autoTruncate": False,
        },
    }
    with pytest.raises(LocalProtocolError, match="one text at a time"):
        encoded(EmbeddingRequest(model="gemini-embedding-2", input=["a", "b"]), VERTEX)


def test_tokens_are_no_texts() -> None:
    with pytest.raises(LocalProtocolError, match="texts"):
        encoded(EmbeddingRequest(model="m", input=[1, 2]))


def test_losses() -> None:
    request = EmbeddingRequest(model="m", input="a", user="u", output_dtype="int8", truncate="END")
    assert lost(request) == [("user", "dropped"), ("output_dtype", "dropped"), ("truncate", "dropped")]
    assert lost(EmbeddingRequest(model="m", input="a", truncate="END"), VERTEX) == []
    assert lost(EmbeddingRequest(model="m", input="a", truncate="START"), VERTEX) == [("truncate", "dropped")]
    assert lost(EmbeddingRequest(model="m", input="a", output_dtype="float", encoding_format="base64")) == []


ANSWERS: list[Any] = [
    ({"embeddings": [{"values": [1, 2]}, {"values": [3.5]}]}, [[1, 2], [3.5]], None),
    ({"embedding": {"values": [1]}, "usageMetadata": {"promptTokenCount": 3}}, [[1]], Usage(3)),
    (
        {"predictions": [{"embeddings": {"values": [1], "statistics": {"token_count": n}}} for n in (3, 4)]},
        [[1], [1]],
        Usage(7),
    ),
    ({"predictions": [{"embeddings": {"values": [1]}}]}, [[1]], None),
    ({"predictions": [{"embeddings": {"values": [1], "statistics": {}}}]}, [[1]], None),
]


@pytest.mark.parametrize(("body", "vectors", "usage"), ANSWERS)
def test_answers(body: object, vectors: object, usage: Usage | None) -> None:
    response = read(encoded(EmbeddingRequest(model="m", input="a")), body)
    assert isinstance(response, EmbeddingResponse)
    assert (response.vectors, response.usage) == (vectors, usage)


OTHERS: list[Any] = [{}, {"embeddings": []}, {"embeddings": [{}]}, {"predictions": [{}]}]


@pytest.mark.parametrize("body", OTHERS)
def test_what_is_no_answer(body: Any) -> None:
    assert read(encoded(EmbeddingRequest(model="m", input="a")), body).kind == "protocol"
