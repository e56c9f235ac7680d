"""Finish reasons."""

from __future__ import annotations

import pytest

from sansio.dialects.openai_chat.finish import canonical


@pytest.mark.parametrize(
    ("native", "reason"),
    [
        ("stop", "stop"),
        ("length", "length"),
        ("tool_calls", "tool_calls"),
        ("function_call", "function_call"),
        ("content_filter", "content_filter"),
        ("eos", "stop"),
        ("end_turn", "stop"),
        ("model_length", "length"),
        ("tool_use", "tool_calls"),
        ("MAX_TOKENS", "length"),
        ("insufficient_system_resource", "error"),
        ("Something_New", "something_new"),
    ],
)
def test_words_of_servers(native: str, reason: str) -> None:
    assert canonical(native) == reason
