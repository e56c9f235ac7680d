"""Usage under the names that servers have for it."""

from __future__ import annotations

import pytest

from sansio.dialects.openai_chat.usage import usage
from sansio.dialects.openai_chat.wire import CostPiece, UsagePiece
from sansio.types import CompletionTokensDetails, PromptTokensDetails, Usage


def test_as_openai_states_it() -> None:
    details = PromptTokensDetails(cached_tokens=1), CompletionTokensDetails(reasoning_tokens=2)
    piece = UsagePiece(9, 3, 12, *details, cached_tokens=7, reasoning_tokens=7)
    assert usage(piece) == Usage(9, 3, 12, *details)


@pytest.mark.parametrize("piece", [UsagePiece(prompt_cache_hit_tokens=4, cached_tokens=5), UsagePiece(cached_tokens=4)])
def test_cached_tokens_beside_the_details(piece: UsagePiece) -> None:
    assert usage(piece).prompt_tokens_details == PromptTokensDetails(cached_tokens=4)


def test_reasoning_tokens_beside_the_details() -> None:
    piece = UsagePiece(reasoning_tokens=4, completion_tokens_details=CompletionTokensDetails(audio_tokens=1))
    assert usage(piece).completion_tokens_details == CompletionTokensDetails(reasoning_tokens=4, audio_tokens=1)


@pytest.mark.parametrize(
    ("cost", "dollars"), [(None, None), (0.5, 0.5), ("0.25", 0.25), ("free", None), (CostPiece(0.125), 0.125)]
)
def test_cost(cost: float | str | CostPiece | None, dollars: float | None) -> None:
    """A number, a text, or an object with a total."""
    assert usage(UsagePiece(cost=cost)).cost == dollars


@pytest.mark.parametrize(
    ("counts", "reasoning", "canonical"),
    [
        pytest.param((9, 3, 62), 50, (9, 53, 62), id="only the total has it"),
        pytest.param((9, 60, 119), 50, (9, 110, 119), id="only the total has it, and it is the smaller part"),
        pytest.param((9, 3, 12), 50, (9, 53, 62), id="neither has it"),
        pytest.param((9, 3, 40), 50, (9, 53, 40), id="a total that nothing adds up to"),
        pytest.param((9, 3, None), 50, (9, 53, None), id="no total"),
        pytest.param((9, 60, 69), 50, (9, 60, 69), id="both have it"),
        pytest.param((9, 3, 12), 3, (9, 3, 12), id="nothing but reasoning"),
        pytest.param((9, 3, 12), 0, (9, 3, 12), id="no reasoning"),
        pytest.param((None, 3, 12), 50, (None, 3, 12), id="no prompt"),
        pytest.param((9, None, 12), 50, (9, None, 12), id="no completion"),
    ],
)
def test_reasoning_beside_the_completion(
    counts: tuple[int | None, ...], reasoning: int, canonical: tuple[int | None, ...]
) -> None:
    """Xai counts it in the total only, deepinfra at Gemini nowhere; who counts it in both is left alone."""
    assert _counted(counts, 0, reasoning, beside=False) == canonical


def _counted(
    counts: tuple[int | None, ...], cached: int, reasoning: int, *, beside: bool
) -> tuple[int | None, int | None, int | None]:
    prompt, completion, total = counts
    details = PromptTokensDetails(cached_tokens=cached), CompletionTokensDetails(reasoning_tokens=reasoning)
    found = usage(UsagePiece(prompt, completion, total, *details), beside=beside)
    return found.prompt_tokens, found.completion_tokens, found.total_tokens


@pytest.mark.parametrize(
    ("counts", "cached", "reasoning", "canonical"),
    [
        pytest.param((9, 60, None), 0, 50, (9, 110, None), id="no total tells that reasoning is beside"),
        pytest.param((9, 60, 69), 0, 50, (9, 60, 69), id="a total tells that it is not"),
        pytest.param((9, 60, 119), 9, 50, (9, 110, 119), id="all cached"),
        pytest.param((9, 3, None), 20, 0, (29, 3, None), id="more cached than the prompt has"),
        pytest.param((9, 3, 12), 20, 0, (29, 3, 32), id="which the total has not"),
        pytest.param((9, 3, 32), 20, 0, (29, 3, 32), id="which the total has"),
        pytest.param((9, 60, 119), 20, 50, (29, 110, 139), id="nor has it that, but reasoning"),
        pytest.param((9, 60, 139), 20, 50, (29, 110, 139), id="which the total has beside reasoning"),
        pytest.param((None, 3, None), 20, 2, (None, 3, None), id="no prompt"),
    ],
)
def test_where_the_parts_are_known_to_be_beside(
    counts: tuple[int | None, ...], cached: int, reasoning: int, canonical: tuple[int | None, ...]
) -> None:
    """As at xai."""
    assert _counted(counts, cached, reasoning, beside=True) == canonical


def test_of_others_more_cached_than_the_prompt_has_stays_as_it_is() -> None:
    assert _counted((9, 3, 12), 20, 0, beside=False) == (9, 3, 12)
