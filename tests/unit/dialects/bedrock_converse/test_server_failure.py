"""Failures as Bedrock tells them."""

from __future__ import annotations

import msgspec
import pytest

from sansio.dialects.bedrock_converse.server_failure import encode_exception, encode_failure
from sansio.errors import Failure, Kind
from sansio.framing.eventstream import EventStreamDecoder


def test_the_type_is_in_a_header() -> None:
    status, headers, body = encode_failure(Failure(kind="rate_limited", message="slow"))
    assert (status, dict(headers)["x-amzn-errortype"], body) == (429, "ThrottlingException", b'{"message":"slow"}')


def test_what_no_type_tells_is_a_code() -> None:
    status, headers, body = encode_failure(Failure(kind="context_window", message="long"))
    assert (status, dict(headers)["x-amzn-errortype"]) == (400, "ValidationException")
    assert msgspec.json.decode(body) == {"message": "long", "code": "context_length_exceeded"}
    assert b'"code":"own"' in encode_failure(Failure(kind="bad_request", message="no", code="own"))[2]


def test_the_failures_own_status_is_kept_where_it_is_an_error() -> None:
    assert encode_failure(Failure(kind="overloaded", message="no", status=529))[0] == 529
    assert encode_failure(Failure(kind="overloaded", message="no", status=200))[0] == 503


def test_headers_tell_the_rest() -> None:
    failure = Failure(kind="bad_request", message="no", status=405, request_id="r", retry_after=1.5, should_retry=False)
    assert encode_failure(failure)[1] == (
        ("content-type", "application/json"),
        ("x-amzn-requestid", "r"),
        ("retry-after", "2"),
        ("x-should-retry", "false"),
        ("allow", "POST"),
        ("x-amzn-errortype", "ValidationException"),
    )


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("rate_limited", "throttlingException"),
        ("quota_exceeded", "throttlingException"),
        ("bad_request", "validationException"),
        ("authentication", "validationException"),
        ("overloaded", "serviceUnavailableException"),
        ("server_error", "internalServerException"),
        ("timeout", "modelStreamErrorException"),
        ("truncated", "modelStreamErrorException"),
        ("cancelled", "internalServerException"),
    ],
)
def test_a_stream_has_exceptions_of_its_own(kind: Kind, name: str) -> None:
    (message,) = EventStreamDecoder().receive_data(encode_exception(Failure(kind=kind, message="no")))
    assert (message.message_type, message.exception_type) == ("exception", name)
    assert msgspec.json.decode(message.payload)["message"] == "no"
