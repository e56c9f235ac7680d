"""Cohere: https://docs.cohere.com/reference/about.  Its compatible API is the dialect openai_chat."""

from __future__ import annotations

from typing import Final

from ..types import Provider

# The paths are those of the compatible API, which counts in streams as it is asked to.
_COHERE: Final = Provider(
    name="cohere",
    base_url="https://api.cohere.com",
    dialect="cohere",
    key_variables=("CO_API_KEY", "COHERE_API_KEY"),
    url_variables=("CO_API_URL",),
    operations=frozenset({"embeddings", "models", "rerank"}),
    paths={
        "chat": "/compatibility/v1/chat/completions",
        "embeddings": "/compatibility/v1/embeddings",
        "rerank": "/v2/rerank",
    },
)

PROVIDERS: Final = (_COHERE,)
