"""Usage as compatible servers state it, under the canonical names."""

from __future__ import annotations

from typing import TypeVar

import msgspec

from ...types import CompletionTokensDetails, PromptTokensDetails, Usage
from .wire import CostPiece, UsagePiece

T = TypeVar("T", bound=msgspec.Struct)


def usage(piece: UsagePiece, *, beside: bool = False) -> Usage:
    """The canonical usage: what deepseek, moonshot and together state beside the details is put among them.

    Reasoning that is counted beside the completion is made part of it.  *beside* says that the provider counts it so where
    the numbers do not tell, and likewise more cached tokens than a prompt has.
    """
    prompt, completion = piece.prompt_tokens_details, piece.completion_tokens_details
    cached = piece.prompt_cache_hit_tokens if piece.prompt_cache_hit_tokens is not None else piece.cached_tokens
    if cached is not None and (prompt is None or prompt.cached_tokens is None):
        prompt = msgspec.structs.replace(prompt or PromptTokensDetails(), cached_tokens=cached)
    reasoning = piece.reasoning_tokens
    if reasoning is not None and (completion is None or completion.reasoning_tokens is None):
        completion = msgspec.structs.replace(completion or CompletionTokensDetails(), reasoning_tokens=reasoning)
    parts = (prompt and prompt.cached_tokens) or 0, (completion and completion.reasoning_tokens) or 0
    return Usage(*_with_parts(piece, *parts, beside=beside), prompt, completion, _cost(piece.cost))


def _with_parts(
    piece: UsagePiece, cached: int, reasoning: int, *, beside: bool
) -> tuple[int | None, int | None, int | None]:
    """The prompt, the completion and the total, with the cached tokens and the reasoning that belong to them.

    xai, and deepinfra for Gemini, state the completion without its reasoning: what tells is a total that only adds up with
    it, or reasoning that exceeds the completion; where there is no total, what is known of the provider.
    """
    prompt, completion, total = piece.prompt_tokens, piece.completion_tokens, piece.total_tokens
    if prompt is None or completion is None:
        return prompt, completion, total
    extra = cached if beside and cached > prompt else 0
    more = None if total is None else total - prompt - completion
    if reasoning > completion or (beside if more is None else more in {reasoning, extra + reasoning}):
        completion += reasoning
    prompt += extra
    return prompt, completion, prompt + completion if more in {0, extra, reasoning, extra + reasoning} else total


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
