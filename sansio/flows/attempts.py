"""Attempts until one completes, the policy gives up, the time is over, or the user has seen output."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from ..commands import Clock, Flow, Sleep
from ..events import Failed, Outcome
from ..http import Timeouts
from ..policy import Retry
from .attempt import Attemptable, attempt

R = TypeVar("R")


def attempts(
    exchange: Attemptable[R],
    retry: Retry,
    timeouts: Timeouts,
    uniform: Callable[[], float],
    clock: Clock,
    *,
    until: float,
) -> Flow[Outcome[R]]:
    """Run *exchange*, and fresh ones of the same request while the policy says so.

    *uniform* gives random numbers from [0, 1).  A wait that *until* would cut short is not begun, and the failure stands.
    """
    made = 0
    while True:
        attempted = yield from attempt(exchange, timeouts, until, clock)
        outcome = attempted.outcome
        if attempted.committed or not isinstance(outcome, Failed):
            return outcome
        delay = retry.delay(made, outcome.failure, uniform())
        if delay is None or clock.now + delay >= until:
            return outcome
        yield Sleep(clock.now + delay)
        exchange = exchange.renewed(unix=clock.unix_now())
        made += 1
