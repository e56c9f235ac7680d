"""Answers as a server streams them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from msgspec import Raw

from sansio import ChatRequest, ChatResponse, Completed, Data, Failed, Opaque
from sansio.dialects.gemini.encoder import Encoder
from sansio.errors import Failure
from sansio.events import (
    AudioDelta,
    ChoiceFinished,
    Delta,
    Fold,
    LogprobsDelta,
    ModerationReported,
    ReasoningDelta,
    RefusalDelta,
    Started,
    StateAdded,
    TextDelta,
    ToolCallDelta,
    ToolCallStarted,
)
from sansio.types import Choice, Message, TokenLogprob, Usage

SSE = "/v1/models/m:streamGenerateContent?key=k&alt=sse"


def encoder(path: str = SSE) -> Encoder:
    return Encoder(ChatRequest(model="m", messages=""), path)


def chunks(data: bytes) -> list[Any]:
    assert data.endswith(b"\r\n\r\n") or not data
    return [json.loads(line.removeprefix("data: ")) for line in data.decode().split("\r\n\r\n") if line]


def said(*deltas: Delta) -> list[Any]:
    """The parts of every chunk, less the end."""
    stream = encoder()
    return [chunk["candidates"][0] for delta in deltas for chunk in chunks(stream.encode(delta))]


def completed(*deltas: Delta) -> list[Any]:
    fold, stream = Fold(), encoder()
    fold.extend(deltas)
    return chunks(b"".join(map(stream.encode, [*deltas, Completed(fold.response())])))


def part(value: object, index: int = 0) -> dict[str, object]:
    return {"content": {"parts": [value], "role": "model"}, "index": index}


@pytest.mark.parametrize(
    ("delta", "expected"),
    [
        (TextDelta("a\n", 1), [part({"text": "a\n"}, 1)]),
        (TextDelta(""), []),
        (ReasoningDelta("a"), [part({"text": "a", "thought": True})]),
        (ReasoningDelta(""), []),
        (RefusalDelta("a"), [part({"text": "a"})]),
        (AudioDelta(data="AAAA"), [part({"inlineData": {"mimeType": "application/octet-stream", "data": "AAAA"}})]),
        (AudioDelta(transcript="a"), []),
        (Opaque("gemini", Raw(b'{"x":\r\n1}')), [part({"x": 1})]),
        (Opaque("anthropic", Raw(b"{}")), []),
        (
            StateAdded(Opaque("gemini", Raw(b'{"thoughtSignature":"YQ=="}')), "text"),
            [part({"text": "", "thoughtSignature": "YQ=="})],
        ),
        (StateAdded(Opaque("anthropic", Raw(b"{}"))), []),
        (ModerationReported(Raw(b"[1]")), [{"safetyRatings": [1], "index": 0}]),
        (ModerationReported(Raw(b"{}")), []),
        (LogprobsDelta(None, [TokenLogprob("a", -1.0)]), []),
    ],
)
def test_one_event(delta: Delta, expected: list[object]) -> None:
    assert said(delta) == expected


def test_a_signature_of_a_call_that_nobody_began() -> None:
    state = Opaque("gemini", Raw(b'{"thoughtSignature":"YQ=="}'))
    assert said(StateAdded(state, "reasoning")) == [part({"text": "", "thought": True, "thoughtSignature": "YQ=="})]


def test_raw_data_passes() -> None:
    assert encoder().encode(Data(b": ping\r\n\r\n")) == b": ping\r\n\r\n"


def test_names_stand_on_every_chunk() -> None:
    stream = encoder()
    assert stream.encode(Started(id="r", created=1)) == b""
    (chunk,) = chunks(stream.encode(TextDelta("a")))
    assert (chunk["responseId"], chunk["modelVersion"], chunk["createTime"]) == ("r", "m", "1970-01-01T00:00:01Z")


def test_without_names_there_are_none() -> None:
    stream = Encoder(ChatRequest(model="", messages=""), SSE)
    assert stream.encode(TextDelta("a")) == (
        b'data: {"candidates":[{"content":{"parts":[{"text":"a"}],"role":"model"},"index":0}]}\r\n\r\n'
    )
    assert stream.encode(Completed(ChatResponse(id="", created=0, model="", choices=[]))) == b"data: {}\r\n\r\n"


def test_calls_are_held_back_until_they_are_whole() -> None:
    deltas: list[Delta] = [
        TextDelta("a"),
        ToolCallStarted(0, "fc1", "f"),
        ToolCallDelta(0, '{"x":'),
        ToolCallStarted(1, "call_0_1", "g", derived=True),
        ToolCallDelta(0, "1}"),
        TextDelta("b"),
        LogprobsDelta([TokenLogprob("b", -1.0)]),
        ChoiceFinished("tool_calls"),
    ]
    first, last = completed(*deltas)
    assert first["candidates"] == [part({"text": "a"})]
    (end,) = last["candidates"]
    assert end["content"]["parts"] == [
        {"functionCall": {"name": "f", "args": {"x": 1}, "id": "fc1"}},
        {"functionCall": {"name": "g", "args": {}}},
        {"text": "b"},
    ]
    assert end["finishReason"] == "STOP"
    assert "logprobsResult" in end


def test_arguments_of_a_call_that_never_began() -> None:
    (chunk,) = completed(ToolCallDelta(0, "{}"))
    assert chunk["candidates"][0]["content"]["parts"] == [{"functionCall": {"name": "", "args": {}}}]


def test_the_end_tells_what_was_not_told() -> None:
    """As a gateway streams an answer out of a cache."""
    choices = [Choice(0, Message("assistant", "a"), "stop"), Choice(1, Message("assistant", "b"), None)]
    response = ChatResponse(id="r", created=0, model="n", choices=choices, usage=Usage(1), service_tier="flex")
    first, second, third, last = chunks(encoder().encode(Completed(response)))
    assert [chunk["responseId"] for chunk in (first, second, third, last)] == ["r"] * 4
    assert third["candidates"] == [{"index": 0, "finishReason": "STOP"}]
    assert last["candidates"] == [{"index": 1, "finishReason": "FINISH_REASON_UNSPECIFIED"}]
    assert last["usageMetadata"] == {"promptTokenCount": 1, "serviceTier": "flex"}


@pytest.mark.parametrize("path", ["/v1/models/m:streamGenerateContent", "/v1/models/m:streamGenerateContent?alt=json"])
def test_without_alt_sse_a_stream_is_an_array(path: str) -> None:
    stream = encoder(path)
    data = stream.encode(TextDelta("a")) + stream.encode(TextDelta("b"))
    assert data.startswith(b'[{"candidates"')
    data += stream.encode(Failed(Failure(kind="overloaded", message="m")))
    assert stream.ended
    *_, last = json.loads(data)
    assert last == {"error": {"code": 503, "message": "m", "status": "UNAVAILABLE"}}


def test_a_failure_before_anything_in_an_array() -> None:
    data = encoder("/v1/models/m:streamGenerateContent").encode(Failed(Failure(kind="overloaded", message="m")))
    assert [list(chunk) for chunk in json.loads(data)] == [["error"]]


def test_a_failure_tells_what_was_held_back_but_calls_that_are_cut_off() -> None:
    stream = encoder()
    for event in (ToolCallStarted(0, "a", "f"), ToolCallDelta(0, "{}"), TextDelta("b"), ToolCallStarted(1, "c", "g")):
        assert stream.encode(event) == b""
    for event in (ToolCallDelta(1, '{"x":'), ToolCallStarted(0, "d", "h", choice=1)):
        stream.encode(event)
    said, error = chunks(stream.encode(Failed(Failure(kind="overloaded", message="m"))))
    parts: list[object] = [{"functionCall": {"name": "f", "args": {}, "id": "a"}}, {"text": "b"}]
    assert said["candidates"] == [{"content": {"parts": parts, "role": "model"}, "index": 0}]
    assert list(error) == ["error"]
