"""What the server sides of dialects share when a failure goes out: its status, and the headers beside its own."""

from __future__ import annotations

from math import ceil

from ..errors import Failure
from ..http import Headers


def status_of(failure: Failure, usual: int) -> int:
    """The failure's own status where it is one of an error, else the *usual* one of its kind."""
    return failure.status if failure.status is not None and failure.status >= 400 else usual


def headers_of(failure: Failure, status: int, *, request_id: str = "x-request-id", exact: bool = True) -> Headers:
    """The headers of the response that tells *failure* with *status*; its id is in the one that is called *request_id*.

    Times to wait are in whole seconds, rounded up, and, if they are to be *exact*, in milliseconds beside them where that
    would lose something.
    """
    headers = [("content-type", "application/json")]
    if failure.request_id is not None:
        headers.append((request_id, failure.request_id))
    if (wait := failure.retry_after) is not None:
        headers.append(("retry-after", str(ceil(wait))))
        if exact and wait != ceil(wait):
            headers.append(("retry-after-ms", str(round(wait * 1000))))
    if failure.should_retry is not None:
        headers.append(("x-should-retry", str(failure.should_retry).lower()))
    if status == 405:
        headers.append(("allow", "POST"))  # RFC 9110 section 15.5.6 requires it
    return tuple(headers)
