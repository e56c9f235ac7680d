"""Every token stands in one bucket, and usage that contradicts itself has none."""

from __future__ import annotations

import pytest

from sansio.models.buckets import Buckets, of_completion, of_prompt, totals
from sansio.types import CompletionTokensDetails, PromptTokensDetails, Usage


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        (Usage(3, 4), (3, 4)),
        (Usage(3, 4, 99), (3, 4)),
        (Usage(3, None, 7), (3, 4)),
        (Usage(None, 4, 7), (3, 4)),
        (Usage(5, None, 5), (5, 0)),
        (Usage(), None),
        (Usage(3), None),
        (Usage(None, 4), None),
        (Usage(None, None, 7), None),
        (Usage(-1, 4), None),
        (Usage(3, -4), None),
        (Usage(8, None, 7), None),
    ],
)
def test_what_is_not_stated_is_what_the_total_leaves(usage: Usage, expected: tuple[int, int] | None) -> None:
    assert totals(usage) == expected


@pytest.mark.parametrize(
    ("details", "expected"),
    [
        (None, {"input": 100}),
        (PromptTokensDetails(), {"input": 100}),
        (PromptTokensDetails(text_tokens=100), {"input": 100}),
        (PromptTokensDetails(cached_tokens=60), {"input": 40, "cache_read": 60}),
        (PromptTokensDetails(cached_tokens=100), {"cache_read": 100}),
        (PromptTokensDetails(cache_write_tokens=30), {"input": 70, "cache_write": 30}),
        (
            PromptTokensDetails(cached_tokens=50, cache_write_tokens=40, cache_write_1h_tokens=10),
            {"input": 10, "cache_read": 50, "cache_write": 30, "cache_write_1h": 10},
        ),
        (
            PromptTokensDetails(cache_write_5m_tokens=1, cache_write_1h_tokens=2, cache_write_12h_tokens=3),
            {"input": 94, "cache_write": 1, "cache_write_1h": 2, "cache_write_12h": 3},
        ),
        (
            PromptTokensDetails(audio_tokens=5, image_tokens=6, video_tokens=7),
            {"input": 82, "input_audio": 5, "input_image": 6, "input_video": 7},
        ),
        (
            PromptTokensDetails(
                cached_tokens=50, audio_tokens=30, image_tokens=20, cached_audio_tokens=10, cached_image_tokens=20
            ),
            {"input": 30, "input_audio": 20, "cache_read": 20, "cache_read_audio": 10, "cache_read_image": 20},
        ),
    ],
)
def test_the_prompt_is_split(details: PromptTokensDetails | None, expected: dict[str, int]) -> None:
    buckets = of_prompt(100, details)
    assert buckets is not None
    assert dict(buckets) == expected


@pytest.mark.parametrize(
    ("cached", "expected"),
    [
        (50, {"input": 10, "input_audio": 20, "input_image": 15, "input_video": 5, "cache_read": 50}),
        (60, {"input_audio": 20, "input_image": 15, "input_video": 5, "cache_read": 60}),
        (63, {"input_audio": 20, "input_image": 15, "input_video": 2, "cache_read": 63}),
        (75, {"input_audio": 20, "input_image": 5, "cache_read": 75}),
        (90, {"input_audio": 10, "cache_read": 90}),
    ],
)
def test_text_counts_as_cached_first_then_video_images_and_audio(cached: int, expected: dict[str, int]) -> None:
    details = PromptTokensDetails(cached_tokens=cached, audio_tokens=20, image_tokens=15, video_tokens=5)
    buckets = of_prompt(100, details)
    assert buckets is not None
    assert dict(buckets) == expected


@pytest.mark.parametrize(
    "details",
    [
        PromptTokensDetails(cached_tokens=101),
        PromptTokensDetails(cached_tokens=-1),
        PromptTokensDetails(cached_tokens=60, cache_write_tokens=41),
        PromptTokensDetails(cache_write_tokens=-1),
        PromptTokensDetails(cache_write_tokens=5, cache_write_1h_tokens=6),
        PromptTokensDetails(cache_write_5m_tokens=-5, cache_write_1h_tokens=6),
        PromptTokensDetails(cache_write_1h_tokens=-1),
        PromptTokensDetails(cache_write_12h_tokens=-1, cache_write_5m_tokens=2),
        PromptTokensDetails(audio_tokens=60, image_tokens=41),
        PromptTokensDetails(audio_tokens=-1),
        PromptTokensDetails(cached_tokens=5, cached_audio_tokens=6),
        PromptTokensDetails(cached_tokens=5, cached_image_tokens=-6),
    ],
)
def test_a_prompt_that_contradicts_itself_has_no_buckets(details: PromptTokensDetails) -> None:
    assert of_prompt(100, details) is None


@pytest.mark.parametrize(
    ("details", "expected"),
    [
        (None, (("output", 100),)),
        (CompletionTokensDetails(), (("output", 100),)),
        (CompletionTokensDetails(reasoning_tokens=100), (("reasoning", 100),)),
        (CompletionTokensDetails(rejected_prediction_tokens=9), (("output", 100),)),
        (
            CompletionTokensDetails(reasoning_tokens=10, audio_tokens=20, image_tokens=30),
            (("output", 40), ("reasoning", 10), ("output_audio", 20), ("output_image", 30)),
        ),
        (CompletionTokensDetails(reasoning_tokens=101), None),
        (CompletionTokensDetails(reasoning_tokens=-1), None),
        (CompletionTokensDetails(audio_tokens=-1), None),
        (CompletionTokensDetails(image_tokens=-1), None),
    ],
)
def test_the_completion_is_split(details: CompletionTokensDetails | None, expected: Buckets | None) -> None:
    assert of_completion(100, details) == expected


def test_no_tokens_are_no_buckets() -> None:
    assert of_prompt(0, None) == of_prompt(0, PromptTokensDetails(cached_tokens=0)) == of_completion(0, None) == ()
