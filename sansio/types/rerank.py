"""Documents by their relevance to a query, as Cohere, Jina, Voyage, Together and others rank them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar, TypeAlias

import msgspec

from .content import Extra
from .request import Request, Response
from .usage import Usage

Document: TypeAlias = str | Mapping[str, object]
"""A text, or an object with fields."""


class RerankRequest(Request["RerankResponse"], frozen=True, kw_only=True, omit_defaults=True):
    """The `top_n` of the documents that are most relevant to `query`, all of them if that is None.

    `rank_fields` are the fields of documents that count.  `extra` holds further top-level fields.
    """

    operation: ClassVar[str] = "rerank"

    model: str
    query: str
    documents: Sequence[Document]
    top_n: int | None = None
    return_documents: bool | None = None
    max_tokens_per_doc: int | None = None
    rank_fields: Sequence[str] | None = None
    truncation: bool | None = None
    extra: Extra | None = None


class RerankResult(msgspec.Struct, frozen=True, omit_defaults=True):
    """The document at `index` of the request, and how relevant it is: by most models 0 to 1, by some a logit."""

    index: int
    relevance_score: float
    document: Document | None = None


class RerankResponse(Response, frozen=True, omit_defaults=True):
    """The results, the most relevant first; `search_units` is what Cohere and others bill."""

    results: Sequence[RerankResult]
    id: str | None = None
    model: str | None = None
    usage: Usage | None = None
    search_units: float | None = None
