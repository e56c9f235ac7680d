"""Anthropic: https://platform.claude.com/docs/en/api/overview.

The families of models and what each takes: https://platform.claude.com/docs/en/about-claude/models/overview.
"""

from __future__ import annotations

from typing import Final

from ..types import ModelRule, Provider, Quirks

_SAMPLING: Final = frozenset({"temperature", "top_k", "top_p"})
_LARGE: Final = 128_000
_OLD_TURNS: Final = frozenset({"system_turns"})
# From the fifth generation on models think by themselves, take no sampling, and no answer that is begun for them.
_NEW: Final = frozenset({"prefill", "thinking_budget"})
_BUDGETS: Final = {"minimal": 1024, "low": 1024, "medium": 4096, "high": 16_384, "xhigh": 32_768, "max": 49_152}
_SMALL_BUDGETS: Final = {"minimal": 1024, "low": 1024, "medium": 4096, "high": 16_384, "xhigh": 24_576, "max": 28_672}


def _adaptive(pattern: str, *lacks: str, way: str = "adaptive", turns: bool = False) -> ModelRule:
    """Models that decide by themselves how much they think."""
    return ModelRule(
        pattern=rf"claude-(?:{pattern})(?:[-@].*)?",
        forbidden=_SAMPLING,
        reasoning=way,
        lacks=_NEW | frozenset(lacks) | (_OLD_TURNS if not turns else frozenset[str]()),
        max_output_tokens=_LARGE,
    )


def _budgeted(pattern: str, tokens: int, *lacks: str) -> ModelRule:
    """Models that think by a budget."""
    return ModelRule(
        pattern=rf"claude-(?:{pattern})(?:[-@].*)?",
        reasoning="budget",
        budgets=_BUDGETS if tokens > 32_000 else _SMALL_BUDGETS,
        lacks=_OLD_TURNS | frozenset(lacks),
        max_output_tokens=tokens,
    )


CLAUDE_MODELS: Final = (
    _adaptive("sonnet-5-5", "thinking_off", "forced_tools", "unthinking_xhigh", way="between_tools", turns=True),
    _adaptive("opus-5-5|fable-5-[12]", "thinking_off", "forced_tools", turns=True),
    _adaptive("haiku-5-5", "unthinking_xhigh", turns=True),
    _adaptive("fable-5", "thinking_off"),
    _adaptive("opus-5", "unthinking_xhigh"),
    _adaptive("opus-4-8|opus-4-7|sonnet-5"),
    ModelRule(
        pattern=r"claude-(?:opus|sonnet)-4-6(?:[-@].*)?",
        reasoning="adaptive",
        lacks=_OLD_TURNS | {"forced_while_thinking", "prefill"},
        max_output_tokens=_LARGE,
    ),
    _budgeted("(?:opus|sonnet|haiku)-4-5", 64_000, "two_samplings"),
    _budgeted("opus-4-1", 32_000),
    _budgeted(r"(?:sonnet-4(?:-0)?(?=[-@]\d{6}|$))", 64_000, "json_schema"),
    _budgeted(r"(?:opus-4(?:-0)?(?=[-@]\d{6}|$))", 32_000, "json_schema"),
    _budgeted("3-7-sonnet", 64_000, "json_schema"),
    ModelRule(
        pattern=r"claude-3-5-.*",
        forbidden=frozenset({"reasoning_effort", "thinking"}),
        lacks=_OLD_TURNS | {"json_schema"},
        max_output_tokens=8192,
    ),
    ModelRule(
        pattern=r"claude-(?:3|2|instant).*",
        forbidden=frozenset({"reasoning_effort", "thinking"}),
        lacks=_OLD_TURNS | {"json_schema"},
        max_output_tokens=4096,
    ),
    ModelRule(
        pattern=r"claude-.*",
        forbidden=_SAMPLING,
        reasoning="adaptive",
        lacks=frozenset({"unthinking_xhigh"}),
        max_output_tokens=_LARGE,
    ),
)

_ANTHROPIC: Final = Provider(
    name="anthropic",
    base_url="https://api.anthropic.com",
    dialect="anthropic",
    auth="x-api-key",
    key_variables=("ANTHROPIC_API_KEY",),
    token_variables=("ANTHROPIC_AUTH_TOKEN",),
    url_variables=("ANTHROPIC_BASE_URL",),
    headers_variable="ANTHROPIC_CUSTOM_HEADERS",
    # The version that still knows sampling; what a model does not take is its rule's.
    headers=(("anthropic-version", "2023-06-01"),),
    operations=frozenset({"batches", "count_tokens", "files", "models"}),
    quirks=Quirks(models=CLAUDE_MODELS),
)

PROVIDERS: Final = (_ANTHROPIC,)
