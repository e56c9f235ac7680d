"""Failures as the API tells them."""

from __future__ import annotations

import msgspec
import pytest

from sansio.dialects.anthropic.server_failure import encode_error, encode_failure
from sansio.errors import EXCEPTIONS, Failure, Kind


@pytest.mark.parametrize(
    ("kind", "status", "type_"),
    [
        ("authentication", 401, "authentication_error"),
        ("quota_exceeded", 402, "billing_error"),
        ("not_found", 404, "not_found_error"),
        ("rate_limited", 429, "rate_limit_error"),
        ("truncated", 502, "api_error"),
        ("timeout", 504, "timeout_error"),
        ("overloaded", 529, "overloaded_error"),
    ],
)
def test_kinds_have_statuses_and_types(kind: Kind, status: int, type_: str) -> None:
    found, headers, body = encode_failure(Failure(kind=kind, message="m"))
    assert (found, headers) == (status, (("content-type", "application/json"),))
    assert msgspec.json.decode(body)["error"]["type"] == type_


def test_every_kind_can_be_told() -> None:
    assert all(encode_failure(Failure(kind=kind, message="m"))[0] >= 400 for kind in EXCEPTIONS)


def test_the_error_object() -> None:
    failure = Failure(kind="context_window", message="too long", request_id="req_1", type="of another API")
    assert msgspec.json.decode(encode_error(failure)) == {
        "type": "error",
        "error": {
            "type": "invalid_request_error",
            "message": "too long",
            "details": {"error_code": "context_length_exceeded"},
        },
        "request_id": "req_1",
    }
    assert b'"error_code":"own"' in encode_error(Failure(kind="bad_request", message="m", code="own"))


def test_headers_say_when_to_come_again() -> None:
    failure = Failure(
        kind="rate_limited", message="m", request_id="req_1", retry_after=1.5, should_retry=True, status=430
    )
    status, headers, _ = encode_failure(failure)
    assert status == 430
    assert headers[1:] == (
        ("request-id", "req_1"),
        ("retry-after", "2"),
        ("retry-after-ms", "1500"),
        ("x-should-retry", "true"),
    )
    assert ("retry-after-ms", "3000") not in encode_failure(Failure(kind="timeout", message="m", retry_after=3))[1]


def test_a_wrong_method_names_the_right_one() -> None:
    status, headers, _ = encode_failure(Failure(kind="bad_request", message="m", status=405))
    assert (status, headers[-1]) == (405, ("allow", "POST"))
    assert encode_failure(Failure(kind="protocol", message="m", status=200))[0] == 502
