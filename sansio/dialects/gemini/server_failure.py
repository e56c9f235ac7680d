"""A Failure as Google's servers tell it, a google.rpc.Status: https://google.aip.dev/193."""

from __future__ import annotations

from typing import Final

import msgspec

from ...errors import Failure, Kind
from ...http import Headers
from ..outbound import headers_of, status_of

_INFO: Final = "type.googleapis.com/google.rpc.ErrorInfo"
_RETRY: Final = "type.googleapis.com/google.rpc.RetryInfo"

# kind -> HTTP's status and the API's.
_WORDS: Final[dict[Kind, tuple[int, str]]] = {
    "authentication": (401, "UNAUTHENTICATED"),
    "permission_denied": (403, "PERMISSION_DENIED"),
    "not_found": (404, "NOT_FOUND"),
    "bad_request": (400, "INVALID_ARGUMENT"),
    "context_window": (400, "INVALID_ARGUMENT"),
    "content_policy": (400, "INVALID_ARGUMENT"),
    "conflict": (409, "ABORTED"),
    "request_too_large": (413, "INVALID_ARGUMENT"),
    "unprocessable": (422, "INVALID_ARGUMENT"),
    "rate_limited": (429, "RESOURCE_EXHAUSTED"),
    "quota_exceeded": (429, "RESOURCE_EXHAUSTED"),
    "server_error": (500, "INTERNAL"),
    "service_unavailable": (503, "UNAVAILABLE"),
    "overloaded": (503, "UNAVAILABLE"),
    "timeout": (504, "DEADLINE_EXCEEDED"),
    # What went wrong between this server and the provider behind it (RFC 9110 section 15.6.3).
    "connection": (502, "INTERNAL"),
    "truncated": (502, "INTERNAL"),
    "protocol": (502, "INTERNAL"),
    "limit_exceeded": (502, "INTERNAL"),
    "unsupported": (400, "INVALID_ARGUMENT"),
    "cancelled": (499, "CANCELLED"),
}
# The reasons of those kinds that neither status tells.
_REASONS: Final[dict[Kind, str]] = {
    "content_policy": "CONTENT_POLICY_VIOLATION",
    "context_window": "CONTEXT_LENGTH_EXCEEDED",
    "quota_exceeded": "INSUFFICIENT_QUOTA",
}


def encode_error(failure: Failure) -> bytes:
    """The error object as JSON: the body of a response, or a stream's last record."""
    details: list[dict[str, object]] = []
    if (reason := _REASONS.get(failure.kind)) is not None:
        details.append({"@type": _INFO, "reason": reason, "domain": "sansio-llm"})
    if failure.retry_after is not None:
        details.append({"@type": _RETRY, "retryDelay": f"{failure.retry_after:.3f}s"})
    error: dict[str, object] = {"code": _status(failure), "message": failure.message, "status": _WORDS[failure.kind][1]}
    if failure.param is not None:
        error["param"] = failure.param
    return msgspec.json.encode({"error": error | ({"details": details} if details else {})})


def _status(failure: Failure) -> int:
    return status_of(failure, _WORDS[failure.kind][0])


def encode_failure(failure: Failure) -> tuple[int, Headers, bytes]:
    """Status, headers and body of the response that tells *failure*; a time to wait is in a header in whole seconds, too."""
    status = _status(failure)
    return status, headers_of(failure, status, exact=False), encode_error(failure)
