"""What calls share, as one pure object.

A flow never holds a reference to it: it asks, and gets plain data.  A driver performs an `Ask` as `shared.ask(question,
now)` (the sync driver under one lock that never covers I/O, parsing or user code), disconnects and wakes what the
reply names, and hands its answer back.  A connection that is named while it is being connected is not to come up any
more: its `Connect` is answered Broken.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from ..commands import (
    Abandoned,
    Closed,
    Lease,
    Question,
    Release,
    TokenFetched,
    TokenRefused,
    TokenWanted,
    Withdraw,
)
from ..wire.pool import Pool, PoolLimits, Reply
from .tokens import Tokens

if TYPE_CHECKING:
    from ..wire.tls import Channel


class Shared:
    """The pool, by connection the TLS channels that outlive a call, and the access tokens.

    A lease is the right to touch its connection's channel.
    """

    def __init__(self, limits: PoolLimits = PoolLimits()) -> None:
        self.pool = Pool(limits)
        self.tokens = Tokens()
        self.channels: dict[int, Channel] = {}
        self._calls = 0

    def call_id(self) -> str:
        """A new call's id; asked under the same lock as everything else."""
        self._calls += 1
        return str(self._calls)

    def forked(self) -> None:
        """Forget every connection and whoever waits or fetches: in a process that was forked they are the parent's."""
        self.channels.clear()
        self.pool.clear(0.0)
        self.tokens.forked()

    def ask(self, question: Question, now: float) -> Reply:
        """The reply to a question of a flow."""
        match question:
            case Lease():
                reply = self.pool.lease(question, now)
            case Release():
                reply = self.pool.release(question, now)
            case TokenWanted():
                return self.tokens.wanted(question, now)
            case TokenFetched():
                return self.tokens.fetched(question, now)
            case TokenRefused():
                return self.tokens.refused(question, now)
            case Withdraw(call):
                reply = _both(self.pool.withdraw(call, now), self.tokens.withdraw(call, now))
            case Abandoned(call):
                reply = _both(self.pool.abandon(call, now), self.tokens.abandon(call, now))
            case Closed():
                reply = _both(self.pool.close(now), self.tokens.close(now))
            case _:
                assert_never(question)
        for conn in reply.disconnect:
            self.channels.pop(conn, None)
        return reply


def _both(connections: Reply, tokens: Reply) -> Reply:
    """The reply of the pool, with whom the tokens wake."""
    return Reply(connections.answer, connections.wake + tokens.wake, connections.disconnect)
