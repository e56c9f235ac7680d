"""The pool against a model that does the same with lists, and promises that hold whatever the order of questions."""

# A leak cannot be seen from outside: at the end the pool's own tables must be empty.
# pyright: reportPrivateUsage=false

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from sansio.commands import Broken, Busy, Done, Lease, Leased, Release, Route
from sansio.http import Origin
from sansio.wire.pool import Pool, PoolLimits, Reply

ROUTES = [Route(Origin("https", f"{name}.example", 443)) for name in "ab"]
CALLS = ["1", "1.1", "1.2", "1.2.1", "1.20", "12", "2"]


@dataclass
class Connection:
    number: int
    route: Route
    state: Literal["leased", "idle", "promised"]
    holder: str = ""
    ticket: int = 0
    expiry: float = 0.0
    opened: bool = False  # somebody was told to connect it


@dataclass
class Waiter:
    ticket: int
    call: str
    route: Route
    fresh: bool


@dataclass
class Model:
    """Connections in the order in which they came to rest, waiters in the order in which they came."""

    limits: PoolLimits
    number: int = 0
    connections: list[Connection] = field(default_factory=list[Connection])
    waiters: list[Waiter] = field(default_factory=list[Waiter])
    promised: dict[int, Waiter] = field(default_factory=dict[int, Waiter])
    gone: list[int] = field(default_factory=list[int])
    woken: list[int] = field(default_factory=list[int])

    def of(self, state: str, route: Route | None = None) -> list[Connection]:
        return [c for c in self.connections if c.state == state and route in (None, c.route)]

    def room(self, route: Route) -> bool:
        on_route = [c for c in self.connections if c.route == route]
        return len(on_route) < self.limits.per_route and len(self.connections) < self.limits.total

    def evict(self, connection: Connection) -> None:
        self.connections.remove(connection)
        self.gone.append(connection.number)

    def take(self, route: Route, *, fresh: bool) -> Connection | None:
        idle = self.of("idle", route)
        if idle and not fresh:
            return idle[-1]
        if len([c for c in self.connections if c.route == route]) >= self.limits.per_route:
            if not idle:
                return None
            self.evict(idle[0])
        elif len(self.connections) >= self.limits.total:
            if not (idle := self.of("idle")):
                return None
            self.evict(idle[0])
        self.number += 1
        taken = Connection(self.number, route, "promised")
        self.connections.append(taken)
        return taken

    def serve(self) -> None:
        for waiter in list(self.waiters):
            if (taken := self.take(waiter.route, fresh=waiter.fresh)) is not None:
                taken.state, taken.ticket = "promised", waiter.ticket
                self.waiters.remove(waiter)
                self.promised[waiter.ticket] = waiter
                self.woken.append(waiter.ticket)
        while len(idle := self.of("idle")) > self.limits.idle:
            self.evict(idle[0])

    def rest(self, connection: Connection, now: float) -> None:
        connection.state, connection.expiry = "idle", now + self.limits.idle_timeout
        self.connections.remove(connection)
        self.connections.append(connection)

    def give_up_waiting(self, call: str, now: float) -> None:
        self.waiters = [w for w in self.waiters if w.call != call]
        for ticket in [t for t, w in self.promised.items() if w.call == call]:
            del self.promised[ticket]
            connection = next(c for c in self.of("promised") if c.ticket == ticket)
            if connection.opened:
                self.rest(connection, now)
            else:
                self.connections.remove(connection)


class PoolMachine(RuleBasedStateMachine):
    @initialize(total=st.integers(1, 5), per_route=st.integers(1, 4), idle=st.integers(0, 4))
    def begin(self, total: int, per_route: int, idle: int) -> None:
        limits = PoolLimits(total=total, per_route=per_route, idle=idle, idle_timeout=10.0)
        self.pool, self.model = Pool(limits), Model(limits)
        self.now = 0.0
        self.closed = False
        self.named: list[int] = []  # by `disconnect`
        self.released: list[int] = []  # without being kept: disconnected by the wire
        self.leased: set[int] = set()  # ever

    def check(self, reply: Reply) -> None:
        """The reply names what the model named."""
        assert sorted(reply.wake) == sorted(self.model.woken)
        assert sorted(reply.disconnect) == sorted(self.model.gone)
        assert reply.answer.now == self.now
        self.named += reply.disconnect
        self.model.woken.clear()
        self.model.gone.clear()

    def free(self) -> list[str]:
        """The calls that wait for nothing: a call waits for one connection at a time."""
        busy = {w.call for w in [*self.model.waiters, *self.model.promised.values()]}
        return [call for call in CALLS if call not in busy]

    def ask(self, question: Lease) -> None:
        model = self.model
        for connection in model.of("idle"):
            if connection.expiry <= self.now:
                model.evict(connection)
        waiter = model.promised.pop(question.ticket or 0, None)
        if waiter is not None:
            taken = next(c for c in model.of("promised") if c.ticket == waiter.ticket)
        elif any(w.ticket == question.ticket for w in model.waiters):
            taken = None
        elif (taken := model.take(question.route, fresh=question.fresh)) is None:
            model.number += 1
            model.waiters.append(Waiter(model.number, question.call, question.route, question.fresh))
        reply = self.pool.lease(question, self.now)
        self.check(reply)
        if taken is None:
            assert reply.answer == Busy(self.now, question.ticket or model.number)
            return
        assert reply.answer == Leased(self.now, taken.number, fresh=not taken.opened)
        assert taken.opened or taken.number not in self.leased
        assert taken.number not in self.named
        assert not (question.fresh and taken.opened)
        taken.state, taken.holder, taken.opened = "leased", question.call, True
        self.leased.add(taken.number)

    @precondition(lambda self: not self.closed and self.free())
    @rule(data=st.data(), route=st.sampled_from(ROUTES), fresh=st.booleans())
    def lease(self, data: st.DataObject, route: Route, fresh: bool) -> None:
        self.ask(Lease(data.draw(st.sampled_from(self.free())), route, fresh=fresh))

    @precondition(lambda self: not self.closed and self.free())
    @rule(data=st.data())
    def lease_on_the_first_route(self, data: st.DataObject) -> None:
        self.ask(Lease(data.draw(st.sampled_from(self.free())), ROUTES[0]))

    @precondition(lambda self: not self.closed and (self.model.waiters or self.model.promised))
    @rule(data=st.data())
    def ask_again(self, data: st.DataObject) -> None:
        waiter = data.draw(st.sampled_from([*self.model.waiters, *self.model.promised.values()]))
        self.ask(Lease(waiter.call, waiter.route, waiter.ticket, waiter.fresh))

    @precondition(lambda self: self.model.of("leased"))
    @rule(data=st.data(), keep=st.booleans())
    def release(self, data: st.DataObject, keep: bool) -> None:
        connection = data.draw(st.sampled_from(self.model.of("leased")))
        if keep:
            self.model.rest(connection, self.now)
        else:
            self.model.connections.remove(connection)
            self.released.append(connection.number)
        self.model.serve()
        self.check(self.pool.release(Release(connection.holder, connection.number, keep), self.now))

    @precondition(lambda self: self.model.waiters or self.model.promised)
    @rule(data=st.data())
    def withdraw(self, data: st.DataObject) -> None:
        call = data.draw(st.sampled_from([*self.model.waiters, *self.model.promised.values()])).call
        self.model.give_up_waiting(call, self.now)
        self.model.serve()
        self.check(self.pool.withdraw(call, self.now))

    @rule(call=st.sampled_from(CALLS))
    def abandon(self, call: str) -> None:
        names = [name for name in CALLS if name == call or name.startswith(call + ".")]
        for connection in self.model.of("leased"):
            if connection.holder in names:
                self.model.evict(connection)
        for waiter in sorted([*self.model.waiters, *self.model.promised.values()], key=lambda w: w.ticket):
            if waiter.call in names:
                self.model.give_up_waiting(waiter.call, self.now)
        self.model.serve()
        self.check(self.pool.abandon(call, self.now))

    @rule(seconds=st.sampled_from([0.5, 4.0, 11.0]))
    def pass_time(self, seconds: float) -> None:
        self.now += seconds

    @precondition(lambda self: not self.closed and len(self.leased) > 4)
    @rule(call=st.sampled_from(CALLS))
    def close(self, call: str) -> None:
        model = self.model
        self.closed = True
        model.gone = [c.number for c in model.connections]
        model.woken = [w.ticket for w in [*model.waiters, *model.promised.values()]]
        model.connections, model.waiters, model.promised = [], [], {}
        self.check(self.pool.close(self.now))
        answer = self.pool.lease(Lease(call, ROUTES[0]), self.now).answer
        assert answer == Broken(self.now, "cancelled", "the client is closed")

    @invariant()
    def the_counts_are_those_of_the_model_and_within_the_limits(self) -> None:
        model = self.model
        assert self.pool.connections == len(model.connections) <= model.limits.total
        assert self.pool.idle == len(model.of("idle")) <= model.limits.idle
        assert self.pool.waiting == len(model.waiters)
        for route in ROUTES:
            assert sum(c.route == route for c in model.connections) <= model.limits.per_route

    @invariant()
    def nobody_waits_while_something_is_free(self) -> None:
        for waiter in self.model.waiters:
            assert not self.model.room(waiter.route)
            assert not self.model.of("idle", waiter.route)
            on_route = sum(c.route == waiter.route for c in self.model.connections)
            assert on_route == self.model.limits.per_route or not self.model.of("idle")

    @invariant()
    def a_route_is_served_in_the_order_of_waiting(self) -> None:
        for waiter in self.model.waiters:
            for served in self.model.promised.values():
                assert served.route != waiter.route or served.ticket < waiter.ticket

    @invariant()
    def a_connection_is_named_at_most_once_and_never_after_the_wire_let_it_go(self) -> None:
        assert len(self.named) == len(set(self.named))
        assert not set(self.named) & set(self.released)

    def teardown(self) -> None:
        """When all calls are gone nothing is booked, and every connection is idle or was disconnected."""
        if not hasattr(self, "pool"):
            return
        for call in CALLS:
            self.named += self.pool.abandon(call, self.now).disconnect
        assert (self.pool.connections, self.pool.waiting) == (self.pool.idle, 0)
        assert all(self.pool._count.values())
        assert sum(map(len, self.pool._idle_of.values())) == self.pool.idle
        assert set(self.pool._idle_of) <= set(self.pool._count)
        if not self.closed:
            self.named += self.pool.close(self.now).disconnect
        assert self.pool.connections == 0
        assert len(self.named) == len(set(self.named))
        assert self.leased <= set(self.named) | set(self.released)
        for leak in (self.pool._bookings, self.pool._count, self.pool._queues, self.pool._granted, self.pool._idle_of):
            assert not leak
        assert self.pool.release(Release("1", 0, keep=False), 0.0) == Reply(Done(0.0))


PoolMachine.TestCase.settings = settings(max_examples=150, stateful_step_count=60)
TestPool = PoolMachine.TestCase
