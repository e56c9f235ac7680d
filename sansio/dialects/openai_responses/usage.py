"""Usage as this API states it, under the canonical names, and the way back."""

from __future__ import annotations

from ...types import CompletionTokensDetails, PromptTokensDetails, Usage
from .wire import Answer, InputDetails, OutputDetails, UsagePiece, given


def usage(answer: Answer) -> Usage | None:
    """The canonical usage of a response, None where it states none."""
    if (piece := answer.usage) is None:
        return None
    return Usage(
        piece.input_tokens,
        piece.output_tokens,
        piece.total_tokens,
        _input(piece.input_tokens_details),
        _output(piece.output_tokens_details),
        piece.cost,
        _searches(answer, piece),
    )


def _searches(answer: Answer, piece: UsagePiece) -> int | None:
    """The searches of the web, which xai states in its usage and OpenAI beside it."""
    if (tools := piece.server_side_tool_usage_details) is not None:
        return tools.web_search_calls
    used = answer.tool_usage
    return used.web_search.num_requests if used is not None and used.web_search is not None else None


def usage_json(usage: Usage) -> dict[str, object]:
    """The usage as a server of this API states it, as far as it is stated."""
    members = given(
        input_tokens=usage.prompt_tokens,
        output_tokens=usage.completion_tokens,
        total_tokens=usage.total_tokens,
        cost=usage.cost,
    )
    if (prompt := usage.prompt_tokens_details) is not None:
        ttl = given(ttl_12h_tokens=prompt.cache_write_12h_tokens)
        members["input_tokens_details"] = given(
            cached_tokens=prompt.cached_tokens,
            cache_write_tokens=prompt.cache_write_tokens,
            cache_write_tokens_details=ttl or None,
            audio_tokens=prompt.audio_tokens,
            text_tokens=prompt.text_tokens,
            image_tokens=prompt.image_tokens,
        )
    if (completion := usage.completion_tokens_details) is not None:
        members["output_tokens_details"] = given(
            reasoning_tokens=completion.reasoning_tokens,
            audio_tokens=completion.audio_tokens,
            text_tokens=completion.text_tokens,
            image_tokens=completion.image_tokens,
        )
    return members


def _input(details: InputDetails | None) -> PromptTokensDetails | None:
    if details is None:
        return None
    writes = details.cache_write_tokens_details
    return PromptTokensDetails(
        cached_tokens=details.cached_tokens,
        cache_write_tokens=details.cache_write_tokens,
        cache_write_12h_tokens=None if writes is None else writes.ttl_12h_tokens,
        audio_tokens=details.audio_tokens,
        text_tokens=details.text_tokens,
        image_tokens=details.image_tokens,
    )


def _output(details: OutputDetails | None) -> CompletionTokensDetails | None:
    if details is None:
        return None
    return CompletionTokensDetails(
        details.reasoning_tokens, details.audio_tokens, details.text_tokens, details.image_tokens
    )
