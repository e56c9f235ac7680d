"""Stop reasons: Converse's words, and the canonical ones, both ways."""

from __future__ import annotations

from typing import Final

# The two malformed ones are errors of the model's, told as an end of its turn.
_CANONICAL: Final = {
    "content_filtered": "content_filter",
    "end_turn": "stop",
    "guardrail_intervened": "content_filter",
    "malformed_model_output": "stop",
    "malformed_tool_use": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "stop_sequence": "stop",
    "tool_use": "tool_calls",
}
_NATIVE: Final = {
    "content_filter": "content_filtered",
    "function_call": "tool_use",
    "length": "max_tokens",
    "stop": "end_turn",
    "tool_calls": "tool_use",
}
# Behind these, complete calls are what the turn ended for.
_ENDS_OF_TURN: Final = frozenset({"end_turn", "stop_sequence"})


def canonical(native: str, *, called: bool) -> str:
    """The canonical reason for Converse's own word; a word that nobody knows stays as it is, in lower case."""
    if called and native in _ENDS_OF_TURN:
        return "tool_calls"
    word = native.lower()
    return _CANONICAL.get(word, word)


def native(reason: str | None, word: str | None) -> str:
    """Converse's word for a canonical reason; *word* is the native one beside it, which counts if it is Converse's."""
    if word in _CANONICAL:
        return word
    return _NATIVE.get(reason or "stop", "end_turn")
