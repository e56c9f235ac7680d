"""Texts to vectors: https://platform.openai.com/docs/api-reference/embeddings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, TypeAlias

import msgspec

from .content import Extra
from .request import Request, Response
from .usage import Usage

EmbeddingInput: TypeAlias = str | Sequence[str | int | Sequence[int]]
"""One text, or several; or the tokens of one, or of several."""


class EmbeddingRequest(Request["EmbeddingResponse"], frozen=True, kw_only=True, omit_defaults=True):
    """A vector for each text of `input`.

    `dimensions` shortens the vectors.  `encoding_format` is how they travel, float or base64; they arrive as numbers in any
    case.  Cohere, Gemini, Voyage and NVIDIA want to know what the vectors are for: `input_type` is the API's own word
    (search_query, RETRIEVAL_DOCUMENT, passage), and `title` that of a document.  `output_dtype` asks for float, int8,
    uint8, binary or ubinary; the last two pack eight dimensions into a number.  `truncate` says what happens to a text that is too
    long: NONE, START or END.  `extra` holds further top-level fields.
    """

    operation: ClassVar[str] = "embeddings"

    model: str
    input: EmbeddingInput
    dimensions: int | None = None
    encoding_format: str | None = None
    user: str | None = None
    input_type: str | None = None
    title: str | None = None
    output_dtype: str | None = None
    truncate: str | None = None
    extra: Extra | None = None

    @property
    def texts(self) -> Sequence[str] | None:
        """The texts, one as a list of one; None where there are tokens instead."""
        if isinstance(self.input, str):
            return [self.input]
        texts = [item for item in self.input if isinstance(item, str)]
        return texts if len(texts) == len(self.input) else None


class Embedding(msgspec.Struct, frozen=True, tag_field="object", tag="embedding"):
    """The vector of the text at `index`."""

    index: int
    embedding: Sequence[float]


class EmbeddingResponse(Response, frozen=True, omit_defaults=True, tag_field="object", tag="list"):
    """The vectors, in the order of the texts."""

    data: Sequence[Embedding]
    model: str = ""
    usage: Usage | None = None
    id: str | None = None

    @property
    def vectors(self) -> Sequence[Sequence[float]]:
        """The vectors by the index of their text."""
        return [item.embedding for item in sorted(self.data, key=_index)]


def _index(item: Embedding) -> int:
    return item.index
