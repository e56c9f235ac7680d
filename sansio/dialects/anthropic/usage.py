"""Usage between the API, whose input tokens exclude cached ones, and the canonical names, whose prompt tokens include them.

https://platform.claude.com/docs/en/build-with-claude/prompt-caching
"""

from __future__ import annotations

from ...types import CompletionTokensDetails, PromptTokensDetails, Usage
from .wire import CacheCreation, OutputDetails, ServerTools, UsagePiece


def update(known: UsagePiece, later: UsagePiece) -> None:
    """Put what *later* states into *known*: numbers are cumulative, and what is left out stays."""
    for name in later.__struct_fields__:
        if (value := getattr(later, name)) is not None:
            setattr(known, name, value)


def usage(piece: UsagePiece) -> Usage:
    """The canonical usage."""
    read, written = piece.cache_read_input_tokens, piece.cache_creation_input_tokens
    prompt = None if piece.input_tokens is None else piece.input_tokens + (read or 0) + (written or 0)
    known = prompt is not None and piece.output_tokens is not None
    by_time = piece.cache_creation or CacheCreation()
    details = PromptTokensDetails(
        cached_tokens=read,
        cache_write_tokens=written,
        cache_write_5m_tokens=by_time.ephemeral_5m_input_tokens,
        cache_write_1h_tokens=by_time.ephemeral_1h_input_tokens,
    )
    thinking = (piece.output_tokens_details or OutputDetails()).thinking_tokens
    return Usage(
        prompt_tokens=prompt,
        completion_tokens=piece.output_tokens,
        total_tokens=(prompt or 0) + (piece.output_tokens or 0) if known else None,
        prompt_tokens_details=None if details == PromptTokensDetails() else details,
        completion_tokens_details=None if thinking is None else CompletionTokensDetails(reasoning_tokens=thinking),
        web_searches=(piece.server_tool_use or ServerTools()).web_search_requests,
    )


def usage_json(usage: Usage | None) -> dict[str, object]:
    """The API's usage, whose clients take the two sums for granted: 0 until they are known."""
    usage = usage or Usage()
    prompt = usage.prompt_tokens_details or PromptTokensDetails()
    read, written = prompt.cached_tokens, prompt.cache_write_tokens
    five, hour = prompt.cache_write_5m_tokens, prompt.cache_write_1h_tokens
    if written is None and not (five is None and hour is None):
        written = (five or 0) + (hour or 0)
    stated: dict[str, object] = {
        "input_tokens": max(0, (usage.prompt_tokens or 0) - (read or 0) - (written or 0)),
        "output_tokens": usage.completion_tokens or 0,
    }
    thinking = (usage.completion_tokens_details or CompletionTokensDetails()).reasoning_tokens
    by_time = {"ephemeral_5m_input_tokens": five, "ephemeral_1h_input_tokens": hour}
    optional: dict[str, object] = {
        "cache_creation_input_tokens": written,
        "cache_read_input_tokens": read,
        "cache_creation": None if five is None and hour is None else {k: v or 0 for k, v in by_time.items()},
        "output_tokens_details": None if thinking is None else {"thinking_tokens": thinking},
        "server_tool_use": None
        if usage.web_searches is None
        else {"web_search_requests": usage.web_searches, "web_fetch_requests": 0},
    }
    return stated | {name: value for name, value in optional.items() if value is not None}
