"""Replies: what the builders and the methods of a script put together."""

from __future__ import annotations

import pytest

from sansio.errors import Failure
from sansio.events import (
    ChoiceFinished,
    Failed,
    ReasoningDelta,
    RefusalDelta,
    TextDelta,
    ToolCallDelta,
    ToolCallStarted,
    UsageReported,
)
from sansio.gateway import Close, Pause, RawResponse, Reset, ResponseHeaders, Write
from sansio.testing import Call, Reply, answer, error, raw, structured
from sansio.testing.replies import USAGE

STOP = (ChoiceFinished("stop"), UsageReported(USAGE))


def test_an_answer_is_text_its_finish_and_usage() -> None:
    assert answer("hi") == Reply((TextDelta("hi"), *STOP), whole=True)
    assert answer("hi", usage=None, finish_reason="length").steps == (TextDelta("hi"), ChoiceFinished("length"))


@pytest.mark.parametrize(
    ("pieces", "texts"), [(1, ["hello"]), (2, ["he", "llo"]), (5, list("hello")), (9, list("hello"))]
)
def test_a_text_is_cut_into_pieces(pieces: int, texts: list[str]) -> None:
    assert [step.text for step in answer("hello", pieces=pieces).steps if isinstance(step, TextDelta)] == texts


def test_a_text_may_come_in_pieces() -> None:
    assert answer(["a", "b"]).steps[:2] == (TextDelta("a"), TextDelta("b"))


def test_reasoning_refusal_and_calls_have_their_order() -> None:
    reply = answer(reasoning="so", refusal="no", calls=[Call("f"), Call("g", "[]", id="x")])
    assert reply.steps[:-1] == (
        ReasoningDelta("so"),
        RefusalDelta("no"),
        ToolCallStarted(0, "call_0", "f"),
        ToolCallDelta(0, "{}"),
        ToolCallStarted(1, "x", "g"),
        ToolCallDelta(1, "[]"),
        ChoiceFinished("tool_calls"),
    )


def test_structured_output_is_json() -> None:
    assert structured({"a": 1}) == answer('{"a":1}')


def test_steps_are_put_in_front_of_a_piece_of_output() -> None:
    two = answer("ab", pieces=2)
    assert two.before(0, Pause(1)).steps == (Pause(1), TextDelta("a"), TextDelta("b"), *STOP)
    assert two.before(1, Pause(1)).steps == (TextDelta("a"), Pause(1), TextDelta("b"), *STOP)
    assert two.before(2, Pause(1)) == Reply((TextDelta("a"), TextDelta("b"), Pause(1), *STOP), whole=True)


def test_an_answer_may_be_broken_off() -> None:
    assert answer("ab", pieces=2).until(1, Close()) == Reply((TextDelta("a"), Close()))
    assert answer("").until(0, Reset()).steps == (*STOP, Reset())


def test_there_is_nothing_behind_the_last_piece() -> None:
    with pytest.raises(IndexError):
        answer("ab").before(2, Pause(1))
    with pytest.raises(IndexError):
        answer("ab").until(2)


def test_pauses_stand_in_front_of_every_piece() -> None:
    assert answer("ab", pieces=2).paced(1).steps == (Pause(1), TextDelta("a"), Pause(1), TextDelta("b"), *STOP)


def test_an_error_has_its_status_headers_and_body() -> None:
    headers, step = error(429, "slow", headers=(("retry-after", "1"),), code="x", type="y", param="z").steps
    assert headers == ResponseHeaders((("retry-after", "1"),))
    failure = Failure(kind="rate_limited", message="slow", status=429, code="x", type="y", param="z")
    assert step == Failed(failure)


def test_an_errors_body_may_be_anything() -> None:
    headers = (("content-type", "text/html"),)
    assert error(502, body=b"<html>").steps == (RawResponse(502, headers, b"<html>"),)


def test_raw_bytes_end_the_connection_unless_told_otherwise() -> None:
    assert raw(b"x") == Reply((Write(b"x"), Close()))
    assert raw(b"x", Reset()) == Reply((Write(b"x"), Reset()))
