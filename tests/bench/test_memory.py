"""What hostile input costs in memory, counted in bytes: the promises of the benchmark, at a smaller scale."""

from __future__ import annotations

from sansio import Failed
from sansio.http import Limits
from tests.bench.contenders.sansio_core import peak

KIB = 1024


def test_an_event_past_the_limit_takes_no_more_than_the_limit_twice() -> None:
    limits = Limits(event=512 * KIB)
    peak_bytes, outcome = peak(1024 * KIB, 8 * KIB, limits)
    assert isinstance(outcome, Failed)
    assert outcome.failure.kind == "limit_exceeded"
    assert peak_bytes <= 2 * limits.event


def test_an_event_in_two_byte_pieces_takes_no_more_than_the_limit_twice() -> None:
    limits = Limits(event=64 * KIB)
    peak_bytes, outcome = peak(63 * KIB, 2, limits)
    assert outcome is None
    assert peak_bytes <= 2 * limits.event
