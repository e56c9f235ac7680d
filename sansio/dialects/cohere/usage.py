"""Usage: the tokens that the model saw and wrote; what is billed leaves the API's own prompt out."""

from __future__ import annotations

from ...types import CompletionTokensDetails, PromptTokensDetails, Usage
from .wire import TokensPiece, UsagePiece

_NOTHING = TokensPiece()


def usage(piece: UsagePiece) -> Usage | None:
    """The canonical usage, None where nothing is stated."""
    tokens = piece.tokens or piece.billed_units or _NOTHING
    prompt = PromptTokensDetails(cached_tokens=_count(piece.cached_tokens), image_tokens=_count(tokens.image_tokens))
    completion = CompletionTokensDetails(reasoning_tokens=_count(tokens.reasoning_tokens))
    read, written = _count(tokens.input_tokens), _count(tokens.output_tokens)
    found = Usage(
        read,
        written,
        None if read is None or written is None else read + written,
        prompt_tokens_details=prompt if prompt != PromptTokensDetails() else None,
        completion_tokens_details=completion if completion != CompletionTokensDetails() else None,
    )
    return found if found != Usage() else None


def _count(number: float | None) -> int | None:
    return None if number is None else int(number)


def usage_json(usage: Usage) -> dict[str, object]:
    """The usage as the API states it.  What is billed is not known here, so it is all that there was."""
    prompt = usage.prompt_tokens_details or PromptTokensDetails()
    completion = usage.completion_tokens_details or CompletionTokensDetails()
    counts = _given(input_tokens=usage.prompt_tokens, output_tokens=usage.completion_tokens)
    details = _given(reasoning_tokens=completion.reasoning_tokens, image_tokens=prompt.image_tokens)
    return {"billed_units": counts, "tokens": counts | details, **_given(cached_tokens=prompt.cached_tokens)}


def _given(**counts: int | None) -> dict[str, int]:
    return {name: count for name, count in counts.items() if count is not None}
