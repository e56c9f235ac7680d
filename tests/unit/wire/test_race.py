"""Flows against each other on one call."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sansio.commands import (
    NEVER,
    Abandoned,
    Attempted,
    Broken,
    Chunk,
    Clock,
    Close,
    Done,
    Emit,
    Flow,
    Head,
    Open,
    Race,
    Read,
    Reply,
    Sleep,
)
from sansio.errors import Failure, LocalProtocolError
from sansio.events import Completed, Failed, TextDelta
from sansio.http import HttpRequest, Timeouts
from sansio.shared import Shared
from sansio.types import ChatResponse
from sansio.wire.pool import PoolLimits
from sansio.wire.verbs import Answer, Bytes, Connect, Finished, Receive, Send
from tests.unit.wire.by_hand import OK, ByHand

Racer = Flow[Attempted[ChatResponse]]


def racer(host: str, *, streams: bool = False) -> Racer:
    """An attempt whose text is the response's body, and which fails where there is none."""
    text, committed = "", False
    reply = yield Open(HttpRequest("GET", f"http://{host}/"), Timeouts(), NEVER)
    if isinstance(reply, Head):
        while isinstance(reply := (yield Read(None, NEVER)), Chunk):
            text += reply.data.decode()
            if streams:
                committed = True
                yield Emit([TextDelta(reply.data.decode())])
        yield Close(0.0)
    if isinstance(reply, Broken):
        return Attempted(Failed(Failure(kind="connection", message=f"{host}: {reply.reason}")), committed)
    return Attempted(Completed(ChatResponse(text, 0, host, [])), committed)


def race(*racers: Racer, stagger: float = 1.0) -> Callable[[Clock], Flow[Reply]]:
    def flow(_: Clock) -> Flow[Reply]:
        return (yield Race(racers, stagger))

    return flow


def won(hands: ByHand[Reply]) -> ChatResponse:
    assert isinstance(hands.value, Attempted)
    assert isinstance(hands.value.outcome, Completed)
    return hands.value.outcome.response


def on(hands: ByHand[Reply], conn: int, *answers: Answer) -> None:
    """Answer the verbs on that connection, one after the other."""
    for answer in answers:
        (verb,) = [v for v in hands.call.verbs if isinstance(v, Connect | Send | Receive) and v.conn == conn]
        hands.resume(verb, answer)


DONE = Done(0.0)
RESPONSE = Bytes(0.0, OK + b"hi")


def test_a_race_needs_a_flow() -> None:
    with pytest.raises(LocalProtocolError, match="a race needs a flow"):
        ByHand(race())


def test_a_race_of_one_is_that_one() -> None:
    hands = ByHand(race(racer("a")))
    assert hands.verbs == ["Connect"]
    hands.exchange(OK + b"hi")
    assert (won(hands).model, won(hands).id) == ("a", "hi")


def test_the_next_starts_when_its_time_has_come() -> None:
    hands = ByHand(race(racer("a"), racer("b"), racer("c"), stagger=2.0), now=1.0)
    assert hands.verbs == ["Connect", "Sleep"]
    assert hands.verb(Sleep).until == 3.0
    first, sleep = hands.call.verbs[0], hands.verb(Sleep)
    hands.now = 3.5
    hands.done(Sleep)
    assert hands.verbs == ["Connect", "Connect", "Sleep"]
    assert hands.call.verbs[0] is first
    assert hands.verb(Sleep) is not sleep
    assert hands.verb(Sleep).until == 5.5
    hands.done(Sleep)
    assert hands.verbs == ["Connect", "Connect", "Connect"]


def test_the_timer_stays_the_same_verb_while_others_are_answered() -> None:
    hands = ByHand(race(racer("a"), racer("b")))
    sleep = hands.verb(Sleep)
    hands.done(Connect)
    assert hands.verb(Sleep) is sleep


def test_the_next_starts_at_once_where_none_is_left_running() -> None:
    hands = ByHand(race(racer("a"), racer("b"), racer("c")))
    hands.breaks(Connect)
    assert hands.verb(Connect).host == "b"
    assert hands.verbs == ["Connect", "Sleep"]
    hands.done(Sleep)
    assert [verb.host for verb in hands.call.verbs if isinstance(verb, Connect)] == ["b", "c"]


def test_one_that_fails_beside_others_leaves_them_running() -> None:
    hands = ByHand(race(racer("a"), racer("b"), racer("c")))
    hands.done(Sleep)
    sleep = hands.verb(Sleep)
    on(hands, 1, Broken(0.0, "connection", "refused"))
    assert hands.verbs == ["Connect", "Sleep"]
    assert hands.verb(Sleep) is sleep
    hands.breaks(Connect)
    assert hands.verb(Connect).host == "c"
    hands.breaks(Connect, "connection", "the last")
    assert hands.value == Attempted(Failed(Failure(kind="connection", message="c: the last")), committed=False)
    assert hands.shared.pool.connections == 0


def test_the_first_to_complete_wins_and_the_losers_are_settled() -> None:
    hands = ByHand(race(racer("a"), racer("b"), racer("c")))
    hands.done(Sleep)
    on(hands, 2, DONE, DONE, RESPONSE)
    assert won(hands).model == "b"
    assert hands.disconnected == [1]
    assert Abandoned("1.1") in hands.asked
    assert Abandoned("1.3") not in hands.asked  # it never ran
    assert hands.shared.pool.idle == 1


def test_the_first_to_show_something_wins_and_runs_on_alone() -> None:
    hands = ByHand(race(racer("a", streams=True), racer("b", streams=True)))
    hands.done(Sleep)
    on(hands, 1, DONE, DONE, Bytes(0.0, OK + b"h"))
    assert hands.emitted == [TextDelta("h")]
    assert hands.disconnected == [2]
    assert hands.verbs == ["Receive"]
    hands.receive(b"i")
    assert won(hands).id == "hi"
    assert hands.emitted == [TextDelta("h"), TextDelta("i")]


def test_a_winner_that_fails_after_its_first_output_is_the_result() -> None:
    hands = ByHand(race(racer("a", streams=True), racer("b")))
    hands.exchange(OK + b"h")
    hands.breaks(Receive, "connection", "reset")
    assert hands.value == Attempted(Failed(Failure(kind="connection", message="a: reset")), committed=True)


def test_losers_are_closed() -> None:
    closed: list[str] = []

    def watched(name: str) -> Racer:
        try:
            return (yield from racer(name))
        finally:
            closed.append(name)

    hands = ByHand(race(watched("a"), watched("b"), watched("c")))
    hands.done(Sleep)
    on(hands, 1, DONE, DONE, RESPONSE)
    assert won(hands).model == "a"
    assert closed == ["a", "b"]  # the third never began


def test_abandoning_a_race_closes_every_racer_and_names_their_connections() -> None:
    closed: list[str] = []

    def watched(name: str) -> Racer:
        try:
            return (yield from racer(name))
        finally:
            closed.append(name)

    hands = ByHand(race(watched("a"), watched("b")))
    hands.done(Sleep)
    hands.abandon()
    assert sorted(closed) == ["a", "b"]
    assert sorted(hands.disconnected) == [1, 2]
    assert hands.shared.pool.connections == 0


def test_a_racer_that_raises_ends_the_race_and_the_others_are_closed() -> None:
    closed: list[str] = []

    def watched() -> Racer:
        try:
            return (yield from racer("a"))
        finally:
            closed.append("a")

    def bad() -> Racer:
        yield Open(HttpRequest("GET", "no url"), Timeouts(), NEVER)
        return (yield from racer("b"))

    hands = ByHand(race(watched(), bad()))
    with pytest.raises(LocalProtocolError, match="absolute http"):
        hands.done(Sleep)
    assert closed == ["a"]
    hands.abandon()
    assert hands.disconnected == [1]


def test_racers_wait_for_the_pool_in_their_own_names() -> None:
    shared = Shared(PoolLimits(per_route=1))
    hands = ByHand(race(racer("a", streams=True), racer("a", streams=True)), shared)
    hands.done(Sleep)
    assert hands.verbs == ["Connect", "Wait"]
    hands.done(Connect)
    hands.done(Send)
    hands.receive(OK + b"h")
    assert shared.pool.waiting == 0
    hands.receive(b"i")
    assert won(hands).id == "hi"
    assert shared.pool.idle == shared.pool.connections == 1


def test_a_racer_without_any_command_may_win() -> None:
    def at_once() -> Racer:
        yield from ()
        return Attempted(Completed(ChatResponse("x", 0, "m", [])), committed=False)

    hands = ByHand(race(at_once(), racer("b")))
    assert isinstance(hands.call.verbs[0], Finished)
    assert hands.asked == []
