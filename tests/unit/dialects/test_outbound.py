"""What every server of ours says beside its own words when it tells of a failure."""

from __future__ import annotations

import pytest

from sansio.dialects.outbound import headers_of, status_of
from sansio.errors import Failure

_TYPE = ("content-type", "application/json")


@pytest.mark.parametrize(("own", "told"), [(None, 429), (200, 429), (399, 429), (400, 400), (503, 503)])
def test_the_status_is_the_failures_own_where_it_is_one_of_an_error(own: int | None, told: int) -> None:
    assert status_of(Failure(kind="rate_limited", message="slow down", status=own), 429) == told


def test_the_id_of_the_request_has_the_dialects_own_name() -> None:
    failure = Failure(kind="server_error", message="no", request_id="r")
    assert headers_of(failure, 500) == (_TYPE, ("x-request-id", "r"))
    assert headers_of(failure, 500, request_id="request-id") == (_TYPE, ("request-id", "r"))


def test_times_to_wait_are_whole_seconds_and_milliseconds_beside_them_where_that_loses_something() -> None:
    assert headers_of(Failure(kind="rate_limited", message="no", retry_after=2.0), 429) == (_TYPE, ("retry-after", "2"))
    failure = Failure(kind="rate_limited", message="no", retry_after=1.25)
    assert headers_of(failure, 429) == (_TYPE, ("retry-after", "2"), ("retry-after-ms", "1250"))
    assert headers_of(failure, 429, exact=False) == (_TYPE, ("retry-after", "2"))


def test_whether_to_retry_and_the_method_that_is_allowed() -> None:
    assert headers_of(Failure(kind="bad_request", message="no", should_retry=False), 405) == (
        _TYPE,
        ("x-should-retry", "false"),
        ("allow", "POST"),
    )
