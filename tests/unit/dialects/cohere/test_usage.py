"""Usage in both directions."""

from __future__ import annotations

from sansio.dialects.cohere.usage import usage, usage_json
from sansio.dialects.cohere.wire import TokensPiece, UsagePiece
from sansio.types import CompletionTokensDetails, PromptTokensDetails, Usage

_WHOLE = Usage(
    9,
    5,
    14,
    prompt_tokens_details=PromptTokensDetails(cached_tokens=4, image_tokens=2),
    completion_tokens_details=CompletionTokensDetails(reasoning_tokens=3),
)


def test_tokens_go_before_what_is_billed() -> None:
    tokens = TokensPiece(9.0, 5, 3, 2)
    assert usage(UsagePiece(tokens, TokensPiece(1, 1), 4.0)) == _WHOLE


def test_what_is_billed_stands_in() -> None:
    assert usage(UsagePiece(billed_units=TokensPiece(1, 2))) == Usage(1, 2, 3)


def test_nothing_is_no_usage() -> None:
    assert usage(UsagePiece()) is None


def test_the_way_back() -> None:
    counts = {"input_tokens": 9, "output_tokens": 5}
    assert usage_json(_WHOLE) == {
        "billed_units": counts,
        "tokens": {**counts, "reasoning_tokens": 3, "image_tokens": 2},
        "cached_tokens": 4,
    }
    assert usage_json(Usage()) == {"billed_units": {}, "tokens": {}}
