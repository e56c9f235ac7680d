"""Usage as compatible servers state it, under the canonical names."""

from __future__ import annotations

from typing import TypeVar

import msgspec

from ...types import CompletionTokensDetails, PromptTokensDetails, Usage
from .wire import CostPiece, UsagePiece

T = TypeVar("T", bound=msgspec.Struct)


def usage(piece: UsagePiece) -> Usage:
    """The canonical usage: what deepseek, moonshot and together state beside the details is put among them.

    Reasoning that is counted beside the completion is made part of it.
    """
    prompt, completion = piece.prompt_tokens_details, piece.completion_tokens_details
    cached = piece.prompt_cache_hit_tokens if piece.prompt_cache_hit_tokens is not None else piece.cached_tokens
    if cached is not None and (prompt is None or prompt.cached_tokens is None):
        prompt = msgspec.structs.replace(prompt or PromptTokensDetails(), cached_tokens=cached)
    beside = piece.reasoning_tokens
    if beside is not None and (completion is None or completion.reasoning_tokens is None):
        completion = msgspec.structs.replace(completion or CompletionTokensDetails(), reasoning_tokens=beside)
    reasoning = completion and completion.reasoning_tokens
    return Usage(piece.prompt_tokens, *_with_reasoning(piece, reasoning or 0), prompt, completion, _cost(piece.cost))


def _with_reasoning(piece: UsagePiece, reasoning: int) -> tuple[int | None, int | None]:
    """The completion, its reasoning included, and the total.

    xai, and deepinfra for Gemini, state the completion without it: what tells is a total that only adds up with the
    reasoning, or reasoning that exceeds the completion.
    """
    prompt, completion, total = piece.prompt_tokens, piece.completion_tokens, piece.total_tokens
    if prompt is None or completion is None:
        return completion, total
    stated = prompt + completion
    if reasoning <= completion and (reasoning == 0 or total != stated + reasoning):
        return completion, total
    return completion + reasoning, stated + reasoning if total == stated else total


def merged(known: T, piece: T) -> T:
    """Usage that comes in pieces: what the later one states counts, what it leaves open stays as it was."""
    stated: dict[str, object] = {}
    for name in piece.__struct_fields__:
        old, new = getattr(known, name), getattr(piece, name)
        if new is not None:
            stated[name] = merged(old, new) if isinstance(new, msgspec.Struct) and type(old) is type(new) else new
    return msgspec.structs.replace(known, **stated)


def _cost(cost: float | str | CostPiece | None) -> float | None:
    """US dollars, which some give as text."""
    if isinstance(cost, CostPiece):
        return cost.total_cost
    try:
        return msgspec.convert(cost, float | None, strict=False)
    except msgspec.ValidationError:
        return None
