"""Which connection serves which route: the bookkeeping of a keep-alive pool, without the connections.

Every way in returns a `Reply`: the answer, the keys to wake, and the connections to disconnect, so that all I/O happens
outside.  Three invariants, kept by `_serve` after everything that frees something: nobody waits for a route that has an
idle connection; nobody waits while there is room for a new one; and the order of waiting is the order of service.
"""

from __future__ import annotations

from collections.abc import Iterable
from heapq import heapify, heappop, heappush
from typing import Final

import msgspec

from ..commands import Broken, Busy, Decision, Done, Lease, Leased, Release, Route


class PoolLimits(msgspec.Struct, frozen=True):
    """How many connections there may be.  The defaults are openai-python's for connections in all and idle ones."""

    total: int = 1000
    per_route: int = 1000
    idle: int = 100
    idle_timeout: float = 30.0  # seconds; load balancers drop idle connections after 60, uvicorn after 5


class Reply(msgspec.Struct, frozen=True):
    """What the driver does now: disconnect these connections, wake these keys, and hand the answer back."""

    answer: Decision
    wake: tuple[int, ...] = ()
    disconnect: tuple[int, ...] = ()


class _Booking(msgspec.Struct):
    """What one call holds, its racers' things among it: they book as `call.n`."""

    conns: dict[int, str] = {}
    tickets: dict[str, int] = {}


class _Grant(msgspec.Struct):
    conn: int
    fresh: bool


class Pool:
    """The connections of a client by number: leased, idle, or promised to one who waits."""

    def __init__(self, limits: PoolLimits = PoolLimits()) -> None:
        self._limits: Final = limits
        self._numbers = 0
        self._routes: dict[int, Route] = {}  # every connection there is
        self._count: dict[Route, int] = {}
        self._idle: dict[int, float] = {}  # connection -> expiry, the oldest first
        self._idle_of: dict[Route, list[int]] = {}
        self._bookings: dict[str, _Booking] = {}
        self._queues: dict[Route, dict[int, bool]] = {}  # ticket -> whether it must be fresh, in order
        self._granted: dict[int, _Grant] = {}
        self._closed = False
        self._gone: list[int] = []
        self._woken: list[int] = []

    def lease(self, question: Lease, now: float) -> Reply:
        """A connection for the call, idle or new; Busy where all are taken, with the key to wait for."""
        if self._closed:
            return self._reply(Broken(now, "cancelled", "the client is closed"))
        self._expire(now)
        call, route, ticket = question.call, question.route, question.ticket
        booking = self._bookings.setdefault(root(call), _Booking())
        if ticket is not None and ticket in self._queues.get(route, ()):
            return self._reply(Busy(now, ticket))
        grant = self._granted.pop(ticket, None) if ticket is not None else None
        booking.tickets.pop(call, None)
        if grant is None and (grant := self._take(route, fresh=question.fresh)) is None:
            self._numbers += 1
            booking.tickets[call] = self._numbers
            self._queues.setdefault(route, {})[self._numbers] = question.fresh
            return self._reply(Busy(now, self._numbers))
        booking.conns[grant.conn] = call
        return self._reply(Leased(now, grant.conn, grant.fresh))

    def release(self, question: Release, now: float) -> Reply:
        """Take a connection back.  One that was called in before is no matter; it is not kept, whatever the call says."""
        booking = self._bookings.get(root(question.call))
        if booking is not None and booking.conns.pop(question.conn, None) is not None:
            if question.keep:
                self._rest(question.conn, now)
            else:
                self._forget(question.conn)
            self._settle(root(question.call), booking)
        elif question.keep:  # it may have been connected after `close` named it
            self._gone.append(question.conn)
        return self._reply(Done(now))

    def withdraw(self, call: str, now: float) -> Reply:
        """The call waits no longer; what was promised to it goes to the next."""
        booking = self._bookings.get(root(call))
        if booking is not None and (ticket := booking.tickets.pop(call, None)) is not None:
            self._unqueue(ticket, now)
            self._settle(root(call), booking)
        return self._reply(Done(now))

    def abandon(self, call: str, now: float) -> Reply:
        """Settle what is booked for the call and its racers: their connections go, their places in the queues too."""
        booking = self._bookings.get(root(call))
        if booking is not None:
            for conn in [conn for conn, name in booking.conns.items() if belongs(name, call)]:
                del booking.conns[conn]
                self._discard(conn)
            for name in [name for name in booking.tickets if belongs(name, call)]:
                self._unqueue(booking.tickets.pop(name), now)
            self._settle(root(call), booking)
        return self._reply(Done(now))

    def close(self, now: float) -> Reply:
        """Every connection goes, and none is leased again; those who wait are woken, to be told."""
        self._closed = True
        return self.clear(now)

    def clear(self, now: float) -> Reply:
        """Every connection goes, whoever holds it; those who wait are woken, to ask again."""
        for conn in list(self._routes):
            self._discard(conn)
        for booking in self._bookings.values():
            self._woken.extend(booking.tickets.values())
        for table in (self._bookings, self._idle_of, self._queues, self._granted):
            table.clear()
        return self._reply(Done(now))

    @property
    def connections(self) -> int:
        """How many connections there are: leased, idle and promised."""
        return len(self._routes)

    @property
    def idle(self) -> int:
        """How many connections are idle."""
        return len(self._idle)

    @property
    def waiting(self) -> int:
        """How many calls wait for a connection."""
        return sum(len(queue) for queue in self._queues.values())

    # -- the parts ----------------------------------------------------------------------------------------

    def _reply(self, answer: Done | Broken | Leased | Busy) -> Reply:
        if not self._gone and not self._woken:
            return Reply(answer)
        reply = Reply(answer, tuple(self._woken), tuple(self._gone))
        self._gone.clear()
        self._woken.clear()
        return reply

    def _take(self, route: Route, *, fresh: bool) -> _Grant | None:
        """An idle connection of the route, the last used first, or a new number where there is room for one."""
        if not fresh and (idle := self._idle_of.get(route)):
            conn = idle.pop()
            del self._idle[conn]
            return _Grant(conn, fresh=False)
        if self._count.get(route, 0) >= self._limits.per_route and not self._evict(self._idle_of.get(route, ())):
            return None
        if len(self._routes) >= self._limits.total and not self._evict(self._idle):
            return None
        self._numbers += 1
        self._routes[self._numbers] = route
        self._count[route] = self._count.get(route, 0) + 1
        return _Grant(self._numbers, fresh=True)

    def _settle(self, root: str, booking: _Booking) -> None:
        """Something has come free: serve those who wait, and forget a call that holds nothing."""
        if not booking.conns and not booking.tickets:
            del self._bookings[root]
        self._serve()
        while len(self._idle) > self._limits.idle:
            self._evict(self._idle)

    def _rest(self, conn: int, now: float) -> None:
        self._idle[conn] = now + self._limits.idle_timeout
        self._idle_of.setdefault(self._routes[conn], []).append(conn)

    def _evict(self, idle: Iterable[int]) -> bool:
        """Let the first of *idle* go; False where there is none."""
        conn = next(iter(idle), None)
        if conn is None:
            return False
        self._idle_of[self._routes[conn]].remove(conn)
        self._discard(conn)
        return True

    def _expire(self, now: float) -> None:
        while self._idle and next(iter(self._idle.values())) <= now:
            self._evict(self._idle)

    def _discard(self, conn: int) -> None:
        self._gone.append(conn)
        self._forget(conn)

    def _forget(self, conn: int) -> None:
        self._idle.pop(conn, None)
        route = self._routes.pop(conn)
        self._count[route] -= 1
        if not self._count[route]:
            del self._count[route]
            self._idle_of.pop(route, None)

    def _unqueue(self, ticket: int, now: float) -> None:
        if (grant := self._granted.pop(ticket, None)) is not None:
            if grant.fresh:
                self._forget(grant.conn)
            else:
                self._rest(grant.conn, now)
            return
        self._dequeue(ticket, next(route for route, queue in self._queues.items() if ticket in queue))

    def _serve(self) -> None:
        """Promise what is free to those who wait, the longest first; the heads of the queues are enough to look at."""
        heads = [(next(iter(queue)), route) for route, queue in self._queues.items()]
        heapify(heads)
        while heads:
            ticket, route = heappop(heads)
            queue = self._queues[route]
            if (grant := self._take(route, fresh=queue[ticket])) is None:
                continue
            self._granted[ticket] = grant
            self._woken.append(ticket)
            self._dequeue(ticket, route)
            if queue:
                heappush(heads, (next(iter(queue)), route))

    def _dequeue(self, ticket: int, route: Route) -> None:
        queue = self._queues[route]
        del queue[ticket]
        if not queue:
            del self._queues[route]


def root(call: str) -> str:
    """The call that a racer runs in; the call itself where it is none."""
    return call.partition(".")[0]


def belongs(name: str, call: str) -> bool:
    """Whether it is the call, or a racer in it."""
    return name == call or name.startswith(call + ".")
