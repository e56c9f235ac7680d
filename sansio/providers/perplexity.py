"""Perplexity: https://docs.perplexity.ai/api-reference.  Instructions stand in front, then the user and the model take turns."""

from __future__ import annotations

from typing import Final

from ..types import ModelRule, Provider, Quirks

_PERPLEXITY: Final = Provider(
    name="perplexity",
    base_url="https://api.perplexity.ai",
    dialect="openai_chat",
    key_variables=("PERPLEXITY_API_KEY",),
    url_variables=("PERPLEXITY_BASE_URL",),
    operations=frozenset({"embeddings", "models"}),
    paths={"embeddings": "/v1/embeddings", "models": "/v1/models", "responses": "/v1/responses"},
    quirks=Quirks(
        renamed={"max_completion_tokens": "max_tokens"},
        forbidden=frozenset({"audio", "logit_bias", "metadata", "min_p", "modalities", "moderation", "prediction"})
        | {"prompt_cache_options", "prompt_cache_retention", "repetition_penalty", "safety_identifier", "seed", "store"}
        | {"stream_options", "thinking", "user", "verbosity"},
        roles={"developer": "system"},
        forms={"file_url": "part"},
        usage_switch=False,
        lacks=frozenset({"assistant_first", "end_unasked", "late_instructions", "no_messages", "repeated_roles"}),
        models=(ModelRule(pattern=r".*", refused={"response_format": frozenset({"json_object"})}),),
        operations={"embeddings": Quirks(members={"encoding_format": "base64_int8"})},  # the default, said aloud
    ),
)

PROVIDERS: Final = (_PERPLEXITY,)
