"""The pool's bookkeeping, question by question."""

from __future__ import annotations

from sansio.commands import Broken, Busy, Done, Lease, Leased, Release, Route
from sansio.http import Origin
from sansio.wire.pool import Pool, PoolLimits

A = Route(Origin("https", "a.example", 443))
B = Route(Origin("https", "b.example", 443))


def leased(pool: Pool, call: str, route: Route = A, *, now: float = 0.0, fresh: bool = False) -> Leased:
    answer = pool.lease(Lease(call, route, fresh=fresh), now).answer
    assert isinstance(answer, Leased)
    return answer


def ticket(pool: Pool, call: str, route: Route = A, *, fresh: bool = False) -> int:
    answer = pool.lease(Lease(call, route, fresh=fresh), 0.0).answer
    assert isinstance(answer, Busy)
    return answer.key


def numbers(pool: Pool) -> tuple[int, int, int]:
    return pool.connections, pool.idle, pool.waiting


def test_a_first_lease_is_a_connection_that_is_to_be_opened() -> None:
    pool = Pool()
    assert leased(pool, "1", now=5.0) == Leased(5.0, 1, fresh=True)
    assert numbers(pool) == (1, 0, 0)


def test_a_kept_connection_serves_the_next_call_of_its_route_only() -> None:
    pool = Pool()
    conn = leased(pool, "1").conn
    assert pool.release(Release("1", conn, keep=True), 1.0).answer == Done(1.0)
    assert numbers(pool) == (1, 1, 0)
    assert leased(pool, "2", B).fresh
    assert leased(pool, "3", A) == Leased(0.0, conn, fresh=False)


def test_a_connection_that_is_not_kept_is_forgotten_without_being_named() -> None:
    pool = Pool()
    reply = pool.release(Release("1", leased(pool, "1").conn, keep=False), 1.0)
    assert reply.disconnect == ()  # the wire has disconnected it
    assert numbers(pool) == (0, 0, 0)


def test_the_last_used_connection_serves_first() -> None:
    pool = Pool()
    first, second = leased(pool, "1").conn, leased(pool, "2").conn
    pool.release(Release("2", second, keep=True), 1.0)
    pool.release(Release("1", first, keep=True), 2.0)
    assert [leased(pool, "3").conn, leased(pool, "4").conn] == [first, second]


def test_a_fresh_connection_is_never_an_idle_one() -> None:
    pool = Pool()
    conn = leased(pool, "1").conn
    pool.release(Release("1", conn, keep=True), 0.0)
    again = leased(pool, "2", fresh=True)
    assert again.fresh
    assert again.conn != conn
    assert pool.idle == 1


def test_idle_connections_expire_at_their_timeout_and_are_named() -> None:
    pool = Pool(PoolLimits(idle_timeout=30.0))
    first, second = leased(pool, "1").conn, leased(pool, "2").conn
    pool.release(Release("1", first, keep=True), 0.0)
    pool.release(Release("2", second, keep=True), 1.0)
    assert pool.lease(Lease("3", B), 29.9).disconnect == ()
    assert pool.lease(Lease("4", B), 30.0).disconnect == (first,)
    assert leased(pool, "5", A, now=30.9).conn == second


def test_more_idle_connections_than_allowed_go_the_oldest_first() -> None:
    pool = Pool(PoolLimits(idle=1))
    first, second = leased(pool, "1").conn, leased(pool, "2").conn
    assert pool.release(Release("1", first, keep=True), 0.0).disconnect == ()
    assert pool.release(Release("2", second, keep=True), 1.0).disconnect == (first,)
    assert pool.idle == 1


def test_a_full_route_makes_calls_wait_and_the_first_to_wait_is_the_first_to_be_served() -> None:
    pool = Pool(PoolLimits(per_route=1))
    conn = leased(pool, "1").conn
    second, third = ticket(pool, "2"), ticket(pool, "3")
    assert leased(pool, "other", B).fresh
    assert pool.waiting == 2
    assert pool.release(Release("1", conn, keep=True), 1.0).wake == (second,)
    assert pool.lease(Lease("3", A, third), 1.0).answer == Busy(
        1.0, third
    )  # woken by its own deadline: keeps its place
    assert pool.lease(Lease("2", A, second), 1.0).answer == Leased(1.0, conn, fresh=False)
    assert pool.release(Release("2", conn, keep=False), 2.0).wake == (third,)
    assert pool.lease(Lease("3", A, third), 2.0).answer == Leased(2.0, conn + 4, fresh=True)


def test_who_comes_later_does_not_get_what_is_promised() -> None:
    pool = Pool(PoolLimits(per_route=1))
    conn = leased(pool, "1").conn
    ticket(pool, "2")
    pool.release(Release("1", conn, keep=True), 1.0)
    ticket(pool, "3")


def test_a_full_pool_gives_up_an_idle_connection_of_another_route() -> None:
    pool = Pool(PoolLimits(total=1))
    conn = leased(pool, "1").conn
    pool.release(Release("1", conn, keep=True), 0.0)
    reply = pool.lease(Lease("2", B), 1.0)
    assert reply.disconnect == (conn,)
    assert reply.answer == Leased(1.0, conn + 1, fresh=True)


def test_a_full_route_gives_up_its_idle_connection_for_a_fresh_one() -> None:
    pool = Pool(PoolLimits(per_route=1))
    conn = leased(pool, "1").conn
    waiting = ticket(pool, "2", fresh=True)
    reply = pool.release(Release("1", conn, keep=True), 1.0)
    assert (reply.wake, reply.disconnect) == ((waiting,), (conn,))
    answer = pool.lease(Lease("2", A, waiting, fresh=True), 1.0).answer
    assert isinstance(answer, Leased)
    assert answer.fresh


def test_the_order_of_waiting_holds_across_routes() -> None:
    """Two connections that come free together go to the two longest waits, whatever their routes."""
    pool = Pool(PoolLimits(total=2))
    leased(pool, "1")
    leased(pool, "1.2", B)
    first, second, third = ticket(pool, "2", B), ticket(pool, "3", A), ticket(pool, "4", B)
    assert pool.abandon("1", 1.0).wake == (first, second)
    assert pool.waiting == 1
    assert isinstance(pool.lease(Lease("4", B, third), 1.0).answer, Busy)


def test_who_cannot_be_served_does_not_stop_those_behind() -> None:
    pool = Pool(PoolLimits(total=2, per_route=1))
    leased(pool, "1", A)
    conn = leased(pool, "2", B).conn
    ticket(pool, "3", A)
    waiting = ticket(pool, "4", B)
    assert pool.release(Release("2", conn, keep=True), 1.0).wake == (waiting,)


def test_withdrawing_gives_up_the_place_in_the_queue() -> None:
    pool = Pool(PoolLimits(per_route=1))
    conn = leased(pool, "1").conn
    ticket(pool, "2")
    third = ticket(pool, "3")
    assert pool.withdraw("2", 1.0).answer == Done(1.0)
    assert pool.waiting == 1
    assert pool.release(Release("1", conn, keep=True), 1.0).wake == (third,)


def test_what_was_promised_goes_on_to_the_next_or_rests() -> None:
    pool = Pool(PoolLimits(per_route=1))
    conn = leased(pool, "1").conn
    ticket(pool, "2")
    third = ticket(pool, "3")
    pool.release(Release("1", conn, keep=True), 1.0)
    assert pool.withdraw("2", 2.0).wake == (third,)
    assert pool.abandon("3", 2.0).wake == ()
    assert numbers(pool) == (1, 1, 0)


def test_a_promised_connection_that_nobody_opened_is_forgotten() -> None:
    pool = Pool(PoolLimits(per_route=1))
    conn = leased(pool, "1").conn
    ticket(pool, "2")
    pool.release(Release("1", conn, keep=False), 1.0)
    assert pool.connections == 1
    assert pool.withdraw("2", 1.0).disconnect == ()
    assert numbers(pool) == (0, 0, 0)


def test_abandoning_settles_a_call_and_its_racers_and_nobody_else() -> None:
    pool = Pool(PoolLimits(total=4))
    mine = [leased(pool, name).conn for name in ("1", "1.1", "1.1.2")]
    other = leased(pool, "11").conn
    waiting = ticket(pool, "1.2")
    assert pool.abandon("1", 1.0).disconnect == tuple(mine)
    assert numbers(pool) == (1, 0, 0)
    assert waiting not in pool.release(Release("11", other, keep=True), 1.0).wake


def test_abandoning_a_racer_leaves_its_call_alone() -> None:
    pool = Pool()
    own, first, tenth = (leased(pool, name).conn for name in ("1", "1.1", "1.10"))
    assert pool.abandon("1.1", 1.0).disconnect == (first,)
    assert pool.connections == 2
    assert pool.abandon("1", 1.0).disconnect == (own, tenth)


def test_settling_what_is_not_booked_is_no_matter() -> None:
    pool = Pool()
    conn = leased(pool, "1").conn
    assert pool.withdraw("1", 0.0).answer == Done(0.0)
    assert pool.withdraw("2", 0.0).answer == Done(0.0)
    assert pool.abandon("2", 0.0).answer == Done(0.0)
    assert pool.release(Release("2", conn, keep=False), 0.0).answer == Done(0.0)
    assert pool.release(Release("1", conn + 1, keep=False), 0.0).answer == Done(0.0)
    assert pool.connections == 1


def test_closing_names_every_connection_wakes_everybody_and_tells_them() -> None:
    pool = Pool(PoolLimits(total=2))
    first, second = leased(pool, "1").conn, leased(pool, "2", B).conn
    waiting = ticket(pool, "3")
    pool.release(Release("2", second, keep=True), 0.0)  # promised to the third
    reply = pool.close(1.0)
    assert sorted((*reply.disconnect,)) == [first, second + 2]
    assert waiting in reply.wake
    assert pool.lease(Lease("3", A, waiting), 1.0).answer == Broken(1.0, "cancelled", "the client is closed")
    assert numbers(pool) == (0, 0, 0)


def test_a_connection_that_comes_back_after_the_close_is_disconnected() -> None:
    """It may have been on its way to the peer when `close` named it."""
    pool = Pool()
    conn = leased(pool, "1").conn
    assert pool.close(0.0).disconnect == (conn,)
    assert pool.release(Release("1", conn, keep=True), 1.0).disconnect == (conn,)
    assert pool.release(Release("1", conn, keep=False), 1.0).disconnect == ()
