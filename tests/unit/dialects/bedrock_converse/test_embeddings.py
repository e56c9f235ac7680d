"""Embeddings by models of three families."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from msgspec import Raw

import sansio
from sansio import Completed, Exchange, Failed, LocalProtocolError
from sansio.types import EmbeddingRequest, Usage

PROVIDER = sansio.provider("bedrock", region="us-east-1", api_key="key")
TITAN = "amazon.titan-embed-text-v2:0"
COHERE = "us.cohere.embed-v4:0"
NOVA = "amazon.nova-2-multimodal-embeddings-v1:0"


def sent(model: str, **members: Any) -> tuple[str, Any, list[tuple[str, str]]]:
    """The path, the body, and what was lost where."""
    of = Exchange(PROVIDER, EmbeddingRequest(model=model, **members), on_loss="drop")
    assert isinstance(of.request.body, bytes)
    path = of.request.url.partition(".com")[2]
    return path, msgspec.json.decode(of.request.body), [(loss.path, loss.action) for loss in of.losses]


def test_titan_takes_one_text() -> None:
    path, body, losses = sent(TITAN, input="hi", dimensions=256, extra={"normalize": Raw(b"false")})
    assert path == "/model/amazon.titan-embed-text-v2%3A0/invoke"
    assert (body, losses) == ({"inputText": "hi", "dimensions": 256, "normalize": False}, [])
    with pytest.raises(LocalProtocolError, match="one text"):
        sent(TITAN, input=["a", "b"])


def test_cohere_takes_many() -> None:
    _, body, losses = sent(
        COHERE, input=["a", "b"], input_type="search_query", truncate="END", dimensions=256, output_dtype="int8"
    )
    assert (body, losses) == (
        {
            "texts": ["a", "b"],
            "input_type": "search_query",
            "truncate": "END",
            "output_dimension": 256,
            "embedding_types": ["int8"],
        },
        [],
    )


def test_cohere_wants_to_know_what_for() -> None:
    _, body, losses = sent(COHERE, input="a")
    assert (body, losses) == ({"texts": ["a"], "input_type": "search_document"}, [("input_type", "filled")])


def test_nova_has_a_form_of_its_own() -> None:
    _, body, _ = sent(NOVA, input=["a"], dimensions=1024)
    text = {"truncationMode": "END", "value": "a"}
    params = {"embeddingPurpose": "GENERIC_INDEX", "embeddingDimension": 1024, "text": text}
    assert body == {"taskType": "SINGLE_EMBEDDING", "singleEmbeddingParams": params}


def test_what_a_model_does_not_take_is_lost() -> None:
    _, body, losses = sent(TITAN, input="a", user="u", encoding_format="base64", input_type="x")
    assert (body, losses) == ({"inputText": "a"}, [("user", "dropped"), ("input_type", "dropped")])


def test_tokens_and_unknown_models_are_the_callers_mistake() -> None:
    with pytest.raises(LocalProtocolError, match="tokens"):
        sent(TITAN, input=[1, 2])
    with pytest.raises(LocalProtocolError, match="not known"):
        sent("other", input="a")


@pytest.mark.parametrize(
    ("body", "vectors", "usage"),
    [
        (b'{"embedding":[1,2],"inputTextTokenCount":3}', [[1.0, 2.0]], Usage(prompt_tokens=3, total_tokens=3)),
        (b'{"embeddings":[[1],[2]],"id":"x"}', [[1.0], [2.0]], None),
        (b'{"embeddings":{"int8":[[1],[2]]}}', [[1.0], [2.0]], None),
        (
            b'{"embeddings":[{"embeddingType":"TEXT","embedding":[1]}],"inputTokenCount":4}',
            [[1.0]],
            Usage(prompt_tokens=4, total_tokens=4),
        ),
    ],
)
def test_answers(body: bytes, vectors: object, usage: Usage | None) -> None:
    of = Exchange(PROVIDER, EmbeddingRequest(model=TITAN, input="a"))
    of.receive_head(200, [])
    of.receive_data(body)
    of.receive_eof()
    assert isinstance(of.outcome, Completed)
    assert (of.outcome.response.vectors, of.outcome.response.usage) == (vectors, usage)


@pytest.mark.parametrize("body", [b"{}", b'{"embeddings":{}}', b'{"embeddings":[{}]}'])
def test_what_is_no_answer(body: bytes) -> None:
    of = Exchange(PROVIDER, EmbeddingRequest(model=TITAN, input="a"))
    of.receive_head(200, [])
    of.receive_data(body)
    of.receive_eof()
    assert isinstance(of.outcome, Failed)
