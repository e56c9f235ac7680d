"""Stop reasons and the canonical finish reasons: https://platform.claude.com/docs/en/build-with-claude/handling-stop-reasons."""

from __future__ import annotations

from typing import Final

_CANONICAL: Final = {
    "compaction": "stop",
    "end_turn": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "pause_turn": "stop",
    "refusal": "content_filter",
    "stop_sequence": "stop",
    "tool_use": "tool_calls",
}
_ENDS: Final = frozenset({"end_turn", "stop_sequence"})  # where a call that is there was the end of the turn
_NATIVE: Final = {
    "content_filter": "refusal",
    "function_call": "tool_use",
    "length": "max_tokens",
    "stop": "end_turn",
    "tool_calls": "tool_use",
}


def canonical(native: str, *, calls: bool = False) -> str:
    """The canonical reason; with complete *calls* the end of a turn is theirs.  An unknown word stays, in lower case."""
    if calls and native in _ENDS:
        return "tool_calls"
    return _CANONICAL.get(native, native.lower())


def native(reason: str, said: str | None) -> str:
    """The API's word for a canonical reason: what the provider *said*, where that is one of the API's for it."""
    if said is not None and _CANONICAL.get(said) == reason:
        return said
    return _NATIVE.get(reason, reason)
