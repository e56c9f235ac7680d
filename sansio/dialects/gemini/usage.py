"""Usage: the API counts thoughts and the results of its own tools apart, and each medium.

https://ai.google.dev/api/generate-content#UsageMetadata
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from ...types import CompletionTokensDetails, PromptTokensDetails, Usage
from .wire import ModalityCount, UsagePiece

_MEDIA: Final = ("TEXT", "AUDIO", "IMAGE", "VIDEO")


class UsageReader:
    """Reads the usage of one response, which is stated again with every chunk; its details hardly ever change."""

    __slots__ = ("_completion", "_piece", "_prompt")

    def __init__(self) -> None:
        self._piece = UsagePiece()
        self._prompt: PromptTokensDetails | None = None
        self._completion: CompletionTokensDetails | None = None

    def read(self, piece: UsagePiece, web_searches: int | None) -> Usage | None:
        """The canonical usage; None where nothing is stated.

        The prompt includes the results of the API's tools, the completion includes thoughts.
        """
        prompt = _sum(piece.prompt_token_count, piece.tool_use_prompt_token_count)
        completion = _sum(piece.candidates_token_count, piece.thoughts_token_count)
        total = piece.total_token_count
        if prompt is None and completion is None and total is None:
            return None
        known, self._piece = self._piece, piece
        if (
            piece.prompt_tokens_details != known.prompt_tokens_details
            or piece.cached_content_token_count != known.cached_content_token_count
            or piece.cache_tokens_details != known.cache_tokens_details
            or piece.tool_use_prompt_tokens_details != known.tool_use_prompt_tokens_details
        ):
            self._prompt = _prompt_details(piece)
        if (
            piece.thoughts_token_count != known.thoughts_token_count
            or piece.candidates_tokens_details != known.candidates_tokens_details
        ):
            self._completion = _completion_details(piece)
        return Usage(prompt, completion, total, self._prompt, self._completion, None, web_searches)


def _sum(count: int | None, more: int | None) -> int | None:
    return more if count is None else count if more is None else count + more


def _prompt_details(piece: UsagePiece) -> PromptTokensDetails | None:
    counts = _by_medium(piece.prompt_tokens_details, piece.tool_use_prompt_tokens_details)
    cached = _by_medium(piece.cache_tokens_details)
    if not counts and not cached and piece.cached_content_token_count is None:
        return None
    return PromptTokensDetails(
        cached_tokens=piece.cached_content_token_count,
        audio_tokens=counts.get("AUDIO"),
        text_tokens=counts.get("TEXT"),
        image_tokens=counts.get("IMAGE"),
        video_tokens=counts.get("VIDEO"),
        cached_audio_tokens=cached.get("AUDIO"),
        cached_image_tokens=cached.get("IMAGE"),
    )


def _completion_details(piece: UsagePiece) -> CompletionTokensDetails | None:
    counts = _by_medium(piece.candidates_tokens_details)
    if not counts and piece.thoughts_token_count is None:
        return None
    return CompletionTokensDetails(
        reasoning_tokens=piece.thoughts_token_count,
        audio_tokens=counts.get("AUDIO"),
        text_tokens=counts.get("TEXT"),
        image_tokens=counts.get("IMAGE"),
    )


def _by_medium(*lists: Iterable[ModalityCount] | None) -> Mapping[str, int]:
    counts: dict[str, int] = {}
    for details in lists:
        for item in details or ():
            counts[item.modality] = counts.get(item.modality, 0) + item.token_count
    return counts


def usage_json(usage: Usage | None, service_tier: str | None) -> dict[str, object]:
    """The `usageMetadata` that says the same; empty where there is nothing to say."""
    usage = usage or Usage()
    prompt, completion = usage.prompt_tokens_details, usage.completion_tokens_details
    thoughts = None if completion is None else completion.reasoning_tokens
    answer = usage.completion_tokens
    members: dict[str, object] = {
        "promptTokenCount": usage.prompt_tokens,
        "candidatesTokenCount": answer if answer is None or thoughts is None else max(0, answer - thoughts),
        "thoughtsTokenCount": thoughts,
        "totalTokenCount": usage.total_tokens,
        "cachedContentTokenCount": None if prompt is None else prompt.cached_tokens,
        "promptTokensDetails": _details(prompt, "{}_tokens"),
        "candidatesTokensDetails": _details(completion, "{}_tokens"),
        "cacheTokensDetails": _details(prompt, "cached_{}_tokens"),
        "serviceTier": service_tier,
    }
    return {name: value for name, value in members.items() if value not in (None, [])}


def _details(details: PromptTokensDetails | CompletionTokensDetails | None, name: str) -> list[dict[str, object]]:
    counts = [(medium, getattr(details, name.format(medium.lower()), None)) for medium in _MEDIA]
    return [{"modality": medium, "tokenCount": count} for medium, count in counts if count is not None]
