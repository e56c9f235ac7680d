"""Finish reasons, both ways."""

from __future__ import annotations

import pytest

from sansio.dialects.gemini.finish import canonical, native


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("STOP", "stop"),
        ("MAX_TOKENS", "length"),
        ("CONTINUATION", "length"),
        ("SAFETY", "content_filter"),
        ("RECITATION", "content_filter"),
        ("MODEL_ARMOR", "content_filter"),
        ("MALFORMED_FUNCTION_CALL", "stop"),
        ("OTHER", "stop"),
        ("SOMETHING_NEW", "stop"),
    ],
)
def test_canonical(word: str, reason: str) -> None:
    assert canonical(word) == reason


@pytest.mark.parametrize(
    ("reason", "word", "expected"),
    [
        ("stop", None, "STOP"),
        ("tool_calls", "STOP", "STOP"),
        ("length", "max_tokens", "MAX_TOKENS"),
        ("content_filter", "SPII", "SPII"),
        ("stop", "COMPLETE", "STOP"),
        ("error", None, "OTHER"),
    ],
)
def test_native(reason: str, word: str | None, expected: str) -> None:
    assert native(reason, word) == expected
