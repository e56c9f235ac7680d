"""When an attempt is made again, and after how long."""

from __future__ import annotations

import pytest

from sansio.errors import EXCEPTIONS, RETRIED, Failure, Kind
from sansio.policy import Retry

BUSY = Failure(kind="overloaded", message="busy")


def test_the_wait_is_a_random_part_of_twice_the_last_up_to_the_cap() -> None:
    retry = Retry(retries=9, base=0.5, cap=3.0)
    assert [retry.delay(made, BUSY, 1.0) for made in range(5)] == [0.5, 1.0, 2.0, 3.0, 3.0]
    assert [retry.delay(made, BUSY, 0.5) for made in range(3)] == [0.25, 0.5, 1.0]
    assert retry.delay(0, BUSY, 0.0) == 0.0


def test_the_first_attempt_is_no_retry() -> None:
    assert Retry().delay(1, BUSY, 0.5) is not None
    assert Retry().delay(2, BUSY, 0.5) is None
    assert Retry(retries=0).delay(0, BUSY, 0.5) is None


def test_any_number_of_retries_is_counted() -> None:
    assert Retry(retries=10**6).delay(10**5, BUSY, 1.0) == 8.0


@pytest.mark.parametrize("kind", EXCEPTIONS)
def test_the_kind_decides_unless_the_server_does(kind: Kind) -> None:
    assert (Retry().delay(0, Failure(kind=kind, message=""), 0.5) is not None) is (kind in RETRIED)
    assert Retry().delay(0, Failure(kind=kind, message="", should_retry=True), 0.5) is not None
    assert Retry().delay(0, Failure(kind=kind, message="", should_retry=False), 0.5) is None


@pytest.mark.parametrize(("seconds", "wait"), [(0.0, 0.0), (7.5, 7.5), (60.0, 60.0), (60.1, None)])
def test_the_servers_own_word_counts_up_to_its_cap_and_above_it_ends_the_call(
    seconds: float, wait: float | None
) -> None:
    assert Retry().delay(0, Failure(kind="rate_limited", message="", retry_after=seconds), 0.5) == wait
