"""Usage as buckets: every token of a call stands in exactly one, whatever the provider's details overlap in.

`prompt_tokens` is split into what was read from a cache, what was written to one, and the fresh rest, and each of them by
medium; `completion_tokens` into reasoning, media and text.  Usage that contradicts itself (more cached tokens than tokens,
a negative count) has no buckets: nobody can say what it costs.
"""

from __future__ import annotations

from typing import TypeAlias

from ..types import CompletionTokensDetails, PromptTokensDetails, Usage

Buckets: TypeAlias = tuple[tuple[str, int], ...]
"""(bucket, tokens) under the names of `Rates`; empty ones are left out."""


def totals(usage: Usage) -> tuple[int, int] | None:
    """The tokens of prompt and completion; one that is not stated is what the total leaves for it.  None where unknown."""
    prompt, completion, total = usage.prompt_tokens, usage.completion_tokens, usage.total_tokens
    if total is not None:
        if completion is None and prompt is not None:
            completion = total - prompt
        elif prompt is None and completion is not None:
            prompt = total - completion
    if prompt is None or completion is None or prompt < 0 or completion < 0:
        return None
    return prompt, completion


def is_plain(usage: Usage) -> bool:
    """Whether all of the prompt is fresh text, and all of the completion text."""
    prompt, completion = usage.prompt_tokens_details, usage.completion_tokens_details
    if prompt is not None and (prompt.cached_tokens or _is_mixed(prompt)):
        return False
    return completion is None or not (completion.reasoning_tokens or completion.audio_tokens or completion.image_tokens)


def of_prompt(tokens: int, details: PromptTokensDetails | None) -> Buckets | None:
    """The buckets of the prompt, fresh tokens first.

    Where media and cached tokens overlap and the provider does not say how, text counts as cached first: the prompts that
    are cached begin with instructions, and the assumption never makes a call cheaper than it was.
    """
    read = details.cached_tokens or 0 if details is not None else 0
    fresh = tokens - read
    if fresh < 0 or read < 0:
        return None
    if details is None or not _is_mixed(details):
        return _filled(("input", fresh), ("cache_read", read))
    written = _written(details)
    if written is None:
        return None
    fresh -= sum([count for _, count in written])
    media = details.audio_tokens or 0, details.image_tokens or 0, details.video_tokens or 0
    read_audio, read_image = details.cached_audio_tokens or 0, details.cached_image_tokens or 0
    read_text = read - read_audio - read_image
    if sum(media) > tokens or min(fresh, read_text, read_audio, read_image, *media) < 0:
        return None
    audio = min(max(media[0] - read_audio, 0), fresh)
    image = min(max(media[1] - read_image, 0), fresh - audio)
    video = min(media[2], fresh - audio - image)
    return _filled(
        ("input", fresh - audio - image - video),
        ("input_audio", audio),
        ("input_image", image),
        ("input_video", video),
        ("cache_read", read_text),
        ("cache_read_audio", read_audio),
        ("cache_read_image", read_image),
        *written,
    )


def of_completion(tokens: int, details: CompletionTokensDetails | None) -> Buckets | None:
    """The buckets of the completion, text first; rejected predictions are part of it."""
    if details is None:
        return _filled(("output", tokens))
    reasoning, audio, image = details.reasoning_tokens or 0, details.audio_tokens or 0, details.image_tokens or 0
    text = tokens - reasoning - audio - image
    if text < 0 or reasoning < 0 or audio < 0 or image < 0:
        return None
    return _filled(("output", text), ("reasoning", reasoning), ("output_audio", audio), ("output_image", image))


def _is_mixed(details: PromptTokensDetails) -> bool:
    """Whether there is more than fresh and cached text."""
    return bool(
        details.audio_tokens
        or details.image_tokens
        or details.video_tokens
        or details.cached_audio_tokens
        or details.cached_image_tokens
        or details.cache_write_tokens
        or details.cache_write_5m_tokens
        or details.cache_write_1h_tokens
        or details.cache_write_12h_tokens
    )


def _written(details: PromptTokensDetails) -> Buckets | None:
    """What was written to the cache: the tokens whose time to live is not stated live for the base time."""
    hour, half_day = details.cache_write_1h_tokens or 0, details.cache_write_12h_tokens or 0
    base = details.cache_write_5m_tokens or 0
    if details.cache_write_tokens is not None:
        if details.cache_write_tokens < base + hour + half_day:
            return None
        base = details.cache_write_tokens - hour - half_day
    if base < 0 or hour < 0 or half_day < 0:
        return None
    return ("cache_write", base), ("cache_write_1h", hour), ("cache_write_12h", half_day)


def _filled(*buckets: tuple[str, int]) -> Buckets:
    return tuple([bucket for bucket in buckets if bucket[1]])
