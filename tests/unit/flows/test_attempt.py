"""One attempt: what it asks for, what the user sees of it, and what its clocks do."""

from __future__ import annotations

import pytest

from sansio import ChatResponse, Completed, Failed, Failure, LocalProtocolError, TextDelta
from sansio.commands import NEVER, Attempted, Chunk, Clock, Close, Done, Ended, Flow, Head, Open, Read, Reply
from sansio.events import ChoiceFinished, Started, UsageReported
from sansio.flows import attempt
from sansio.http import Timeouts
from sansio.types import Usage
from tests.unit.flows.played import DONE, ERROR, SSE, STARTED, STOP, WHOLE, A, B, Kind, Played, exchange

PATIENT = Timeouts(read=None)
CLOCKS = Timeouts(connect=3.0, first_event=20.0, read=5.0)


def played(
    timeouts: Timeouts = PATIENT, until: float = NEVER, *, stream: bool = True, now: float = 0.0
) -> Played[Attempted[ChatResponse]]:
    """An attempt in front of its Open."""

    def flow(clock: Clock) -> Flow[Attempted[ChatResponse]]:
        return attempt(exchange(stream=stream), timeouts, until, clock)

    return Played(flow, now)


def streaming(*pieces: bytes) -> Played[Attempted[ChatResponse]]:
    """An attempt that streams, and has read that much."""
    flow = played()
    flow.head()
    flow.chunks(*pieces)
    return flow


def used(tokens: int) -> bytes:
    """A report that is no output."""
    return b'data: {"choices":[],"usage":{"prompt_tokens":%d}}\n\n' % tokens


def failure(flow: Played[Attempted[ChatResponse]]) -> Failure:
    """How it failed, its response closed."""
    flow.done()
    assert isinstance(flow.value.outcome, Failed)
    return flow.value.outcome.failure


# -- what it asks for ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("stream", [True, False])
def test_the_request_is_opened_with_its_clocks_and_the_body_read_as_it_comes(stream: bool) -> None:
    flow = played(Timeouts(read=5.0), 60.0, stream=stream)
    opened = flow.now(Open)
    assert opened == Open(exchange(stream=stream).request, Timeouts(read=5.0), 60.0, stream)
    flow.head()
    assert flow.now(Read) == Read(5.0, 60.0)


def test_an_answer_that_is_not_streamed_is_returned_and_nothing_of_it_emitted() -> None:
    flow = played(stream=False)
    flow.head(headers=())
    flow.chunks(WHOLE[:9], WHOLE[9:])
    flow.ended()
    flow.done()
    assert isinstance(flow.value.outcome, Completed)
    assert flow.value.outcome.response.text == "ab"
    assert not flow.value.committed
    assert flow.emitted == []


def test_a_complete_response_may_linger_so_that_its_connection_can_be_kept() -> None:
    flow = streaming(A)
    flow.clock.now = 7.0
    flow.chunks(DONE)
    assert flow.now(Close) == Close(7.25)


def test_a_failed_response_is_closed_at_once() -> None:
    flow = streaming(A)
    flow.breaks("connection", at=7.0)
    assert flow.now(Close) == Close(7.0)


def test_an_error_response_is_read_to_its_end_for_the_explanation() -> None:
    flow = played()
    flow.head(429, (("retry-after", "7"),))
    flow.chunks(ERROR)
    flow.ended()
    why = failure(flow)
    assert (why.kind, why.status, why.message, why.retry_after) == ("rate_limited", 429, "busy", 7.0)
    assert not flow.value.committed
    assert flow.emitted == []


# -- what the user sees -------------------------------------------------------------------------------------


def test_events_are_held_until_the_first_output_and_then_shown_as_they_come() -> None:
    flow = streaming(STARTED)
    assert flow.emitted == []
    flow.chunks(A)
    assert flow.emitted == [[Started("i"), TextDelta("a")]]
    flow.chunks(B + STOP)
    assert flow.emitted[1:] == [[TextDelta("b"), ChoiceFinished("stop")]]
    flow.chunks(DONE)
    flow.done()
    assert flow.value == Attempted(flow.value.outcome, committed=True)
    assert flow.emitted[2:] == [[flow.value.outcome]]
    assert isinstance(flow.value.outcome, Completed)
    assert flow.value.outcome.response.text == "ab"


def test_a_piece_that_tells_nothing_emits_nothing() -> None:
    flow = streaming(A, b": ping\n\n", B[:5])
    assert len(flow.emitted) == 1
    flow.now(Read)


def test_a_stream_that_fails_before_its_first_output_leaves_no_trace() -> None:
    flow = streaming(STARTED)
    flow.breaks("connection", "reset")
    why = failure(flow)
    assert (why.kind, why.message) == ("truncated", "reset")
    assert not flow.value.committed
    assert flow.emitted == []


def test_a_stream_that_fails_after_it_keeps_what_was_shown_and_never_shows_the_failure() -> None:
    flow = streaming(STARTED + A)
    flow.ended()
    assert failure(flow).kind == "truncated"
    assert isinstance(flow.value.outcome, Failed)
    assert flow.value.outcome.partial is not None
    assert flow.value.outcome.partial.text == "a"
    assert flow.value.committed
    assert flow.emitted == [[Started("i"), TextDelta("a")]]


def test_output_that_comes_with_the_error_is_shown() -> None:
    flow = streaming(A + b'data: {"error":{"message":"no more"}}\n\n')
    assert failure(flow).message == "no more"
    assert flow.value.committed
    assert TextDelta("a") in flow.emitted[0]
    assert not any(isinstance(event, Failed) for event in flow.emitted[0])


def test_a_stream_that_completes_without_output_is_shown_at_its_end() -> None:
    flow = streaming(STARTED, STOP)
    assert flow.emitted == []
    flow.chunks(DONE)
    flow.done()
    assert flow.emitted == [[Started("i"), ChoiceFinished("stop"), flow.value.outcome]]
    assert isinstance(flow.value.outcome, Completed)
    assert flow.value.committed


def test_nothing_of_a_burst_is_held_back_or_replaced() -> None:
    flow = streaming(STARTED + A * 100 + used(1) + used(2))
    ((first, *texts, one, two),) = flow.emitted
    assert first == Started("i")
    assert texts == [TextDelta("a")] * 100
    assert [one, two] == [UsageReported(Usage(1)), UsageReported(Usage(2))]


def test_reports_that_replace_each_other_are_no_output_however_many() -> None:
    flow = streaming(STARTED, *map(used, range(1, 200)))
    assert flow.emitted == []
    flow.chunks(A)
    ((first, *reports, text),) = flow.emitted
    assert (first, reports[-1], text) == (Started("i"), UsageReported(Usage(199)), TextDelta("a"))
    assert len(reports) <= 64


def test_what_cannot_be_held_is_shown() -> None:
    """Nothing but finish reasons: a choice for each, and never a word."""
    reason = b'data: {"choices":[{"index":%d,"delta":{},"finish_reason":"stop"}]}\n\n'
    flow = streaming(STARTED, *[reason % n for n in range(63)])
    assert flow.emitted == []
    flow.chunks(reason % 63)
    assert [len(events) for events in flow.emitted] == [65]
    flow.breaks("protocol")
    assert failure(flow).kind == "protocol"
    assert flow.value.committed


# -- errors ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["timeout", "connection", "protocol"])
def test_the_status_of_an_error_stands_however_its_explanation_ends(kind: Kind) -> None:
    flow = played(Timeouts(read=0.5), 60.0)
    flow.head(401)
    assert flow.now(Read) == Read(0.5, 10.0)
    flow.chunks(b"key")
    flow.breaks(kind)
    assert failure(flow).kind == "authentication"


def test_an_explanation_is_waited_for_no_longer_than_ten_seconds_in_all() -> None:
    flow = played()
    flow.head(429)
    for second in range(9):
        flow.answer(Chunk(b" "), at=float(second))
        assert flow.now(Read).until == 10.0
    flow.breaks("timeout", at=10.0)
    assert failure(flow).kind == "rate_limited"


def test_a_client_that_is_closed_says_so_in_the_midst_of_an_error() -> None:
    flow = played()
    flow.head(500)
    flow.breaks("cancelled")
    assert failure(flow).kind == "cancelled"


# -- its clocks ---------------------------------------------------------------------------------------------


def test_no_response_in_time_is_a_timeout_that_another_attempt_may_mend() -> None:
    flow = played(CLOCKS, 60.0)
    flow.breaks("timeout", "connecting", at=3.0)
    why = failure(flow)
    assert (why.kind, why.message) == ("timeout", "no connection and no response in time (connecting)")
    assert why.retryable


def test_silence_is_a_timeout_that_another_attempt_may_mend() -> None:
    flow = played(CLOCKS, 60.0)
    flow.head()
    flow.breaks("timeout", "silence", at=5.0)
    why = failure(flow)
    assert (why.kind, why.message) == ("timeout", "the peer was silent for too long (silence)")
    assert why.retryable


def test_the_first_output_is_due_counted_from_when_the_request_was_sent() -> None:
    flow = played(CLOCKS, 60.0, now=1.0)
    flow.clock.now = 8.0
    flow.head(sent=4.0)
    assert flow.now(Read) == Read(5.0, 24.0)
    flow.chunks(b": ping\n\n", STARTED)
    assert flow.now(Read) == Read(5.0, 24.0)
    flow.breaks("timeout", "silence", at=24.0)
    why = failure(flow)
    assert (why.kind, why.message) == ("timeout", "no output in time (silence)")
    assert why.retryable
    assert not flow.value.committed


def test_after_the_first_output_that_clock_stands_still() -> None:
    flow = played(CLOCKS, 60.0)
    flow.head()
    flow.chunks(A)
    assert flow.now(Read) == Read(5.0, 60.0)
    flow.breaks("timeout", "silence", at=25.0)
    assert failure(flow).message == "the peer was silent for too long (silence)"


def test_what_is_not_streamed_has_no_first_output() -> None:
    flow = played(CLOCKS, 60.0, stream=False)
    flow.head()
    assert flow.now(Read) == Read(5.0, 60.0)
    flow.breaks("timeout", "silence", at=25.0)
    assert failure(flow).message == "the peer was silent for too long (silence)"


def test_the_total_clock_goes_before_a_later_first_output() -> None:
    flow = played(CLOCKS, 10.0)
    flow.head()
    assert flow.now(Read) == Read(5.0, 10.0)


def test_what_arrived_while_the_user_paused_past_the_total_clock_is_too_late() -> None:
    flow = played(until=10.0)
    flow.head()
    flow.chunks(A)
    flow.answer(Chunk(B), at=10.0)
    why = failure(flow)
    assert (why.kind, why.should_retry) == ("timeout", False)


@pytest.mark.parametrize("pieces", [None, [], [A]])
def test_when_the_total_clock_runs_out_nothing_is_to_be_tried_again(pieces: list[bytes] | None) -> None:
    """Before the head, before the first output, and after it."""
    flow = played(CLOCKS, 10.0)
    if pieces is not None:
        flow.head()
        flow.chunks(*pieces)
    flow.breaks("timeout", "late", at=10.0)
    why = failure(flow)
    assert (why.kind, why.message) == ("timeout", "the call's total time is over")
    assert not why.retryable


# -- a broken wire ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "retryable"), [("connection", True), ("protocol", False), ("limit_exceeded", False), ("cancelled", False)]
)
def test_a_wire_that_breaks_before_the_head_is_told_as_it_is(kind: Kind, retryable: bool) -> None:
    flow = played()
    flow.breaks(kind, "the reason")
    assert flow.now(Close) == Close(0.0)
    why = failure(flow)
    assert (why.kind, why.message, why.provider, why.retryable) == (kind, "the reason", "openai", retryable)


@pytest.mark.parametrize("kind", ["protocol", "limit_exceeded", "cancelled"])
def test_a_wire_that_breaks_in_the_body_is_told_as_it_is(kind: Kind) -> None:
    flow = streaming(STARTED)
    flow.breaks(kind, "the reason")
    why = failure(flow)
    assert (why.kind, why.message, why.status) == (kind, "the reason", 200)


def test_no_broken_wire_undoes_a_completed_response() -> None:
    flow = streaming(A + DONE)
    flow.breaks("connection")
    assert isinstance(flow.value.outcome, Completed)


@pytest.mark.parametrize("reply", [Done(0.0), Ended()])
def test_an_open_takes_no_other_answer(reply: Reply) -> None:
    flow = played()
    with pytest.raises(LocalProtocolError, match=f"{type(reply).__name__} does not answer"):
        flow.answer(reply)


@pytest.mark.parametrize("reply", [Done(0.0), Head(200, SSE, 0.0)])
def test_a_read_takes_no_other_answer(reply: Reply) -> None:
    flow = streaming(STARTED)
    with pytest.raises(LocalProtocolError, match=f"{type(reply).__name__} does not answer"):
        flow.answer(reply)
