"""How a failure is told: kinds to statuses and words, and the headers that time a retry."""

from __future__ import annotations

import msgspec
import pytest

from sansio.dialects.openai_chat.server_failure import encode_error, encode_failure
from sansio.errors import EXCEPTIONS, Failure, Kind


def status_of(kind: Kind, status: int | None = None) -> int:
    return encode_failure(Failure(kind=kind, message="", status=status))[0]


def headers_of(**facts: object) -> dict[str, str]:
    failure = msgspec.convert({"kind": "rate_limited", "message": "", **facts}, Failure)
    return dict(encode_failure(failure)[1])


def test_the_error_object_has_all_four_members() -> None:
    error = {"error": {"message": "no", "type": "server_error", "param": None, "code": None}}
    assert msgspec.json.decode(encode_error(Failure(kind="server_error", message="no"))) == error


def test_the_failures_own_words_go_before_the_kinds() -> None:
    failure = Failure(kind="rate_limited", message="slow", type="tokens", code="slow_down", param="model")
    error = {"error": {"message": "slow", "type": "tokens", "param": "model", "code": "slow_down"}}
    assert msgspec.json.decode(encode_error(failure)) == error


@pytest.mark.parametrize("kind", [*EXCEPTIONS, "cancelled"])
def test_every_kind_has_a_status_of_an_error(kind: Kind) -> None:
    assert 400 <= status_of(kind) < 600


def test_the_failures_own_status_is_kept_where_it_is_one_of_an_error() -> None:
    assert status_of("overloaded", 529) == 529
    assert status_of("truncated", 200) == 502


def test_a_time_to_wait_is_told_in_whole_seconds_and_exactly() -> None:
    assert "retry-after" not in headers_of()
    assert headers_of(retry_after=2.0)["retry-after"] == "2"
    assert "retry-after-ms" not in headers_of(retry_after=2.0)
    assert headers_of(retry_after=1.25)["retry-after"] == "2"
    assert headers_of(retry_after=1.25)["retry-after-ms"] == "1250"


def test_the_request_id_and_the_word_on_retries_are_told() -> None:
    headers = headers_of(request_id="req_1", should_retry=False)
    assert (headers["x-request-id"], headers["x-should-retry"]) == ("req_1", "false")


def test_a_wrong_method_is_told_the_right_one() -> None:
    assert headers_of(kind="bad_request", status=405)["allow"] == "POST"
