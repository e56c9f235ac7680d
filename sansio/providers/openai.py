"""OpenAI: https://platform.openai.com/docs/api-reference."""

from __future__ import annotations

from typing import Final

from ..types import ModelRule, Provider, Quirks

_SAMPLING: Final = frozenset(
    {"frequency_penalty", "logit_bias", "logprobs", "presence_penalty", "temperature", "top_logprobs", "top_p"}
)
_MAX_TOKENS: Final = {"max_tokens": "max_completion_tokens"}

# Reasoning models; fine-tunes and ids that no rule names are sent as they are.
_MODELS: Final = (
    ModelRule(pattern=r"o[34]\d*(-.*)?", renamed=_MAX_TOKENS, forbidden=_SAMPLING | {"stop"}),
    ModelRule(pattern=r"o\d+(-.*)?", renamed=_MAX_TOKENS, forbidden=_SAMPLING),
    ModelRule(pattern=r"gpt-5-chat.*"),  # no reasoning model, unlike gpt-5.1-chat
    ModelRule(pattern=r"gpt-5\.[1-9]\d*(-.*)?", renamed=_MAX_TOKENS, forbidden=_SAMPLING, lifted_by="none"),
    ModelRule(pattern=r"gpt-([5-9]|\d\d+)(\.\d+)?(-.*)?", renamed=_MAX_TOKENS, forbidden=_SAMPLING),
)

_OPENAI: Final = Provider(
    name="openai",
    base_url="https://api.openai.com/v1",
    dialect="openai_chat",
    key_variables=("OPENAI_API_KEY",),
    url_variables=("OPENAI_BASE_URL",),
    header_variables={"OPENAI_ORG_ID": "openai-organization", "OPENAI_PROJECT_ID": "openai-project"},
    headers_variable="OPENAI_CUSTOM_HEADERS",
    quirks=Quirks(forbidden=frozenset({"min_p", "repetition_penalty", "top_k"}), models=_MODELS),
)

PROVIDERS: Final = (_OPENAI,)
