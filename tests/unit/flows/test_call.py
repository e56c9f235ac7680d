"""A call: when an attempt is made again, after how long, and when the failure stands."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sansio import ChatResponse, Completed, Failed, Failure, TextDelta
from sansio.commands import Clock, Close, Flow, Open, Read, Sleep
from sansio.events import Outcome
from sansio.flows import call
from sansio.http import Headers, Timeouts
from sansio.policy import Retry
from tests.unit.flows.played import DONE, ERROR, STARTED, WHOLE, A, Played, exchange
from tests.unit.wire.by_hand import ByHand

Flowing = Played[Outcome[ChatResponse]]


def calling(
    retry: Retry, timeouts: Timeouts, uniform: Callable[[], float], *, stream: bool
) -> Callable[[Clock], Flow[Outcome[ChatResponse]]]:
    """A call, for whoever performs it."""
    return lambda clock: call(exchange(stream=stream), retry, timeouts, uniform, clock)


def played(
    retry: Retry = Retry(),
    timeouts: Timeouts = Timeouts(),
    uniform: Callable[[], float] = lambda: 0.5,
    *,
    stream: bool = True,
    now: float = 0.0,
) -> Flowing:
    """A call in front of its first Open."""
    return Played(calling(retry, timeouts, uniform, stream=stream), now)


def fails(flow: Flowing, status: int = 500, headers: Headers = ()) -> None:
    """An attempt that the server answers with an error."""
    flow.head(status, headers)
    flow.chunks(ERROR)
    flow.ended()
    flow.now(Close)
    flow.done()


def completes(flow: Flowing) -> None:
    """An attempt that is answered."""
    flow.head()
    flow.chunks(A, DONE)
    flow.done()


def sleeps(flow: Flowing) -> float:
    """Sleep as long as it is asked for; returns how long."""
    until = flow.now(Sleep).until
    slept = until - flow.clock.now
    flow.done(at=until)
    return slept


def opened(flow: Flowing) -> list[Open]:
    """The attempts so far."""
    return [command for command in flow.asked if isinstance(command, Open)]


def failure(flow: Flowing) -> Failure:
    """How it failed."""
    assert isinstance(flow.value, Failed)
    return flow.value.failure


# -- again, and again ---------------------------------------------------------------------------------------


def test_what_completes_at_once_is_returned() -> None:
    flow = played()
    completes(flow)
    assert isinstance(flow.value, Completed)
    assert flow.value.response.text == "a"
    assert [type(command) for command in flow.asked] == [Open, Read, Read, Close]


def test_a_failed_attempt_is_made_again_with_the_same_request_and_only_the_last_one_shows() -> None:
    flow = played()
    fails(flow)
    assert sleeps(flow) == 0.25
    flow.head()
    flow.chunks(STARTED)
    flow.breaks("connection")
    flow.done()
    assert sleeps(flow) == 0.5
    completes(flow)
    assert isinstance(flow.value, Completed)
    assert flow.emitted == [[TextDelta("a")], [flow.value]]
    first, *others = opened(flow)
    assert len(others) == 2
    assert all(other.request is first.request for other in others)


def test_an_answer_that_is_not_streamed_is_asked_for_again_too() -> None:
    flow = played(stream=False)
    fails(flow)
    sleeps(flow)
    flow.head(headers=())
    flow.chunks(WHOLE)
    flow.ended()
    flow.done()
    assert isinstance(flow.value, Completed)
    assert flow.value.response.text == "ab"
    assert flow.emitted == []


def test_the_policy_counts_the_retries_and_the_last_failure_stands() -> None:
    flow = played(Retry(retries=2))
    for status in (500, 503):
        fails(flow, status)
        sleeps(flow)
    fails(flow, 529)
    assert failure(flow).status == 529
    assert len(opened(flow)) == 3


def test_no_retries_mean_one_attempt() -> None:
    flow = played(Retry(retries=0))
    fails(flow)
    assert failure(flow).status == 500


def test_every_wait_is_drawn_anew_and_a_success_draws_none() -> None:
    numbers = iter([1.0, 0.0, 0.25])
    flow = played(Retry(retries=3, base=2.0), uniform=lambda: next(numbers))
    waits: list[float] = []
    for _ in range(3):
        fails(flow)
        waits.append(sleeps(flow))
    assert waits == [2.0, 0.0, 2.0]
    completes(flow)
    assert isinstance(flow.value, Completed)


@pytest.mark.parametrize(("status", "kind"), [(400, "bad_request"), (401, "authentication"), (402, "quota_exceeded")])
def test_what_another_attempt_cannot_mend_is_not_made_again(status: int, kind: str) -> None:
    flow = played()
    fails(flow, status)
    assert failure(flow).kind == kind
    assert len(opened(flow)) == 1


def test_what_the_user_has_seen_output_of_is_not_made_again() -> None:
    flow = played()
    flow.head()
    flow.chunks(STARTED + A)
    flow.breaks("connection", "reset")
    flow.done()
    assert failure(flow).kind == "truncated"
    assert failure(flow).retryable
    assert len(opened(flow)) == 1


def test_a_call_that_was_given_up_is_not_made_again() -> None:
    flow = played()
    flow.breaks("cancelled", "the client is closed")
    flow.done()
    assert failure(flow).kind == "cancelled"
    assert len(opened(flow)) == 1


# -- the server's word --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ((("retry-after", "7"),), 7.0),
        ((("retry-after-ms", "1500"), ("retry-after", "7")), 1.5),
        ((("retry-after", "0"),), 0.0),
        ((("retry-after", "60"),), 60.0),
        ((("retry-after", "Wed, 21 Oct 2015 07:28:30 GMT"), ("date", "Wed, 21 Oct 2015 07:28:00 GMT")), 30.0),
    ],
)
def test_the_server_says_how_long_to_wait(headers: Headers, wait: float) -> None:
    flow = played(now=100.0)
    fails(flow, 429, headers)
    assert flow.now(Sleep) == Sleep(100.0 + wait)
    sleeps(flow)
    completes(flow)
    assert isinstance(flow.value, Completed)


def test_a_wait_above_the_cap_ends_the_call_without_sleeping() -> None:
    flow = played()
    fails(flow, 429, (("retry-after", "61"),))
    assert failure(flow).retry_after == 61.0
    assert not any(isinstance(command, Sleep) for command in flow.asked)


def test_a_quota_that_names_the_time_of_its_return_is_waited_for() -> None:
    flow = played()
    fails(flow, 402, (("retry-after", "3"),))
    assert sleeps(flow) == 3.0
    flow.now(Open)


def test_the_server_may_forbid_another_attempt() -> None:
    flow = played()
    fails(flow, 500, (("x-should-retry", "false"),))
    assert failure(flow).kind == "server_error"


def test_the_server_may_ask_for_another_attempt() -> None:
    flow = played()
    fails(flow, 400, (("x-should-retry", "true"),))
    assert sleeps(flow) == 0.25
    flow.now(Open)


# -- the clocks, over all attempts --------------------------------------------------------------------------


def test_the_total_clock_runs_from_the_start_of_the_call_through_every_wait() -> None:
    flow = played(timeouts=Timeouts(total=30.0), now=100.0)
    flow.clock.now = 110.0
    fails(flow)
    sleeps(flow)
    assert [each.until for each in opened(flow)] == [130.0, 130.0]


@pytest.mark.parametrize(("seconds", "waits"), [("19", True), ("20", False), ("21", False)])
def test_a_wait_that_the_total_clock_would_cut_short_is_not_begun(seconds: str, waits: bool) -> None:
    flow = played(timeouts=Timeouts(total=30.0), now=100.0)
    flow.clock.now = 110.0
    fails(flow, 429, (("retry-after", seconds),))
    assert isinstance(flow.asked[-1], Sleep) is waits
    if not waits:
        assert failure(flow).kind == "rate_limited"


def test_a_call_whose_total_time_is_over_is_not_made_again() -> None:
    flow = played(timeouts=Timeouts(total=30.0))
    flow.breaks("timeout", at=30.0)
    flow.done()
    assert failure(flow).message == "the call's total time is over"
    assert len(opened(flow)) == 1


def test_without_a_total_clock_a_call_may_take_as_long_as_it_takes() -> None:
    flow = played(Retry(retries=1), Timeouts(total=None))
    flow.breaks("timeout", at=1e9)
    flow.done()
    assert sleeps(flow) == 0.25
    assert flow.now(Open).until == float("inf")


def test_every_attempt_has_its_own_time_for_the_first_output() -> None:
    flow = played(timeouts=Timeouts(first_event=20.0, read=5.0))
    flow.head()
    assert flow.now(Read).until == 20.0
    flow.breaks("timeout", at=20.0)
    flow.done()
    sleeps(flow)
    flow.head()
    assert flow.now(Read).until == 40.25


# -- over the wire ------------------------------------------------------------------------------------------


def test_the_next_attempt_goes_over_the_connection_of_the_last() -> None:
    """By bytes: the error was read to its end, so that its connection is as good as new."""
    hands = ByHand(calling(Retry(), Timeouts(), lambda: 0.5, stream=False))
    hands.exchange(b"HTTP/1.1 500 Oops\r\ncontent-length: %d\r\n\r\n" % len(ERROR) + ERROR)
    assert hands.verb(Sleep).until == 0.25
    hands.now = 0.25
    hands.done(Sleep)
    assert hands.verbs == ["Receive"]  # the look whether an idle connection is still there
    hands.exchange(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % len(WHOLE) + WHOLE)
    assert isinstance(hands.value, Completed)
    assert hands.disconnected == []
