"""Ollama, a server of one's own, and its cloud: https://docs.ollama.com.  Its compatible API is the dialect openai_chat."""

from __future__ import annotations

from typing import Final

from ..types import Provider, Quirks

# The paths and the quirks are those of the compatible API; https://ollama.com wants a key.
_OLLAMA: Final = Provider(
    name="ollama",
    base_url="http://localhost:11434",
    dialect="ollama",
    keyless=True,
    key_variables=("OLLAMA_API_KEY",),
    url_variables=("OLLAMA_HOST",),
    operations=frozenset({"embeddings", "models"}),
    paths={"chat": "/v1/chat/completions", "embeddings": "/v1/embeddings", "models": "/v1/models"},
    quirks=Quirks(renamed={"max_completion_tokens": "max_tokens"}, reasoning_field="reasoning"),
)

PROVIDERS: Final = (_OLLAMA,)
