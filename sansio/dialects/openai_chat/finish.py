"""Finish reasons: the words of compatible servers, and the canonical ones that they stand for."""

from __future__ import annotations

from typing import Final

_CANONICAL: Final[dict[str, str]] = {
    "complete": "stop",
    "content_filtered": "content_filter",
    "end": "stop",
    "end_turn": "stop",
    "eos": "stop",
    "eos_token": "stop",
    "guardrail_intervened": "content_filter",
    "insufficient_system_resource": "error",
    "max_output_tokens": "length",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "model_length": "length",
    "refusal": "content_filter",
    "safety": "content_filter",
    "stop_sequence": "stop",
    "tool_call": "tool_calls",
    "tool_use": "tool_calls",
}


def canonical(native: str) -> str:
    """The canonical reason for a server's own word; a word that nobody knows stays as it is, in lower case."""
    word = native.lower()
    return _CANONICAL.get(word, word)
