"""Failures as Google's servers tell them."""

from __future__ import annotations

import json

import pytest

from sansio.dialects.gemini.server_failure import encode_error, encode_failure
from sansio.errors import EXCEPTIONS, Failure


def test_everything_that_a_failure_says() -> None:
    failure = Failure(
        kind="quota_exceeded",
        message="no",
        status=429,
        param="p",
        request_id="r",
        retry_after=1.5,
        should_retry=False,
    )
    status, headers, body = encode_failure(failure)
    assert status == 429
    assert headers == (
        ("content-type", "application/json"),
        ("x-request-id", "r"),
        ("retry-after", "2"),
        ("x-should-retry", "false"),
    )
    assert json.loads(body) == {
        "error": {
            "code": 429,
            "message": "no",
            "status": "RESOURCE_EXHAUSTED",
            "param": "p",
            "details": [
                {
                    "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                    "reason": "INSUFFICIENT_QUOTA",
                    "domain": "sansio-llm",
                },
                {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "1.500s"},
            ],
        }
    }


@pytest.mark.parametrize("kind", sorted(EXCEPTIONS))
def test_every_kind_has_a_status(kind: str) -> None:
    error = json.loads(encode_error(Failure(kind=kind, message="m")))["error"]  # type: ignore[arg-type]
    assert 400 <= error["code"] < 600
    assert error["status"].isupper()


def test_a_status_that_is_none_of_an_error_is_not_told() -> None:
    assert encode_failure(Failure(kind="content_policy", message="m", status=200))[0] == 400


def test_a_method_that_is_not_allowed() -> None:
    assert ("allow", "POST") in encode_failure(Failure(kind="bad_request", message="m", status=405))[1]
