"""Mistral: https://docs.mistral.ai/api.  Unknown members of a request are refused, and some parts have forms of their own."""

from __future__ import annotations

from typing import Final

from ..types import ModelRule, Provider, Quirks

MISTRAL_MODELS: Final = (
    ModelRule(
        pattern=r"(codestral|devstral|ministral|mistral-large|mistral-nemo|open-|pixtral).*",
        forbidden=frozenset({"reasoning_effort"}),
    ),
)

_MISTRAL: Final = Provider(
    name="mistral",
    base_url="https://api.mistral.ai/v1",
    dialect="openai_chat",
    key_variables=("MISTRAL_API_KEY",),
    operations=frozenset({"embeddings", "files", "models", "moderation", "speech", "transcription"}),
    quirks=Quirks(
        renamed={"max_completion_tokens": "max_tokens", "seed": "random_seed"},
        spelled={"tool_choice": {"required": "any"}},
        forbidden=frozenset({"audio", "logit_bias", "min_p", "modalities", "moderation", "prompt_cache_options"})
        | {"prompt_cache_retention", "safety_identifier", "store", "stream_options", "thinking", "user", "verbosity"}
        | {"web_search_options"},
        roles={"developer": "system"},
        named=frozenset({"tool"}),
        forms={
            "file": "document",
            "input_audio": "text",
            "parameters": "required",
            "prediction": "text",
            "reasoning": "thinking_part",
            "text": "joined",
        },
        usage_switch=False,
        # The two of calls in the words of its error: "Not the same number of function calls and responses".
        lacks=frozenset({"end_unprefixed", "functions", "long_ids", "no_messages", "silent_answers", "user_after_tool"})
        | {"stray_results", "unanswered_calls"},
        models=MISTRAL_MODELS,
        operations={
            "embeddings": Quirks(renamed={"dimensions": "output_dimension"}, beyond=frozenset({"output_dtype"})),
            "speech": Quirks(forms={"answer": "json"}),
            "transcription": Quirks(beyond=frozenset({"diarize"})),
        },
    ),
)

PROVIDERS: Final = (_MISTRAL,)
