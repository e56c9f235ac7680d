"""A Failure as Bedrock tells it: a type in a header and a message before any output, an exception of the stream after it.

https://docs.aws.amazon.com/bedrock/latest/userguide/troubleshooting-api-error-codes.html
"""

from __future__ import annotations

from typing import Final

import msgspec

from ...errors import Failure, Kind
from ...framing.eventstream import EventStreamMessage, encode
from ...http import Headers
from ..outbound import headers_of, status_of

_INTERNAL: Final = "InternalServerException"
_INVALID: Final = "ValidationException"
_UPSTREAM: Final = "ModelErrorException"

# kind -> status and type, and a code for what no type of Bedrock's tells.
_WORDS: Final[dict[Kind, tuple[int, str, str | None]]] = {
    "authentication": (403, "UnrecognizedClientException", None),
    "permission_denied": (403, "AccessDeniedException", None),
    "not_found": (404, "ResourceNotFoundException", None),
    "bad_request": (400, _INVALID, None),
    "context_window": (400, _INVALID, "context_length_exceeded"),
    "content_policy": (400, _INVALID, "content_policy_violation"),
    "conflict": (409, "ConflictException", None),
    "request_too_large": (413, _INVALID, None),
    "unprocessable": (422, _INVALID, None),
    "rate_limited": (429, "ThrottlingException", None),
    "quota_exceeded": (400, "ServiceQuotaExceededException", None),
    "server_error": (500, _INTERNAL, None),
    "service_unavailable": (503, "ServiceUnavailable", None),  # common to all of AWS
    "overloaded": (503, "ServiceUnavailableException", None),
    "timeout": (408, "ModelTimeoutException", None),
    # What went wrong between this server and the provider behind it.
    "connection": (424, _UPSTREAM, "upstream_unreachable"),
    "truncated": (424, _UPSTREAM, "upstream_truncated"),
    "protocol": (424, _UPSTREAM, "upstream_protocol_error"),
    "limit_exceeded": (424, _UPSTREAM, "upstream_limit_exceeded"),
    "unsupported": (400, _INVALID, "unsupported_parameter"),
    "cancelled": (499, _INTERNAL, "request_cancelled"),
}
# The exceptions that a stream may have, by the types above; it is what was asked for that is wrong with the rest.
_IN_STREAMS: Final = {
    _INTERNAL: "internalServerException",
    _UPSTREAM: "modelStreamErrorException",
    "ModelTimeoutException": "modelStreamErrorException",
    "ServiceQuotaExceededException": "throttlingException",
    "ServiceUnavailable": "serviceUnavailableException",
    "ServiceUnavailableException": "serviceUnavailableException",
    "ThrottlingException": "throttlingException",
}


def encode_failure(failure: Failure) -> tuple[int, Headers, bytes]:
    """Status, headers and body of the response that tells *failure*; its own status is kept where it is one of an error."""
    usual, type_, _ = _WORDS[failure.kind]
    status = status_of(failure, usual)
    headers = headers_of(failure, status, request_id="x-amzn-requestid", exact=False)
    return status, (*headers, ("x-amzn-errortype", type_)), msgspec.json.encode(_body(failure))


def encode_exception(failure: Failure) -> bytes:
    """The message of a stream that tells *failure*."""
    name = _IN_STREAMS.get(_WORDS[failure.kind][1], "validationException")
    headers = {":exception-type": name, ":content-type": "application/json", ":message-type": "exception"}
    return encode(EventStreamMessage(headers, msgspec.json.encode(_body(failure))))


def _body(failure: Failure) -> dict[str, str]:
    code = failure.code or _WORDS[failure.kind][2]
    return {"message": failure.message} | ({"code": code} if code else {})
