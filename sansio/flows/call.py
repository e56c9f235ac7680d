"""A call: attempts under one total clock."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from ..commands import Clock, Flow, after
from ..events import Outcome
from ..exchange import Exchange
from ..http import Timeouts
from ..policy import Retry
from .attempts import attempts

R = TypeVar("R")


def call(
    exchange: Exchange[R], retry: Retry, timeouts: Timeouts, uniform: Callable[[], float], clock: Clock
) -> Flow[Outcome[R]]:
    """Run *exchange*, and fresh ones of the same request while the policy says so.

    *uniform* gives random numbers from [0, 1).  The total clock runs from here, waiting included: a wait that it
    would cut short is not begun, and the failure stands.
    """
    until = after(clock.now, timeouts.total)
    return (yield from attempts(exchange, retry, timeouts, uniform, clock, until=until))
