"""VirtualClock: it moves when it is told to, and forwards."""

from __future__ import annotations

import math

import pytest

from sansio.testing import VirtualClock


def test_it_moves_by_and_to() -> None:
    clock = VirtualClock(10.0)
    assert clock.now == 10.0
    assert clock.advance(2.5) == clock.now == 12.5
    assert clock.advance_to(20.0) == clock.now == 20.0
    assert clock.advance(0.0) == 20.0


@pytest.mark.parametrize("until", [9.0, math.nan])
def test_it_never_goes_back(until: float) -> None:
    clock = VirtualClock(10.0)
    with pytest.raises(ValueError, match="time does not go back"):
        clock.advance_to(until)
    with pytest.raises(ValueError, match="time does not go back"):
        clock.advance(until - 10.0)
    assert clock.now == 10.0
