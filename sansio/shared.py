"""What calls share, as one pure object.

A flow never holds a reference to it: it asks, and gets plain data.  A driver performs an `Ask` as `shared.ask(question,
now)` (the sync driver under one lock that never covers I/O, parsing or user code), disconnects and wakes what the
reply names, and hands its answer back.  A connection that is named while it is being connected is not to come up any
more: its `Connect` is answered Broken.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from .commands import Abandoned, Closed, Lease, Question, Release, Withdraw
from .wire.pool import Pool, PoolLimits, Reply

if TYPE_CHECKING:
    from .wire.tls import Channel


class Shared:
    """The pool and, by connection, the TLS channels that outlive a call.

    A lease is the right to touch its connection's channel.
    """

    def __init__(self, limits: PoolLimits = PoolLimits()) -> None:
        self.pool = Pool(limits)
        self.channels: dict[int, Channel] = {}
        self._calls = 0

    def call_id(self) -> str:
        """A new call's id; asked under the same lock as everything else."""
        self._calls += 1
        return str(self._calls)

    def forked(self) -> None:
        """Forget every connection and whoever waits: in a process that was forked they are the parent's."""
        self.channels.clear()
        self.pool.clear(0.0)

    def ask(self, question: Question, now: float) -> Reply:
        """The reply to a question of a flow."""
        match question:
            case Lease():
                reply = self.pool.lease(question, now)
            case Release():
                reply = self.pool.release(question, now)
            case Withdraw(call):
                reply = self.pool.withdraw(call, now)
            case Abandoned(call):
                reply = self.pool.abandon(call, now)
            case Closed():
                reply = self.pool.close(now)
            case _:
                assert_never(question)
        for conn in reply.disconnect:
            self.channels.pop(conn, None)
        return reply
