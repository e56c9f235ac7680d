"""OpenAI: https://platform.openai.com/docs/api-reference."""

from __future__ import annotations

from typing import Final

from ..types import ModelRule, Provider, Quirks

_SAMPLING: Final = frozenset(
    {"frequency_penalty", "logit_bias", "logprobs", "presence_penalty", "temperature", "top_logprobs", "top_p"}
)
_MAX_TOKENS: Final = {"max_tokens": "max_completion_tokens"}

# The API refuses all of these, the last three in the words of its errors and of its OpenAPI document.
OPENAI_REFUSED: Final = frozenset({"unanswered_calls", "stray_results", "empty_content", "no_messages"})
OPENAI_LACKS: Final = frozenset({"min_p", "repetition_penalty", "thinking", "top_k"})
_REASONING: Final = _SAMPLING | {"prediction", "stop", "web_search_options"}
_O_SERIES: Final = _SAMPLING | {"parallel_tool_calls", "prediction", "verbosity", "web_search_options"}

# Fine-tunes and ids that no rule names are sent as they are.
OPENAI_MODELS: Final = (
    ModelRule(pattern=r".*-search(-.*)?"),  # who alone takes options for searching
    ModelRule(pattern=r"(gpt-3\.5|gpt-4|chatgpt-4).*", forbidden=frozenset({"reasoning_effort", "verbosity"})),
    ModelRule(pattern=r"o[34]\d*(-.*)?", renamed=_MAX_TOKENS, forbidden=_O_SERIES | {"stop"}),
    ModelRule(pattern=r"o\d+(-.*)?", renamed=_MAX_TOKENS, forbidden=_O_SERIES),
    ModelRule(pattern=r"gpt-5-chat.*"),  # no reasoning model, unlike gpt-5.1-chat
    ModelRule(
        pattern=r"gpt-5\.[1-9]\d*(-.*)?",
        renamed=_MAX_TOKENS,
        forbidden=_REASONING,
        refused={"reasoning_effort": frozenset({"minimal"})},
        lifted_by="none",
    ),
    ModelRule(pattern=r"gpt-([5-9]|\d\d+)(\.\d+)?(-.*)?", renamed=_MAX_TOKENS, forbidden=_REASONING),
)

_OPERATIONS: Final = frozenset(
    {"batches", "count_tokens", "embeddings", "files", "images", "models", "moderation", "responses", "speech"}
    | {"transcription"}
)

_OPENAI: Final = Provider(
    name="openai",
    base_url="https://api.openai.com/v1",
    dialect="openai_chat",
    key_variables=("OPENAI_API_KEY",),
    url_variables=("OPENAI_BASE_URL",),
    header_variables={"OPENAI_ORG_ID": "openai-organization", "OPENAI_PROJECT_ID": "openai-project"},
    headers_variable="OPENAI_CUSTOM_HEADERS",
    operations=_OPERATIONS,
    quirks=Quirks(
        forbidden=OPENAI_LACKS,
        lacks=OPENAI_REFUSED,
        models=OPENAI_MODELS,
        # As OpenAI's own clients ask: less than half of the bytes, and two thirds of the time.
        operations={"embeddings": Quirks(members={"encoding_format": "base64"})},
    ),
)

PROVIDERS: Final = (_OPENAI,)
