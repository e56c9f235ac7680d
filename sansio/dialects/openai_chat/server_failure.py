"""A Failure as a server of this dialect tells it: an HTTP response before any output, a record of the stream after it.

https://platform.openai.com/docs/guides/error-codes
"""

from __future__ import annotations

from typing import Final

import msgspec

from ...errors import Failure, Kind
from ...http import Headers
from ..outbound import headers_of, status_of

_INVALID = "invalid_request_error"

# kind -> status, type, code: what stands in for the parts that the failure leaves open.
_WORDS: Final[dict[Kind, tuple[int, str, str | None]]] = {
    "authentication": (401, _INVALID, "invalid_api_key"),
    "permission_denied": (403, "permission_error", None),
    "not_found": (404, "not_found_error", None),
    "bad_request": (400, _INVALID, None),
    "context_window": (400, _INVALID, "context_length_exceeded"),
    "content_policy": (400, _INVALID, "content_policy_violation"),
    "conflict": (409, "conflict_error", None),
    "request_too_large": (413, "request_too_large", None),
    "unprocessable": (422, _INVALID, "unprocessable_entity"),
    "rate_limited": (429, "rate_limit_error", "rate_limit_exceeded"),
    "quota_exceeded": (429, "insufficient_quota", "insufficient_quota"),
    "server_error": (500, "server_error", None),
    "service_unavailable": (503, "service_unavailable_error", None),
    "overloaded": (503, "service_unavailable_error", "server_is_overloaded"),
    "timeout": (504, "timeout_error", None),
    # What went wrong between this server and the provider behind it (RFC 9110 section 15.6.3).
    "connection": (502, "server_error", "upstream_unreachable"),
    "truncated": (502, "server_error", "upstream_truncated"),
    "protocol": (502, "server_error", "upstream_protocol_error"),
    "limit_exceeded": (502, "server_error", "upstream_limit_exceeded"),
    "unsupported": (400, _INVALID, "unsupported_parameter"),
    "cancelled": (499, "request_cancelled", None),  # nobody is left to read it; nginx logs this number
}


def error_members(failure: Failure) -> dict[str, str | None]:
    """The members of the error object."""
    _, type_, code = _WORDS[failure.kind]
    return {
        "message": failure.message,
        "type": failure.type or type_,
        "param": failure.param,
        "code": failure.code or code,
    }


def encode_error(failure: Failure) -> bytes:
    """The error object as JSON: the body of a response, or the data of a stream's last record."""
    return msgspec.json.encode({"error": error_members(failure)})


def encode_failure(failure: Failure) -> tuple[int, Headers, bytes]:
    """Status, headers and body of the response that tells *failure*; its own status is kept where it is one of an error."""
    status = status_of(failure, _WORDS[failure.kind][0])
    return status, headers_of(failure, status), encode_error(failure)
