"""Finish reasons in both directions."""

from __future__ import annotations

import pytest

from sansio.dialects.cohere.finish import canonical, native


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("COMPLETE", "stop"),
        ("STOP_SEQUENCE", "stop"),
        ("MAX_TOKENS", "length"),
        ("TOOL_CALL", "tool_calls"),
        ("ERROR_TOXIC", "content_filter"),
        ("ERROR_LIMIT", "length"),
        ("USER_CANCEL", "stop"),
        ("NEWS", "news"),
    ],
)
def test_the_canonical_word(word: str, reason: str) -> None:
    assert canonical(word) == reason


@pytest.mark.parametrize(
    ("reason", "own", "word"),
    [
        ("stop", None, "COMPLETE"),
        ("stop", "STOP_SEQUENCE", "STOP_SEQUENCE"),
        ("stop", "end_turn", "COMPLETE"),
        ("tool_calls", None, "TOOL_CALL"),
        ("length", None, "MAX_TOKENS"),
        ("content_filter", None, "ERROR_TOXIC"),
        ("news", None, "NEWS"),
    ],
)
def test_the_native_word(reason: str, own: str | None, word: str) -> None:
    assert native(reason, own) == word
