"""An access token: the one that calls share, fetched by one of them where there is none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Self

import msgspec

from ..auth import Grant
from ..commands import (
    Ask,
    Broken,
    Busy,
    Clock,
    Fetch,
    Flow,
    Refused,
    Reply,
    Token,
    TokenFetched,
    TokenRefused,
    TokenWanted,
    Wait,
    Withdraw,
)
from ..errors import RETRIED, Failure, LocalProtocolError
from ..events import Completed, Event, Failed
from ..http import Headers, Timeouts
from ..policy import Retry
from ..types import Credential
from .attempts import attempts

_LIMIT: Final = 64 * 1024  # of an answer: Entra's longest tokens have some 10 KiB
# Seconds: a token endpoint that is well answers at once, and others wait for its answer, too.
_READ: Final = 30.0
# Seconds that a call spends on a token that is replaced ahead of its end: it has a good one, and others will try again.
_AHEAD: Final = 5.0
_ONCE: Final = Retry(retries=0)
_LATE: Final = Failure(
    kind="timeout", message="the call's total time is over, and another call's fetch is not", should_retry=False
)


def token(
    grant: Grant, retry: Retry, timeouts: Timeouts, uniform: Callable[[], float], clock: Clock, *, until: float
) -> Flow[Credential | Failure]:
    """The token of *grant*: the one that is held, the one that another call is fetching, or one that is fetched here.

    A fetch has its own attempts under *retry*, so that its failure is not to be retried; a token that is replaced while
    it is still good is not missed where that fails.  *until* is the deadline of the whole call.
    Raises LocalProtocolError where the clock knows no Unix time, or the grant's secrets cannot be used.
    """
    reply = yield Ask(TokenWanted(grant.key, _unix(clock)))
    while isinstance(reply, Busy):
        yield Wait(reply.key, until)
        if clock.now >= until:
            yield Ask(Withdraw(""))
            return _failure(_LATE)
        reply = yield Ask(TokenWanted(grant.key, _unix(clock)))
    if isinstance(reply, Fetch):
        brief = msgspec.structs.replace(timeouts, read=_READ if timeouts.read is None else min(_READ, timeouts.read))
        if reply.ahead:
            retry, until = _ONCE, min(until, clock.now + _AHEAD)
        outcome = yield from attempts(Fetching(grant, _unix(clock)), retry, brief, uniform, clock, until=until)
        if isinstance(outcome, Completed):
            reply = yield Ask(TokenFetched(grant.key, _unix(clock), outcome.response))
        else:
            own = outcome.failure.kind in RETRIED and (reply.ahead or clock.now + retry.cap >= until)
            reply = yield Ask(TokenFetched(grant.key, _unix(clock), outcome.failure, own))
    return _told(reply)


def forget(grant: Grant, credential: Credential) -> Flow[None]:
    """Have a token that a server refused (401) replaced: `token` gets another one then.  Do so once for a call."""
    yield Ask(TokenRefused(grant.key, credential))


class Fetching:
    """A request for a token and its answer, to be run as an attempt."""

    stream = False
    committed = False

    def __init__(self, grant: Grant, unix: float) -> None:
        self.request = grant.request(unix)
        self.outcome: Completed[Credential] | Failed | None = None
        self._grant = grant
        self._unix = unix
        self._status = 0
        self._headers: dict[str, str] = {}
        self._body = bytearray()

    def renewed(self, *, unix: float | None = None) -> Self:
        """The same again, at the Unix time *unix*."""
        return type(self)(self._grant, self._unix if unix is None else unix)

    def receive_head(self, status: int, headers: Headers, /) -> None:
        """Take the response's status and headers."""
        self._status = status
        self._headers = {name.lower(): value for name, value in headers}

    def receive_data(self, chunk: bytes, /) -> None:
        """Take the next bytes of the body."""
        self._body += chunk
        if len(self._body) > _LIMIT:
            if self._successful:
                self.fail(Failure(kind="limit_exceeded", message=f"a token's answer exceeds {_LIMIT} bytes"))
            else:
                self.receive_eof()

    def receive_eof(self) -> None:
        """Take the end of the body."""
        said = self._grant.read(self._status, self._headers, bytes(self._body[:_LIMIT]), self._unix)
        if isinstance(said, Failure):
            self.fail(said)
        else:
            self.outcome = Completed(said)

    def receive_broken(self, reason: str, /) -> None:
        """Take any other end: of an explanation, what came of it counts."""
        if self._successful:
            self.fail(Failure(kind="truncated", message=reason))
        else:
            self.receive_eof()

    def fail(self, failure: Failure, /) -> None:
        """End with what the caller knows."""
        status = failure.status or self._status or None
        self.outcome = Failed(msgspec.structs.replace(failure, status=status))

    def take_events(self) -> list[Event[Credential]]:
        """None: it does not stream."""
        return []

    @property
    def _successful(self) -> bool:
        return 200 <= self._status < 300


def _told(reply: Reply) -> Credential | Failure:
    match reply:
        case Token(_, credential):
            return credential
        case Refused(_, failure):
            return _failure(failure)
        case Broken(_, kind, reason):
            return _failure(Failure(kind=kind, message=reason))
        case _:
            raise LocalProtocolError(f"{type(reply).__name__} does not answer this question")


def _failure(failure: Failure) -> Failure:
    """The failure as the call's, whose user has asked for no token."""
    return msgspec.structs.replace(failure, message=f"no access token: {failure.message}")


def _unix(clock: Clock) -> float:
    if (unix := clock.unix_now()) is None:
        raise LocalProtocolError("an access token needs the Unix time; give `unix`")
    return unix
