"""The call from the outside: verbs, answers, misuse, the end, and giving up."""

from __future__ import annotations

import pytest

from sansio.commands import (
    Abandoned,
    Ask,
    Broken,
    Busy,
    Clock,
    Command,
    Done,
    Emit,
    Ended,
    Flow,
    Head,
    Lease,
    Leased,
    Open,
    Reply,
    Sleep,
    Wait,
)
from sansio.errors import LocalProtocolError
from sansio.events import TextDelta
from sansio.http import HttpRequest, Timeouts
from sansio.wire.call import Call
from sansio.wire.verbs import Answer, Bytes, Connect, Finished, Receive, Send, Verb
from sansio.wire.wiring import Wiring
from tests.unit.wire.by_hand import GET, OK, ByHand, body, fetch


def yields(*commands: Command) -> Flow[str]:
    for command in commands:  # noqa: UP028  answers are sent in, and a tuple's iterator takes none
        yield command
    return "returned"


def test_a_call_shows_one_verb_at_a_time_from_the_lease_to_the_end() -> None:
    hands = ByHand(fetch())
    assert hands.verb(Connect) == Connect(1, "a.example", 80, 10.0)
    hands.done(Connect)
    assert hands.verb(Send) == Send(1, b"GET /x HTTP/1.1\r\nhost: a.example\r\n\r\n", 600.0)
    hands.done(Send)
    assert hands.verb(Receive) == Receive(1, 600.0)
    hands.receive(OK[:9], OK[9:] + b"h", b"i")
    assert hands.value == [Head(200, (("content-length", "2"),), 0.0), *hands.value[1:3], Ended()]
    assert body(hands.value) == b"hi"
    assert hands.disconnected == []
    assert hands.shared.pool.idle == 1


def test_every_answer_moves_the_clock_and_never_back() -> None:
    seen: list[float] = []

    def flow(clock: Clock) -> Flow[None]:
        for _ in range(3):
            yield Sleep(1.0)
            seen.append(clock.now)

    call = Call(flow, "1", Wiring(), now=5.0, unix=1.5)
    for now in (6.0, 5.5, 7.0):
        verb = call.verbs[0]
        assert isinstance(verb, Sleep)
        call.resume(verb, Done(now))
    assert seen == [6.0, 6.0, 7.0]


def test_the_flow_is_given_the_times_at_its_start() -> None:
    clocks: list[Clock] = []

    def flow(clock: Clock) -> Flow[None]:
        clocks.append(clock)
        yield Sleep(clock.now + 1)

    assert Call(flow, "1", Wiring(), now=5.0, unix=1.5).verbs == (Sleep(6.0),)
    assert (clocks[0].now, clocks[0].unix) == (5.0, 1.5)


def test_a_flow_that_asks_nothing_is_finished_at_once() -> None:
    call = Call(lambda _: yields(), "1", Wiring(), now=0.0)
    assert call.verbs == (Finished("returned"),)
    assert call.abandon(0.0) is None


def test_commands_for_drivers_pass_through_as_they_are() -> None:
    commands = (Wait(7, 1.0), Sleep(2.0), Emit([TextDelta("x")]))
    call = Call(lambda _: yields(*commands), "1", Wiring(), now=0.0)
    for command in commands:
        assert call.verbs[0] is command
        call.resume(command, Done(0.0))
    assert call.verbs == (Finished("returned"),)


def test_an_answer_to_what_is_not_outstanding_is_refused_and_changes_nothing() -> None:
    call = Call(lambda _: yields(Sleep(1.0)), "1", Wiring(), now=0.0)
    outstanding = call.verbs
    with pytest.raises(LocalProtocolError, match="Sleep is not outstanding"):
        call.resume(Sleep(1.0), Done(0.0))  # equal, and another object
    assert call.verbs is outstanding


def test_nothing_is_answered_after_the_end() -> None:
    hands = ByHand(lambda _: yields())
    finished = hands.call.verbs[0]
    with pytest.raises(LocalProtocolError, match="does not answer Finished"):
        hands.call.resume(finished, Done(0.0))  # type: ignore[arg-type]
    assert hands.value == "returned"


@pytest.mark.parametrize(
    ("verb", "answer"),
    [
        (Sleep(1.0), Broken(0.0, "timeout", "")),
        (Wait(1, 1.0), Busy(0.0, 1)),
        (Emit([]), Bytes(0.0, b"")),
        (Ask(Abandoned("1")), Bytes(0.0, b"")),
    ],
)
def test_an_answer_of_the_wrong_kind_is_refused_and_the_right_one_still_taken(
    verb: Sleep | Wait | Emit | Ask, answer: Answer
) -> None:
    call = Call(lambda _: yields(verb), "1", Wiring(), now=0.0)
    with pytest.raises(LocalProtocolError, match=f"{type(answer).__name__} does not answer {type(verb).__name__}"):
        call.resume(verb, answer)
    call.resume(verb, Done(0.0))
    assert call.verbs == (Finished("returned"),)


def test_a_lease_that_is_answered_with_done_ends_in_an_error_and_can_be_abandoned() -> None:
    call = Call(fetch(), "1", Wiring(), now=0.0)
    (ask,) = call.verbs
    assert isinstance(ask, Ask)
    with pytest.raises(LocalProtocolError, match="a Lease is answered"):
        call.resume(ask, Done(0.0))
    assert call.verbs == ()
    assert call.abandon(0.0) == Ask(Abandoned("1"))


def test_a_flow_that_raises_leaves_a_call_that_can_be_abandoned() -> None:
    def flow(_: Clock) -> Flow[None]:
        yield Sleep(1.0)
        raise LocalProtocolError("the flow's own")

    call = Call(flow, "1", Wiring(), now=0.0)
    (sleep,) = call.verbs
    assert isinstance(sleep, Sleep)
    with pytest.raises(LocalProtocolError, match="the flow's own"):
        call.resume(sleep, Done(0.0))
    with pytest.raises(LocalProtocolError, match="not outstanding"):
        call.resume(sleep, Done(0.0))
    assert call.abandon(0.0) == Ask(Abandoned("1"))
    assert call.abandon(0.0) is None


def test_a_request_that_is_no_http_is_refused_by_the_constructor() -> None:
    with pytest.raises(LocalProtocolError, match="absolute http"):
        Call(fetch(HttpRequest("GET", "/x")), "1", Wiring(), now=0.0)


def test_abandoning_closes_the_flow_and_names_its_connections() -> None:
    closed: list[float] = []

    def flow(clock: Clock) -> Flow[Reply]:
        try:
            return (yield Open(GET, Timeouts(), 60.0))
        finally:
            closed.append(clock.now)

    hands = ByHand(flow)
    hands.now = 2.0
    hands.abandon()
    assert closed == [2.0]
    assert hands.disconnected == [1]
    assert hands.call.verbs == ()
    assert hands.call.abandon(3.0) is None
    assert hands.shared.pool.connections == 0


@pytest.mark.parametrize("steps", range(5))
def test_a_call_may_be_abandoned_at_every_verb(steps: int) -> None:
    hands = ByHand(fetch())
    answers: list[tuple[type[Verb], Answer]] = [
        (Connect, Done(0.0)),
        (Send, Done(0.0)),
        (Receive, Bytes(0.0, OK[:20])),
        (Receive, Bytes(0.0, OK[20:])),
    ]
    for kind, answer in answers[:steps]:
        hands.answer(kind, answer)
    hands.abandon()
    assert hands.disconnected == [1]
    assert hands.shared.pool.connections == 0


def test_a_recorder_hears_every_answer_and_the_verbs_that_were_outstanding() -> None:
    heard: list[tuple[tuple[Verb, ...], Verb, Answer]] = []

    def hear(outstanding: tuple[Verb, ...], verb: Verb, answer: Answer) -> None:
        heard.append((outstanding, verb, answer))

    call = Call(fetch(), "1", Wiring(), now=0.0, recorder=hear)
    first = call.verbs[0]
    assert isinstance(first, Ask)
    assert isinstance(first.question, Lease)
    call.resume(first, Leased(0.0, 4, fresh=True))
    second = call.verbs[0]
    assert isinstance(second, Connect)
    call.resume(second, Broken(1.0, "connection", "refused"))
    assert heard == [
        ((first,), first, Leased(0.0, 4, fresh=True)),
        ((second,), second, Broken(1.0, "connection", "refused")),
    ]
    assert heard[0][1] is first


def test_a_recorded_call_ends_and_is_abandoned_as_any_other() -> None:
    heard: list[Answer] = []

    def hear(_outstanding: tuple[Verb, ...], _verb: Verb, answer: Answer) -> None:
        heard.append(answer)

    call = Call(lambda _: yields(Sleep(1.0)), "1", Wiring(), now=0.0, recorder=hear)
    (sleep,) = call.verbs
    assert isinstance(sleep, Sleep)
    call.resume(sleep, Done(3.0))
    assert call.verbs == (Finished("returned"),)
    assert heard == [Done(3.0)]
    again = Call(lambda _: yields(Sleep(1.0)), "1", Wiring(), now=0.0, recorder=hear)
    assert again.abandon(0.0) == Ask(Abandoned("1"))
    assert heard == [Done(3.0)]
