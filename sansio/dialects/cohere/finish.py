"""Finish reasons: https://docs.cohere.com/reference/chat."""

from __future__ import annotations

from typing import Final

_CANONICAL: Final[dict[str, str]] = {
    "COMPLETE": "stop",
    "ERROR_LIMIT": "length",
    "ERROR_TOXIC": "content_filter",
    "MAX_TOKENS": "length",
    "STOP_SEQUENCE": "stop",
    "TOOL_CALL": "tool_calls",
    "USER_CANCEL": "stop",
}
_NATIVE: Final[dict[str, str]] = {
    "content_filter": "ERROR_TOXIC",
    "function_call": "TOOL_CALL",
    "length": "MAX_TOKENS",
    "stop": "COMPLETE",
    "tool_calls": "TOOL_CALL",
}

# Reasons with which a generation ends without being finished.
FAILED: Final = frozenset({"ERROR", "TIMEOUT"})


def canonical(native: str) -> str:
    """The canonical reason for the API's word; one that is not known stays as it is, in lower case."""
    return _CANONICAL.get(native, native.lower())


def native(reason: str, own: str | None) -> str:
    """The API's word for a canonical reason: *own*, the provider's, where that is one of them."""
    return own if own in _CANONICAL else _NATIVE.get(reason, reason.upper())
