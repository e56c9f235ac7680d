"""What calls share: ids, questions, and the TLS channels that go with their connections."""

from __future__ import annotations

from sansio.commands import (
    Abandoned,
    Broken,
    Busy,
    Closed,
    Done,
    Fetch,
    Lease,
    Leased,
    Release,
    Route,
    Token,
    TokenFetched,
    TokenRefused,
    TokenWanted,
    Withdraw,
)
from sansio.http import Origin
from sansio.shared import Shared
from sansio.types import Credential
from sansio.wire.pool import PoolLimits, Reply
from sansio.wire.tls import Channel
from tests.unit.wire.tls_peer import client_context

ROUTE = Route(Origin("https", "a.example", 443))


def with_channel(shared: Shared, call: str) -> int:
    answer = shared.ask(Lease(call, ROUTE), 0.0).answer
    assert isinstance(answer, Leased)
    shared.channels[answer.conn] = Channel(client_context(), "a.example")
    return answer.conn


def test_every_call_has_an_id_of_its_own_without_a_dot() -> None:
    shared = Shared()
    ids = [shared.call_id() for _ in range(20)]
    assert len(set(ids)) == 20
    assert not any("." in name for name in ids)


def test_every_question_is_answered() -> None:
    shared = Shared(PoolLimits(total=1))
    assert shared.ask(Lease("1", ROUTE), 1.0).answer == Leased(1.0, 1, fresh=True)
    assert shared.ask(Lease("2", ROUTE), 2.0).answer == Busy(2.0, 2)
    assert shared.ask(Withdraw("2"), 3.0) == Reply(Done(3.0))
    assert shared.ask(Release("1", 1, keep=True), 4.0) == Reply(Done(4.0))
    assert shared.ask(Abandoned("1"), 5.0) == Reply(Done(5.0))
    assert shared.ask(Closed(), 6.0) == Reply(Done(6.0), (), (1,))
    assert shared.ask(Lease("3", ROUTE), 7.0).answer == Broken(7.0, "cancelled", "the client is closed")


def test_connections_and_tokens_are_settled_together() -> None:
    shared = Shared(PoolLimits(total=1))
    token = Credential((("authorization", "Bearer x"),))
    shared.ask(Lease("1", ROUTE), 1.0)
    assert shared.ask(TokenWanted("k", 0.0, "1"), 1.0).answer == Fetch(1.0)
    assert shared.ask(Lease("2", ROUTE), 1.0).answer == Busy(1.0, 2)
    assert shared.ask(TokenWanted("k", 0.0, "3"), 1.0).answer == Busy(1.0, -1)
    assert shared.ask(Abandoned("1"), 2.0) == Reply(Done(2.0), (2, -1), (1,))
    assert shared.ask(TokenWanted("k", 0.0, "4"), 3.0).answer == Busy(3.0, -2)
    assert shared.ask(Withdraw("3"), 3.0) == Reply(Done(3.0), (-2,))
    assert shared.ask(TokenWanted("k", 0.0, "4"), 3.0).answer == Fetch(3.0)
    assert shared.ask(TokenFetched("k", 0.0, token, call="4"), 4.0) == Reply(Token(4.0, token))
    assert shared.ask(TokenRefused("k", token), 5.0) == Reply(Done(5.0))
    assert shared.ask(TokenWanted("k", 0.0, "5"), 5.0).answer == Fetch(5.0)
    assert shared.ask(TokenWanted("k", 0.0, "6"), 5.0).answer == Busy(5.0, -3)
    shared.forked()
    assert shared.ask(TokenWanted("k", 0.0, "7"), 5.0).answer == Fetch(5.0)
    assert shared.ask(TokenWanted("k", 0.0, "8"), 5.0).answer == Busy(5.0, -4)
    assert shared.ask(Closed(), 6.0) == Reply(Done(6.0), (-4,))
    assert isinstance(shared.ask(TokenWanted("k", 0.0, "8"), 7.0).answer, Broken)


def test_a_channel_outlives_its_call() -> None:
    shared = Shared()
    conn = with_channel(shared, "1")
    channel = shared.channels[conn]
    shared.ask(Release("1", conn, keep=True), 0.0)
    assert shared.channels == {conn: channel}


def test_a_channel_goes_with_its_connection() -> None:
    shared = Shared()
    conn, other = with_channel(shared, "1"), with_channel(shared, "2")
    assert shared.ask(Abandoned("1"), 0.0).disconnect == (conn,)
    assert list(shared.channels) == [other]
    shared.ask(Closed(), 0.0)
    assert shared.channels == {}


def test_a_forked_process_begins_without_connections() -> None:
    """And numbers them on, so that a call of the parent's does not find another's under its number."""
    shared = Shared(PoolLimits(total=1))
    conn = with_channel(shared, "1")
    assert isinstance(shared.ask(Lease("2", ROUTE), 1.0).answer, Busy)
    shared.forked()
    assert shared.channels == {}
    assert (shared.pool.connections, shared.pool.waiting) == (0, 0)
    answer = shared.ask(Lease("3", ROUTE), 2.0).answer
    assert isinstance(answer, Leased)
    assert answer.fresh
    assert answer.conn > conn
    assert shared.ask(Release("1", conn, keep=True), 3.0).answer == Done(3.0)
    assert shared.pool.connections == 1
