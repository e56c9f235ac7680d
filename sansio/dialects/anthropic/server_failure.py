"""A Failure as a server of this dialect tells it: an HTTP response before any output, an event of the stream after it.

https://platform.claude.com/docs/en/api/errors
"""

from __future__ import annotations

from typing import Final

import msgspec

from ...errors import Failure, Kind
from ...http import Headers
from ..outbound import headers_of, status_of

_INVALID: Final = "invalid_request_error"

# kind -> status, type, and the code that tells the kind where the type does not.
_WORDS: Final[dict[Kind, tuple[int, str, str | None]]] = {
    "authentication": (401, "authentication_error", None),
    "permission_denied": (403, "permission_error", None),
    "not_found": (404, "not_found_error", None),
    "bad_request": (400, _INVALID, None),
    "context_window": (400, _INVALID, "context_length_exceeded"),
    "content_policy": (400, _INVALID, "content_policy_violation"),
    "conflict": (409, "conflict_error", None),
    "request_too_large": (413, "request_too_large", None),
    "unprocessable": (422, _INVALID, None),
    "rate_limited": (429, "rate_limit_error", None),
    "quota_exceeded": (402, "billing_error", None),
    "server_error": (500, "api_error", None),
    "service_unavailable": (503, "api_error", "service_unavailable"),
    "overloaded": (529, "overloaded_error", None),
    "timeout": (504, "timeout_error", None),
    # What went wrong between this server and the provider behind it (RFC 9110 section 15.6.3).
    "connection": (502, "api_error", "upstream_unreachable"),
    "truncated": (502, "api_error", "upstream_truncated"),
    "protocol": (502, "api_error", "upstream_protocol_error"),
    "limit_exceeded": (502, "api_error", "upstream_limit_exceeded"),
    "unsupported": (400, _INVALID, "unsupported_parameter"),
    "cancelled": (499, "api_error", "request_cancelled"),  # nobody is left to read it; nginx logs this number
}


def encode_error(failure: Failure) -> bytes:
    """The error object as JSON: the body of a response, or the data of a stream's last event.

    Its type is the API's own for the kind, since clients branch on it; a code of the provider's is in the details.
    """
    _, type_, code = _WORDS[failure.kind]
    error: dict[str, object] = {"type": type_, "message": failure.message}
    if (code := failure.code or code) is not None:
        error["details"] = {"error_code": code}
    whole: dict[str, object] = {"type": "error", "error": error}
    if failure.request_id is not None:
        whole["request_id"] = failure.request_id
    return msgspec.json.encode(whole)


def encode_failure(failure: Failure) -> tuple[int, Headers, bytes]:
    """Status, headers and body of the response that tells *failure*; its own status is kept where it is one of an error."""
    status = status_of(failure, _WORDS[failure.kind][0])
    return status, headers_of(failure, status, request_id="request-id"), encode_error(failure)
