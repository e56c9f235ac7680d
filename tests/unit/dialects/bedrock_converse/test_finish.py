"""Stop reasons, both ways."""

from __future__ import annotations

import pytest

from sansio.dialects.bedrock_converse.finish import canonical, native


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("end_turn", "stop"),
        ("stop_sequence", "stop"),
        ("tool_use", "tool_calls"),
        ("max_tokens", "length"),
        ("model_context_window_exceeded", "length"),
        ("guardrail_intervened", "content_filter"),
        ("content_filtered", "content_filter"),
        ("malformed_model_output", "stop"),
        ("malformed_tool_use", "stop"),
        ("Brand_New", "brand_new"),
    ],
)
def test_converses_words_are_canonical_ones(word: str, reason: str) -> None:
    assert canonical(word, called=False) == reason


def test_behind_whole_calls_the_end_of_the_turn_is_theirs() -> None:
    assert canonical("end_turn", called=True) == "tool_calls"
    assert canonical("malformed_tool_use", called=True) == "stop"
    assert canonical("max_tokens", called=True) == "length"


@pytest.mark.parametrize(
    ("reason", "word", "told"),
    [
        ("stop", None, "end_turn"),
        ("stop", "stop_sequence", "stop_sequence"),
        ("stop", "eos", "end_turn"),
        ("length", "MAX_TOKENS", "max_tokens"),
        ("tool_calls", "stop", "tool_use"),
        ("function_call", None, "tool_use"),
        ("content_filter", "refusal", "content_filtered"),
        ("odd", None, "end_turn"),
        (None, None, "end_turn"),
    ],
)
def test_a_servers_word_is_the_native_one_if_that_is_converses(reason: str | None, word: str | None, told: str) -> None:
    assert native(reason, word) == told
