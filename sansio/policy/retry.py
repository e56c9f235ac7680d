"""When a failed attempt is made again.

Exponential backoff with full jitter, after https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/;
the server's own words come first.
"""

from __future__ import annotations

from typing import Final

import msgspec

from ..errors import Failure

_DOUBLED: Final = 64  # beyond any cap, and a float's exponent ends at 1023


class Retry(msgspec.Struct, frozen=True):
    """How often, and after how many seconds.  `retries` do not count the first attempt.

    A `Retry-After` above `cap_retry_after` ends the call at once with its error, without sleeping.
    """

    retries: int = 2
    base: float = 0.5
    cap: float = 8.0
    cap_retry_after: float = 60.0

    def delay(self, made: int, failure: Failure, uniform: float) -> float | None:
        """Seconds to wait before the next attempt after *made* retries; None where there is to be none.

        *uniform* is a random number from [0, 1).  The caller checks the deadline, and that nothing was shown yet.
        """
        if made >= self.retries or not failure.retryable:
            return None
        if failure.retry_after is not None:
            return failure.retry_after if failure.retry_after <= self.cap_retry_after else None
        return uniform * min(self.cap, self.base * 2.0 ** min(made, _DOUBLED))
