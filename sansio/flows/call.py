"""A call: attempts under one total clock, with a token where the provider wants one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import msgspec

from ..auth import Grant
from ..commands import Clock, Flow, after
from ..errors import Failure
from ..events import Failed, Outcome
from ..exchange import Exchange
from ..http import Timeouts
from ..policy import Retry
from .attempts import attempts
from .token import forget, token

R = TypeVar("R")

_REFUSED = 401


def call(
    exchange: Exchange[R], retry: Retry, timeouts: Timeouts, uniform: Callable[[], float], clock: Clock
) -> Flow[Outcome[R]]:
    """Run *exchange*, and fresh ones of the same request while the policy says so.

    Where the provider's secret is a grant, its token is got first; one that the provider refuses is replaced, once.
    *uniform* gives random numbers from [0, 1).  The total clock runs from here, waiting included: a wait that it
    would cut short is not begun, and the failure stands.
    """
    until = after(clock.now, timeouts.total)
    grant = exchange.provider.secret
    if not isinstance(grant, Grant) or exchange.provider.api_key is not None:
        return (yield from attempts(exchange, retry, timeouts, uniform, clock, until=until))
    replaced = False
    while True:
        credential = yield from token(grant, retry, timeouts, uniform, clock, until=until)
        if isinstance(credential, Failure):
            return Failed(msgspec.structs.replace(credential, provider=exchange.provider.name))
        exchange = exchange.renewed(credential=credential)
        outcome = yield from attempts(exchange, retry, timeouts, uniform, clock, until=until)
        if replaced or not (isinstance(outcome, Failed) and outcome.failure.status == _REFUSED):
            return outcome
        yield from forget(grant, credential)
        replaced = True
