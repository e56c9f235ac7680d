"""Lowering, command by command."""

from __future__ import annotations

import pytest

from sansio.commands import (
    NEVER,
    Ask,
    Attempted,
    Broken,
    Clock,
    Close,
    Closed,
    Done,
    Emit,
    Flow,
    Leased,
    Open,
    Question,
    Race,
    Read,
    Release,
    Reply,
    Sleep,
    TokenRefused,
    TokenWanted,
    Withdraw,
)
from sansio.errors import LocalProtocolError
from sansio.events import Completed, TextDelta
from sansio.http import Timeouts
from sansio.types import ChatResponse, Credential
from sansio.wire.lower import lower
from sansio.wire.verbs import Bytes, Connect, Finished, Receive
from sansio.wire.wiring import Wiring
from tests.unit.wire.by_hand import GET, OK, ByHand


def test_reading_without_a_response_is_refused() -> None:
    def flow(_: Clock) -> Flow[None]:
        yield Read(None, NEVER)

    with pytest.raises(LocalProtocolError, match="Read comes after Open"):
        ByHand(flow)


def test_closing_without_a_response_is_no_matter() -> None:
    def flow(_: Clock) -> Flow[Reply]:
        return (yield Close(0.0))

    assert ByHand(flow, now=3.0).value == Done(3.0)


def test_reading_after_a_failed_open_is_refused() -> None:
    def flow(_: Clock) -> Flow[None]:
        yield Open(GET, Timeouts(), NEVER)
        yield Read(None, NEVER)

    hands = ByHand(flow)
    with pytest.raises(LocalProtocolError, match="Read comes after Open"):
        hands.breaks(Connect)


def test_a_second_response_beside_the_first_is_refused() -> None:
    def flow(_: Clock) -> Flow[None]:
        yield Open(GET, Timeouts(), NEVER)
        yield Open(GET, Timeouts(), NEVER)

    hands = ByHand(flow)
    with pytest.raises(LocalProtocolError, match="Close comes before the next Open"):
        hands.exchange(OK)
    hands.abandon()
    assert hands.disconnected == [1]


def test_one_response_may_follow_the_other() -> None:
    def flow(_clock: Clock) -> Flow[list[Reply]]:
        replies: list[Reply] = []
        for _ in range(2):
            replies += [(yield Open(GET, Timeouts(), NEVER)), (yield Close(0.0))]
        return replies

    hands = ByHand(flow)
    hands.exchange(OK + b"hi")
    hands.exchange(OK + b"hi")
    assert [type(reply).__name__ for reply in hands.value] == ["Head", "Done", "Head", "Done"]
    assert hands.shared.pool.idle == 1


def test_a_response_that_is_left_open_is_closed_at_the_end_of_the_flow() -> None:
    def flow(_: Clock) -> Flow[str]:
        yield Open(GET, Timeouts(), NEVER)
        return "done"

    hands = ByHand(flow)
    hands.exchange(OK + b"hi")
    assert hands.value == "done"
    assert hands.shared.pool.idle == 1

    hands = ByHand(flow)
    hands.exchange(OK + b"h")
    assert hands.verb(Receive).until < 0.0  # a look, not a wait
    hands.breaks(Receive, "timeout")
    assert hands.value == "done"
    assert hands.disconnected == [1]
    assert hands.asked[-1] == Release("1", 1, keep=False)


def test_bytes_answer_no_command_for_drivers() -> None:
    clock = Clock(0.0)

    def flow() -> Flow[None]:
        yield Sleep(1.0)

    wire = lower(flow(), "1", clock, Wiring())
    (sleep,) = next(wire)
    with pytest.raises(LocalProtocolError, match="Sleep is not answered with bytes"):
        wire.send((sleep, Bytes(0.0, b"")))


def test_a_receive_that_is_answered_without_bytes_is_asked_again() -> None:
    """A bare wire does not check the kinds of answers, as a call does; it does not take them for something else either."""

    def flow() -> Flow[None]:
        yield Open(GET, Timeouts(), NEVER)

    wire = lower(flow(), "1", Clock(0.0), Wiring())
    (ask,) = next(wire)
    (connect,) = wire.send((ask, Leased(0.0, 1, fresh=True)))
    (send,) = wire.send((connect, Done(0.0)))
    (receive,) = wire.send((send, Done(0.0)))
    assert wire.send((receive, Done(0.0))) == (receive,)


def test_a_race_is_answered_with_what_the_winner_came_to() -> None:
    won = Attempted(Completed(ChatResponse("1", 0, "m", [])), committed=True)

    def racer() -> Flow[Attempted[ChatResponse]]:
        yield Emit([TextDelta("x")])
        return won

    def flow(_: Clock) -> Flow[Reply]:
        return (yield Race((racer(),), 0.0))

    hands = ByHand(flow)
    assert hands.call.verbs == (Finished(won),)
    assert hands.emitted == [TextDelta("x")]


def test_abandoning_closes_the_flow_even_inside_an_exchange() -> None:
    ended: list[str] = []

    def flow(_: Clock) -> Flow[Reply]:
        try:
            return (yield Open(GET, Timeouts(), NEVER))
        finally:
            ended.append("flow")

    ByHand(flow).abandon()
    assert ended == ["flow"]


def test_a_failed_open_is_answered_to_the_flow() -> None:
    def flow(_: Clock) -> Flow[Reply]:
        return (yield Open(GET, Timeouts(), NEVER))

    hands = ByHand(flow)
    hands.breaks(Connect, "timeout", "late")
    assert hands.value == Broken(0.0, "timeout", "late")


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        (TokenWanted("k", 5.0), TokenWanted("k", 5.0, "1.2")),
        (TokenWanted("k", 5.0, "7"), TokenWanted("k", 5.0, "7")),
        (Withdraw(""), Withdraw("1.2")),
        (Closed(), Closed()),
        (TokenRefused("k", Credential(())), TokenRefused("k", Credential(()))),
    ],
)
def test_a_question_without_a_name_is_asked_in_that_of_the_call(question: Question, asked: Question) -> None:
    def flow() -> Flow[Reply]:
        return (yield Ask(question))

    assert next(lower(flow(), "1.2", Clock(0.0), Wiring())) == (Ask(asked),)
