"""Cohere: https://docs.cohere.com/reference/about.  Its compatible API is the dialect openai_chat."""

from __future__ import annotations

from typing import Final

from ..types import ModelRule, Provider, Quirks

# Their answers have 32,000 tokens, of which the API wants some left for the text.
_BUDGETS: Final = {"minimal": 1024, "low": 1024, "medium": 4096, "high": 16_384, "xhigh": 24_576, "max": 28_672}

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
    quirks=Quirks(models=(ModelRule(pattern=r"command-a-(?:reasoning|plus)(?:-.*)?", budgets=_BUDGETS),)),
)

PROVIDERS: Final = (_COHERE,)
