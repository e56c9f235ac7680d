"""How models and providers are called elsewhere, as data: LiteLLM's provider names, and ids that mean a listed model.

A rule is tried only where the id as it stands is not listed.  Those marked as unpriced find a model's capabilities and
not its prices, since the variant is known to cost something else: a wrong price is worse than none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

# Of LiteLLM's table and model strings; a family such as `vertex_ai-anthropic_models` counts by what stands before the dash.
_PROVIDERS: Final = {
    "azure": "azure_openai",
    "azure_text": "azure_openai",
    "bedrock_converse": "bedrock",
    "cohere_chat": "cohere",
    "fireworks_ai": "fireworks",
    "hosted_vllm": "vllm",
    "text-completion-openai": "openai",
    "together_ai": "together",
    "vertex": "vertex_ai",
    "vertex_ai": "vertex_ai",
}


class _Rule(NamedTuple):
    providers: frozenset[str]
    pattern: str  # compiled on first use
    replacement: str = ""
    priced: bool = True


def _rule(providers: str, pattern: str, replacement: str = "", *, priced: bool = True) -> _Rule:
    return _Rule(frozenset(providers.split()), pattern, replacement, priced)


_GOOGLE: Final = "gemini vertex_ai"
_OPENAI: Final = "openai azure_openai azure_ai openrouter"
_RULES: Final = (
    _rule("bedrock", r"^arn:aws[\w-]*:bedrock:[^/]*:(?:foundation-model|inference-profile)/"),
    _rule("bedrock", r"^global\."),  # the price of the model's own region
    _rule("bedrock", r"^(?:us-gov|us|eu|apac|jp|au|ca)\.", priced=False),  # geographic profiles may cost a tenth more
    _rule("bedrock", r":\d+(?::\w+)?$"),
    _rule(_GOOGLE, r"^(?:publishers/[^/]+/)?models/"),
    _rule("vertex_ai", r"@[\w.-]+$"),
    _rule("fireworks", r"^accounts/fireworks/models/"),
    _rule("openai", r"^(ft:[^:]+):.*$", r"\1"),
    _rule("openrouter", r":(?:nitro|floor|exacto|online|thinking|extended|beta|free)$", priced=False),
    _rule(_OPENAI, r"-20\d\d-\d\d-\d\d$"),  # a snapshot that costs something else is listed by its own name
    _rule("anthropic azure_ai bedrock openrouter vertex_ai", r"-20\d{6}$"),
    _rule(_GOOGLE, r"-00\d$"),
    _rule("anthropic gemini mistral openai xai", r"-latest$"),
    _rule("xai", r"-beta$"),
)


def canonical(provider: str) -> str:
    """The provider's name here, for the names that it has in LiteLLM; any other as it stands."""
    return _PROVIDERS.get(provider) or _PROVIDERS.get(provider.partition("-")[0], provider)


def variants(provider: str, id: str) -> Iterator[tuple[str, bool]]:
    """What else the id may be listed as, and whether that has the same price; each rule goes on from the last one."""
    priced = True
    for rule in _RULES:
        if provider in rule.providers:
            shorter = re.sub(rule.pattern, rule.replacement, id, count=1)
            if shorter not in {id, ""}:
                id, priced = shorter, priced and rule.priced
                yield id, priced
