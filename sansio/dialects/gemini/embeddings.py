"""Texts to vectors: `:batchEmbedContents` at the Gemini API, `:predict` or `:embedContent` at Vertex AI.

https://ai.google.dev/api/embeddings and https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/text-embeddings-api
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from ...errors import LocalProtocolError
from ...types import Embedding, EmbeddingRequest, EmbeddingResponse, Extra, Usage
from ..body import json_body
from ..codec import Codec, Encoded, Reading, Terms, native_model
from ..losses import Losses
from ..operation import Piece, answering
from ..parameters import rule_for
from ..vectors import of_each_input
from .objects import merged
from .operation import GoogleOperation, given
from .paths import method_path
from .state import DIALECT

_CUT: Final = {"NONE": False, "END": True}


class VectorPiece(msgspec.Struct):
    """A vector."""

    values: list[float] | None = None


class StatisticsPiece(msgspec.Struct):
    """What one text was."""

    token_count: float | None = None


class PredictedVector(VectorPiece):
    """A vector, at Vertex AI."""

    statistics: StatisticsPiece | None = None


class PredictionPiece(msgspec.Struct):
    """What was predicted of one text."""

    embeddings: PredictedVector | None = None


class CountsPiece(msgspec.Struct, rename="camel"):
    """The usage."""

    prompt_token_count: int | None = None


class EmbeddingsPiece(Piece, rename="camel"):
    """Any of the three answers."""

    embeddings: list[VectorPiece] | None = None
    embedding: VectorPiece | None = None
    predictions: list[PredictionPiece] | None = None
    usage_metadata: CountsPiece | None = None


def _encode(request: EmbeddingRequest, terms: Terms) -> Encoded:
    model = native_model(request.model, terms.provider)
    texts = request.texts
    if texts is None:
        raise LocalProtocolError("input: the API embeds texts, and not their tokens")
    lacks = terms.provider.quirks.lacks | rule_for(terms.provider, model).lacks
    losses = Losses(DIALECT)
    _lose(request, losses, cuts="batch_embed" in lacks)
    if "batch_embed" not in lacks:
        method, members = "batchEmbedContents", _batch(request, texts, model)
    elif "predict_embed" not in lacks:
        method, members = "predict", merged(_instances(request, texts), request.extra)
    elif len(texts) == 1:
        method, members = "embedContent", merged(_content(request, texts[0]), request.extra)
    else:
        raise LocalProtocolError(f"input: {model} takes one text at a time")
    return Encoded(method_path(terms, model, method), json_body(members, None), tuple(losses.found))


def _lose(request: EmbeddingRequest, losses: Losses, *, cuts: bool) -> None:
    if request.user is not None:
        losses.drop("user", "the API has nothing like it")
    if request.output_dtype not in (None, "float"):
        losses.drop("output_dtype", "the API's numbers are floats")
    if request.truncate is not None and not (cuts and request.truncate in _CUT):
        losses.drop("truncate", "the API cuts the end of a text, or does not say")


def _batch(request: EmbeddingRequest, texts: Sequence[str], model: str) -> dict[str, object]:
    """One request for each text, with whatever the caller adds in each."""
    options = given(taskType=request.input_type, title=request.title, outputDimensionality=request.dimensions)
    name = model if "/" in model else f"models/{model}"
    extra: Extra = request.extra or {}
    return {"requests": [{"model": name, "content": {"parts": [{"text": text}]}, **options, **extra} for text in texts]}


def _instances(request: EmbeddingRequest, texts: Sequence[str]) -> dict[str, object]:
    options = given(task_type=request.input_type, title=request.title)
    parameters = given(outputDimensionality=request.dimensions, autoTruncate=_CUT.get(request.truncate or ""))
    instances = [{"content": text, **options} for text in texts]
    return given(instances=instances, parameters=parameters or None)


def _content(request: EmbeddingRequest, text: str) -> dict[str, object]:
    config = given(
        outputDimensionality=request.dimensions,
        taskType=request.input_type,
        title=request.title,
        autoTruncate=_CUT.get(request.truncate or ""),
    )
    return given(content={"parts": [{"text": text}]}, embedContentConfig=config or None)


def _answer(piece: EmbeddingsPiece) -> EmbeddingResponse | None:
    predicted = [prediction.embeddings for prediction in piece.predictions or ()]
    vectors: list[VectorPiece | None] = [*(piece.embeddings or ()), *predicted]
    if piece.embedding is not None:
        vectors.append(piece.embedding)
    found = [vector.values for vector in vectors if vector is not None and vector.values is not None]
    if not found or len(found) < len(vectors):
        return None
    counts = [
        vector.statistics.token_count for vector in predicted if vector is not None and vector.statistics is not None
    ]
    return EmbeddingResponse(
        data=[Embedding(place, values) for place, values in enumerate(found)],
        usage=_usage(piece.usage_metadata, [count for count in counts if count is not None]),
    )


def _usage(stated: CountsPiece | None, counts: Sequence[float]) -> Usage | None:
    """What is stated of the whole, or of each text."""
    tokens = stated.prompt_token_count if stated is not None else int(sum(counts)) if counts else None
    return None if tokens is None else Usage(prompt_tokens=tokens)


def _read(request: EmbeddingRequest, terms: Terms) -> Reading[EmbeddingResponse]:
    return answering(EmbeddingsPiece, of_each_input(request, _answer))(request, terms)


CODEC: Final[Codec[EmbeddingRequest, EmbeddingResponse]] = GoogleOperation(_encode, _read)
