"""What a call used, in tokens, as the provider states it: under one set of names, and nothing estimated."""

from __future__ import annotations

import msgspec


class PromptTokensDetails(msgspec.Struct, frozen=True, omit_defaults=True):
    """Parts of `prompt_tokens`: read from a cache, written to one (all, and by time to live), and by medium.

    `audio_tokens` and the like include cached ones; `cached_audio_tokens` and `cached_image_tokens` are part of both.
    """

    cached_tokens: int | None = None
    cache_write_tokens: int | None = None
    cache_write_5m_tokens: int | None = None
    cache_write_1h_tokens: int | None = None
    audio_tokens: int | None = None
    text_tokens: int | None = None
    image_tokens: int | None = None
    video_tokens: int | None = None
    cached_audio_tokens: int | None = None
    cached_image_tokens: int | None = None
    cache_write_12h_tokens: int | None = None


class CompletionTokensDetails(msgspec.Struct, frozen=True, omit_defaults=True):
    """Parts of `completion_tokens`; rejected prediction tokens are billed although they are not in the answer."""

    reasoning_tokens: int | None = None
    audio_tokens: int | None = None
    text_tokens: int | None = None
    image_tokens: int | None = None
    accepted_prediction_tokens: int | None = None
    rejected_prediction_tokens: int | None = None


class Usage(msgspec.Struct, frozen=True, omit_defaults=True):
    """Tokens of one call.  `prompt_tokens` includes cached ones, `completion_tokens` includes reasoning.

    APIs that count these apart are added up, and `total_tokens` is the sum where an API states both and no total.
    `cost` is what the provider itself says the call cost, in US dollars (OpenRouter and some others).
    `web_searches` are the searches that the provider made for the call, where it bills and states them.
    """

    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    total_tokens: int | None = None
    prompt_tokens_details: PromptTokensDetails | None = None
    completion_tokens_details: CompletionTokensDetails | None = None
    cost: float | None = None
    web_searches: int | None = None
