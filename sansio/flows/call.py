"""A call: attempts until one completes, the policy gives up, or the user has seen output."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from ..commands import Clock, Flow, Sleep, after
from ..events import Failed, Outcome
from ..exchange import Exchange
from ..http import Timeouts
from ..policy import Retry
from .attempt import attempt

R = TypeVar("R")


def call(
    exchange: Exchange[R], retry: Retry, timeouts: Timeouts, uniform: Callable[[], float], clock: Clock
) -> Flow[Outcome[R]]:
    """Run *exchange*, and fresh ones of the same request while the policy says so.

    *uniform* gives random numbers from [0, 1).  The total clock runs from here, waiting included: a wait that it
    would cut short is not begun, and the failure stands.
    """
    until = after(clock.now, timeouts.total)
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
        exchange = exchange.renewed()
        made += 1
