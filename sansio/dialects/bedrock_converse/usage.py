"""Token counts: Converse counts what has to do with a cache apart from the input, the canonical ones count it in."""

from __future__ import annotations

from ...types import PromptTokensDetails, Usage
from .wire import TokenUsage


def usage(counts: TokenUsage) -> Usage:
    """The canonical usage."""
    parts = (counts.input_tokens, counts.cache_read_input_tokens, counts.cache_write_input_tokens)
    return Usage(
        prompt_tokens=None if counts.input_tokens is None else sum(part or 0 for part in parts),
        completion_tokens=counts.output_tokens,
        total_tokens=counts.total_tokens,
        prompt_tokens_details=_details(counts),
    )


def _details(counts: TokenUsage) -> PromptTokensDetails | None:
    written = {detail.ttl: detail.input_tokens for detail in counts.cache_details or ()}
    details = PromptTokensDetails(
        cached_tokens=counts.cache_read_input_tokens,
        cache_write_tokens=counts.cache_write_input_tokens,
        cache_write_5m_tokens=written.get("5m"),
        cache_write_1h_tokens=written.get("1h"),
    )
    return None if details == PromptTokensDetails() else details


def token_usage(said: Usage) -> dict[str, object]:
    """Converse's members for a canonical usage; without details all of the prompt is input."""
    details = said.prompt_tokens_details or PromptTokensDetails()
    cached = (details.cached_tokens or 0) + (details.cache_write_tokens or 0)
    members: dict[str, object] = {
        "inputTokens": None if said.prompt_tokens is None else max(0, said.prompt_tokens - cached),
        "outputTokens": said.completion_tokens,
        "totalTokens": said.total_tokens,
        "cacheReadInputTokens": details.cached_tokens,
        "cacheWriteInputTokens": details.cache_write_tokens,
    }
    times = {"5m": details.cache_write_5m_tokens, "1h": details.cache_write_1h_tokens}
    if written := [{"ttl": ttl, "inputTokens": count} for ttl, count in times.items() if count is not None]:
        members["cacheDetails"] = written
    return {name: value for name, value in members.items() if value is not None}
