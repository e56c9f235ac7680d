"""Finish reasons: the API's words and the canonical ones.

https://ai.google.dev/api/generate-content#FinishReason
"""

from __future__ import annotations

from typing import Final

_FILTERED: Final = (
    "SAFETY",
    "RECITATION",
    "BLOCKLIST",
    "PROHIBITED_CONTENT",
    "SPII",
    "IMAGE_SAFETY",
    "IMAGE_PROHIBITED_CONTENT",
    "IMAGE_RECITATION",
    "LANGUAGE",
    "ESCALATION",
    "MODEL_ARMOR",
    "PUP_LIMITED_DISABLED",
)
_CANONICAL: Final[dict[str, str]] = {
    "MAX_TOKENS": "length",
    "CONTINUATION": "length",
    **dict.fromkeys(_FILTERED, "content_filter"),
}
_STOPPED: Final = (
    "FINISH_REASON_UNSPECIFIED",
    "STOP",
    "OTHER",
    "IMAGE_OTHER",
    "NO_IMAGE",
    "MALFORMED_FUNCTION_CALL",
    "MALFORMED_RESPONSE",
    "MISSING_THOUGHT_SIGNATURE",
    "TOO_MANY_TOOL_CALLS",
    "UNEXPECTED_TOOL_CALL",
)
_WORDS: Final = frozenset({*_CANONICAL, *_STOPPED})
_NATIVE: Final = {"stop": "STOP", "tool_calls": "STOP", "length": "MAX_TOKENS", "content_filter": "SAFETY"}


def canonical(native: str) -> str:
    """The canonical reason: whatever is neither a limit nor a filter stopped, with its own word beside it."""
    return _CANONICAL.get(native, "stop")


def native(reason: str, word: str | None) -> str:
    """The API's word for a canonical *reason*; *word*, a provider's own, where it is one of this API's."""
    if word is not None and word in _WORDS:
        return word
    return _NATIVE.get(reason, "OTHER")
