"""Stop reasons, there and back."""

from __future__ import annotations

import pytest

from sansio.dialects.anthropic.finish import canonical, native


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("end_turn", "stop"),
        ("stop_sequence", "stop"),
        ("pause_turn", "stop"),
        ("compaction", "stop"),
        ("tool_use", "tool_calls"),
        ("max_tokens", "length"),
        ("model_context_window_exceeded", "length"),
        ("refusal", "content_filter"),
        ("Brand_New", "brand_new"),
    ],
)
def test_the_canonical_reason(word: str, reason: str) -> None:
    assert canonical(word) == reason


def test_a_turn_that_ends_with_calls_ends_for_them() -> None:
    assert canonical("end_turn", calls=True) == "tool_calls"
    assert canonical("pause_turn", calls=True) == "stop"  # the provider goes on by itself


def test_the_apis_word() -> None:
    assert native("stop", "pause_turn") == "pause_turn"
    assert native("stop", "STOP") == "end_turn"
    assert native("length", None) == "max_tokens"
    assert native("brand_new", None) == "brand_new"
