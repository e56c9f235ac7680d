"""Lines and answers, as they come."""

from __future__ import annotations

import json

import pytest

import sansio
from sansio import ChatRequest, Completed, Exchange, Failed
from sansio.dialects.codec import Decoder, Terms
from sansio.dialects.ollama import CODEC
from sansio.events import (
    ChoiceFinished,
    Delta,
    LogprobsDelta,
    ReasoningDelta,
    Started,
    TextDelta,
    ToolCallDelta,
    ToolCallStarted,
    UsageReported,
)
from sansio.http import Limits
from sansio.types import TokenLogprob, Usage

_TERMS = Terms(provider=sansio.provider("ollama"), stream=True, limits=Limits())


def _decoder() -> Decoder:
    return CODEC.reading(ChatRequest(model="m", messages=""), _TERMS).decoder


def _line(*, done: bool = False, **message: object) -> bytes:
    return json.dumps({"message": {"role": "assistant", **message}, "done": done}).encode()


def _end(**members: object) -> bytes:
    return json.dumps({"message": {"role": "assistant", "content": ""}, "done": True, **members}).encode()


def _events(*records: bytes) -> list[Delta]:
    """What the records say behind the names."""
    started, *events = _decoder().receive(records)
    assert isinstance(started, Started)
    return events


@pytest.mark.parametrize(
    ("date", "created"),
    [
        ("2024-05-24T21:02:00.764821234Z", 1716584520),
        ("2024-05-24T23:02:00.7648+02:00", 1716584520),
        ("2024-05-24T21:02:00", 1716584520),
        ("0001-01-01T00:00:00Z", None),
        ("yesterday", None),
        ("", None),
        (None, None),
    ],
)
def test_the_names(date: str | None, created: int | None) -> None:
    line = json.dumps({"model": "m", "created_at": date, "message": {"content": "x"}}).encode()
    assert _decoder().receive([line, line]) == [Started(None, created, "m"), TextDelta("x"), TextDelta("x")]


def _call(**members: object) -> dict[str, object]:
    return {"function": members}


@pytest.mark.parametrize(
    ("record", "events"),
    [
        (_line(content="x"), [TextDelta("x")]),
        (_line(content="x", thinking="r"), [ReasoningDelta("r"), TextDelta("x")]),
        (_line(content=""), []),
        (b"{}", []),
        (b'{"response":"x","done":false}', []),
        (
            b'{"message":{"tool_calls":[{"id":"a","function":{"index":0,"name":"f","arguments":{"x": 1}}}]}}',
            [ToolCallStarted(0, "a", "f"), ToolCallDelta(0, '{"x": 1}')],
        ),
        (
            b'{"message":{"tool_calls":[{"function":{"name":"f"}},{}]}}',
            [
                ToolCallStarted(0, "call_0_0", "f", derived=True),
                ToolCallDelta(0, "{}"),
                ToolCallStarted(1, "call_0_1", "", derived=True),
                ToolCallDelta(1, "{}"),
            ],
        ),
        (
            b'{"message":{"tool_calls":[{"id":"a","function":{"name":"f","arguments":"{bad"}}]}}',
            [ToolCallStarted(0, "a", "f"), ToolCallDelta(0, "{bad")],
        ),
        (
            b'{"message":{"content":"x"},"logprobs":[{"token":"x","logprob":-1}]}',
            [TextDelta("x"), LogprobsDelta([TokenLogprob("x", -1.0)])],
        ),
    ],
)
def test_what_a_line_says(record: bytes, events: list[Delta]) -> None:
    assert _events(record) == events


@pytest.mark.parametrize(
    ("end", "events"),
    [
        (
            _end(done_reason="stop", prompt_eval_count=9, eval_count=3),
            [UsageReported(Usage(9, 3, 12)), ChoiceFinished("stop")],
        ),
        (_end(done_reason="length", eval_count=3), [UsageReported(Usage(None, 3)), ChoiceFinished("length")]),
        (_end(done_reason="load"), [ChoiceFinished("stop", "load")]),
        (_end(done_reason="NEW"), [ChoiceFinished("new", "NEW")]),
        (_end(), [TextDelta("")]),
    ],
)
def test_the_end(end: bytes, events: list[Delta]) -> None:
    decoder = _decoder()
    assert decoder.receive([end])[1:] == events
    assert decoder.complete


def test_the_end_behind_calls() -> None:
    call = _line(tool_calls=[_call(name="f", arguments={})])
    assert _events(call, _end(done_reason="stop"))[-1] == ChoiceFinished("tool_calls", "stop")
    assert _events(call, _end())[-1] == ToolCallDelta(0, "{}")


@pytest.mark.parametrize(
    ("record", "kind", "message"),
    [
        (b'{"error":"boom"}', "server_error", "boom"),
        (b'{"error":"model \'x\' not found"}', "not_found", "model 'x' not found"),
        (b'{"error":"server busy, please try again"}', "overloaded", "server busy, please try again"),
        (b'{"error":{"message":"deep"}}', "server_error", "deep"),
        (b"nonsense", "protocol", "an event is not JSON: Expecting value: line 1 column 1 (char 0)"),
    ],
)
def test_a_failure(record: bytes, kind: str, message: str) -> None:
    decoder = _decoder()
    decoder.receive([_line(content="x"), record])
    assert decoder.failure is not None
    assert (decoder.failure.kind, decoder.failure.message) == (kind, message)
    assert not decoder.complete
    assert decoder.finish() == []


def test_a_whole_answer() -> None:
    decoder = _decoder()
    body = json.dumps(
        {
            "model": "m",
            "message": {"content": "x", "thinking": "r"},
            "done": True,
            "done_reason": "stop",
            "eval_count": 1,
        }
    )
    assert decoder.receive_document(body.encode()) == [
        Started(None, None, "m"),
        ReasoningDelta("r"),
        TextDelta("x"),
        UsageReported(Usage(None, 1)),
        ChoiceFinished("stop"),
    ]
    assert decoder.complete


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b'{"error":"broke"}', "server_error"),
        (b'{"message":{"content":"x"},"done":false}', "protocol"),
        (b"{}", "protocol"),
    ],
)
def test_what_is_no_answer(body: bytes, kind: str) -> None:
    decoder = _decoder()
    decoder.receive_document(body)
    assert decoder.failure is not None
    assert decoder.failure.kind == kind


@pytest.mark.parametrize(
    ("tail", "kind"),
    [(b'{"done":true}', None), (b'{"done":true', "truncated"), (b"", "truncated"), (b"nonsense\n", "protocol")],
)
def test_a_last_line_without_its_end_counts_if_it_is_whole(tail: bytes, kind: str | None) -> None:
    exchange = Exchange(sansio.provider("ollama"), ChatRequest(model="m", messages="hi"), stream=True)
    exchange.receive_head(200, [("content-type", "application/x-ndjson")])
    exchange.receive_data(_line(content="x") + b"\n" + tail)
    exchange.receive_eof()
    end = exchange.outcome
    assert isinstance(end, Completed if kind is None else Failed)
    assert not isinstance(end, Failed) or end.failure.kind == kind
