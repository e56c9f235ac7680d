"""Usage under all the names that OpenAI's APIs and their servers have for its parts."""

from __future__ import annotations

from typing import TypeVar

import msgspec

from ...types import CompletionTokensDetails, PromptTokensDetails, Usage

T = TypeVar("T")


class TokensPiece(msgspec.Struct):
    """Tokens by medium."""

    text_tokens: int | None = None
    image_tokens: int | None = None
    audio_tokens: int | None = None
    cached_tokens: int | None = None
    reasoning_tokens: int | None = None


class UsagePiece(msgspec.Struct):
    """Usage in tokens, or in seconds of sound."""

    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    total_tokens: int | None = None
    prompt_tokens_details: TokensPiece | None = None
    input_tokens_details: TokensPiece | None = None
    input_token_details: TokensPiece | None = None
    output_tokens_details: TokensPiece | None = None
    seconds: float | None = None
    prompt_audio_seconds: float | None = None
    cost: float | None = None


def usage(piece: UsagePiece | None) -> Usage | None:
    """The canonical usage; None where no tokens are stated, nor a cost."""
    if piece is None:
        return None
    stated = Usage(
        _either(piece.prompt_tokens, piece.input_tokens),
        _either(piece.completion_tokens, piece.output_tokens),
        piece.total_tokens,
        _prompt(piece.prompt_tokens_details or piece.input_tokens_details or piece.input_token_details),
        _completion(piece.output_tokens_details),
        piece.cost,
    )
    return None if stated == _NOTHING else stated


_NOTHING = Usage()


def billed_seconds(piece: UsagePiece | None) -> float | None:
    """The seconds that a call was billed by, None where it was by tokens, or not stated."""
    return None if piece is None else _either(piece.seconds, piece.prompt_audio_seconds)


def _either(stated: T | None, otherwise: T | None) -> T | None:
    return otherwise if stated is None else stated


def _prompt(piece: TokensPiece | None) -> PromptTokensDetails | None:
    if piece is None:
        return None
    return PromptTokensDetails(
        cached_tokens=piece.cached_tokens,
        audio_tokens=piece.audio_tokens,
        text_tokens=piece.text_tokens,
        image_tokens=piece.image_tokens,
    )


def _completion(piece: TokensPiece | None) -> CompletionTokensDetails | None:
    if piece is None:
        return None
    return CompletionTokensDetails(
        reasoning_tokens=piece.reasoning_tokens,
        audio_tokens=piece.audio_tokens,
        text_tokens=piece.text_tokens,
        image_tokens=piece.image_tokens,
    )
