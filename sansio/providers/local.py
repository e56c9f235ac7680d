"""Servers of one's own that speak OpenAI's chat completions, with a key or without: vLLM, llama.cpp, and any other."""

from __future__ import annotations

from typing import Final

from ..types import Provider, Quirks

# https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html
_VLLM: Final = Provider(
    name="vllm",
    base_url="http://localhost:8000/v1",
    dialect="openai_chat",
    keyless=True,
    key_variables=("VLLM_API_KEY",),
    url_variables=("VLLM_BASE_URL",),
    operations=frozenset({"embeddings", "models", "rerank", "transcription"}),
    quirks=Quirks(reasoning_field="reasoning"),
)

# https://github.com/ggml-org/llama.cpp/tree/master/tools/server
_LLAMACPP: Final = Provider(
    name="llamacpp",
    base_url="http://localhost:8080/v1",
    dialect="openai_chat",
    keyless=True,
    key_variables=("LLAMA_API_KEY",),
    url_variables=("LLAMACPP_BASE_URL",),
    operations=frozenset({"embeddings", "models", "rerank"}),
    quirks=Quirks(renamed={"repetition_penalty": "repeat_penalty"}, reasoning_field="reasoning_content"),
)

# LM Studio, a gateway, or whatever else is at a URL of the caller's.
_ANY: Final = Provider(
    name="openai_compatible",
    base_url="",
    dialect="openai_chat",
    keyless=True,
    operations=frozenset(
        {"batches", "embeddings", "files", "images", "models", "moderation", "rerank", "speech", "transcription"}
    ),
    quirks=Quirks(
        reasoning_field="reasoning_content",
        # What some servers take, and OpenAI does not; whoever asks for it knows the server.
        operations={
            "embeddings": Quirks(beyond=frozenset({"input_type", "output_dtype", "truncate"})),
            "images": Quirks(beyond=frozenset({"aspect_ratio", "negative_prompt", "resolution", "seed"})),
            "rerank": Quirks(beyond=frozenset({"max_tokens_per_doc", "rank_fields", "truncation"})),
        },
    ),
)

PROVIDERS: Final = (_ANY, _LLAMACPP, _VLLM)
