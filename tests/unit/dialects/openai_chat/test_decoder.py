"""Chunks and answers into events, and their two ends."""

from __future__ import annotations

import json

import msgspec
import pytest

import sansio
from sansio.dialects.codec import Terms
from sansio.dialects.openai_chat import CODEC, ChatDecoder
from sansio.events import (
    ChoiceFinished,
    Delta,
    LogprobsDelta,
    ModerationReported,
    ReasoningDelta,
    Started,
    TextDelta,
    ToolCallDelta,
    ToolCallStarted,
    UsageReported,
)
from sansio.http import Limits
from sansio.types import Opaque, PromptTokensDetails, TokenLogprob, TopLogprob, Usage

_ASKED = sansio.ChatRequest(model="m", messages="hi")
_TERMS = Terms(provider=sansio.provider("openai"), stream=True, limits=Limits(depth=16))


def _decoder() -> ChatDecoder:
    decoder = CODEC.reading(_ASKED, _TERMS).decoder
    assert isinstance(decoder, ChatDecoder)
    return decoder


def _chunk(delta: object = None, /, **members: object) -> bytes:
    top = {
        name: members.pop(name) for name in ("usage", "error", "x_groq", "id", "model", "created") if name in members
    }
    return json.dumps({"choices": [{"index": 0, "delta": delta or {}, **members}], **top}).encode()


def _text(text: str, **members: object) -> bytes:
    return _chunk({"content": text}, **members)


def _events(*records: bytes) -> list[Delta]:
    """The events of a stream that does not fail, the same in one batch and record by record."""
    decoder, slow = _decoder(), _decoder()
    events = decoder.receive(records)
    assert events == [event for record in records for event in slow.receive([record])]
    assert decoder.failure is None
    return events


def _failed(*records: bytes) -> tuple[list[Delta], str, str]:
    decoder = _decoder()
    events = decoder.receive([*records, _text("not read")])
    assert decoder.failure is not None
    assert not decoder.complete
    return events, decoder.failure.kind, decoder.failure.message


def test_text_then_the_marker() -> None:
    decoder = _decoder()
    records = [_text("", id="i", created=1, model="m"), _text("a"), _text("b"), _chunk(finish_reason="stop"), b"[DONE]"]
    assert decoder.receive(records) == [Started("i", 1, "m"), TextDelta("a"), TextDelta("b"), ChoiceFinished("stop")]
    assert decoder.complete


def test_the_marker_alone_is_no_answer() -> None:
    assert _failed(b"[DONE]")[1:] == ("protocol", "the stream is over and no choice came")


def test_what_follows_the_marker_is_not_read() -> None:
    decoder = _decoder()
    assert decoder.receive([_text("a"), b" [DONE] ", _text("b")]) == [TextDelta("a")]


def test_a_clean_end_without_the_marker() -> None:
    decoder = _decoder()
    decoder.receive([_text("a"), _chunk(finish_reason="stop")])
    assert decoder.finish() == []
    assert decoder.complete


def test_a_clean_end_before_a_choice_is_finished() -> None:
    decoder = _decoder()
    decoder.receive([json.dumps({"choices": [{"index": 0, "finish_reason": "stop"}, {"index": 1}]}).encode()])
    assert decoder.finish() == []
    assert not decoder.complete
    empty = _decoder()
    assert empty.finish() == []
    assert not empty.complete


def test_choices_without_an_index_are_counted() -> None:
    record = b'{"choices":[{"delta":{"content":"a"}},{"delta":{"content":"b"}}]}'
    assert _events(record) == [TextDelta("a", 0), TextDelta("b", 1)]


def test_choices_that_speak_in_turn() -> None:
    records = [_text("a"), _text("b", index=1), _text("c"), _text("", index=1), _text("d", index=1)]
    assert _events(*records) == [TextDelta("a"), TextDelta("b", 1), TextDelta("c"), TextDelta("d", 1)]


@pytest.mark.parametrize(
    ("record", "events"),
    [
        (_chunk({"content": "a", "reasoning": "r"}), [ReasoningDelta("r"), TextDelta("a")]),
        (_chunk({"content": "a", "reasoning_content": "r"}), [ReasoningDelta("r"), TextDelta("a")]),
        (
            _chunk({"content": "", "tool_calls": [{"id": "i", "function": {"name": "f", "arguments": "{}"}}]}),
            [ToolCallStarted(0, "i", "f"), ToolCallDelta(0, "{}")],
        ),
        (_chunk({"content": "a"}, finish_reason="length"), [TextDelta("a"), ChoiceFinished("length")]),
        (_text("a", usage={"prompt_tokens": 1}), [TextDelta("a"), UsageReported(Usage(1))]),
        (_text("a", x_groq={"usage": {"prompt_tokens": 1}}), [TextDelta("a"), UsageReported(Usage(1))]),
        (_text("a", x_groq={"id": "r"}), [TextDelta("a")]),
        (
            _text("a", logprobs={"content": [{"token": "a", "logprob": -1, "bytes": [97], "top_logprobs": []}]}),
            [TextDelta("a"), LogprobsDelta([TokenLogprob("a", -1.0, [97], [])])],
        ),
        (_chunk({}, text="completions-like"), []),
        (_chunk({"content": None}), []),
        (_chunk(None, delta=None), []),
        (b'{"choices":[],"usage":null}', []),
        (b'{"type":"ping"}', []),
        (b"  \n", []),
        (_text(""), []),
    ],
)
def test_after_some_text(record: bytes, events: list[Delta]) -> None:
    """What is not plain text leaves the fast path, and nothing of it is lost."""
    assert _events(_text("x"), record, _text("y")) == [TextDelta("x"), *events, TextDelta("y")]


def test_usage_of_a_choice() -> None:
    record = b'{"choices":[{"index":0,"delta":{},"finish_reason":"stop","usage":{"prompt_tokens":3}}]}'
    assert _events(record) == [ChoiceFinished("stop"), UsageReported(Usage(3))]


def test_usage_is_told_when_it_changes() -> None:
    records = [_text("a", usage={"prompt_tokens": n}) for n in (1, 1, 2)]
    assert [event for event in _events(*records) if isinstance(event, UsageReported)] == [
        UsageReported(Usage(1)),
        UsageReported(Usage(2)),
    ]


def test_usage_in_pieces_is_put_together() -> None:
    first = {"prompt_tokens": 5, "completion_tokens": 1, "prompt_tokens_details": {"cached_tokens": 2}}
    second = {"total_tokens": 8, "completion_tokens": 3, "prompt_tokens_details": {"audio_tokens": 1}, "cost": 0.5}
    third = {"cost": {"total_cost": 0.25}}
    assert _events(*(_text("a", usage=usage) for usage in (first, second, third)))[1::2] == [
        UsageReported(Usage(5, 1, None, PromptTokensDetails(2))),
        UsageReported(Usage(5, 3, 8, PromptTokensDetails(2, audio_tokens=1), cost=0.5)),
        UsageReported(Usage(5, 3, 8, PromptTokensDetails(2, audio_tokens=1), cost=0.25)),
    ]


def _called(*calls: object) -> bytes:
    return _chunk({"tool_calls": list(calls)})


def test_a_call_of_an_unknown_type_is_kept_as_it_came() -> None:
    """Its index is the stream's; a piece of it that has nothing else keeps the index."""
    call = {"index": 0, "id": "a", "type": "zz", "zz": {"x": 1}}
    function = {"index": 1, "id": "b", "function": {"name": "f", "arguments": "{}"}}
    more = {"index": 0, "zz": {"x": 2}}
    assert _events(_text("a"), _called(call, function), _called(more), _chunk(finish_reason="stop")) == [
        TextDelta("a"),
        Opaque("openai_chat", msgspec.Raw(b'{"id":"a","type":"zz","zz":{"x": 1}}')),
        ToolCallStarted(0, "b", "f"),
        ToolCallDelta(0, "{}"),
        Opaque("openai_chat", msgspec.Raw(b'{"index":0,"zz":{"x": 2}}')),
        ChoiceFinished("tool_calls", "stop"),
    ]


def test_a_call_of_an_unknown_type_in_a_record_that_only_the_slow_path_reads() -> None:
    calls = b'[5, {"id":"a","type":"zz","zz":"\\ud800"}, {"id":"b","type":"function"}]'
    events, decoder = _document(b'{"choices":[null, {"message":{"content":null,"tool_calls":%b}}]}' % calls)
    assert events == [
        Opaque("openai_chat", msgspec.Raw('{"id":"a","type":"zz","zz":"\ufffd"}'.encode())),
        ToolCallStarted(0, "b", ""),
    ]
    assert decoder.complete


def test_a_stop_after_unknown_calls_is_a_stop() -> None:
    assert _events(_called({"id": "a", "type": "zz"}), _chunk(finish_reason="stop"))[1:] == [ChoiceFinished("stop")]


def test_names_come_once_and_late_ones_are_added() -> None:
    first = b'{"id":"","model":"","created":0,"choices":[],"prompt_filter_results":[]}'
    late = b'{"id":"other","service_tier":"flex","system_fingerprint":"fp","choices":[]}'
    assert _events(first, _text("a", id=7, created=1.5, model="m"), late) == [
        Started("7", 1, "m"),
        TextDelta("a"),
        Started("7", 1, "m", "flex", "fp"),
    ]


@pytest.mark.parametrize(("created", "seconds"), [("12", 12), (12.5, 12), (12.0, 12), ("never", None), (None, None)])
def test_created_is_spelled_in_many_ways(created: object, seconds: int | None) -> None:
    assert _events(_text("a", id="i", created=created))[0] == Started("i", seconds)


def test_moderation() -> None:
    assert _events(_text("a"), b'{"choices":[],"moderation":{"input":{"score":1.50}}}')[1:] == [
        ModerationReported(msgspec.Raw(b'{"input":{"score":1.50}}'))
    ]


def test_a_misfit_field_is_dropped_and_noted() -> None:
    decoder = _decoder()
    records = [_text("x"), _chunk({"content": "a", "refusal": 5}), b'{"choices":[],"moderation":"none"}', b"[DONE]"]
    assert decoder.receive(records) == [TextDelta("x"), TextDelta("a")]
    assert decoder.notes == ["$.choices[0].delta.refusal", "$.moderation"]
    assert decoder.complete


def test_bytes_of_a_logprob_that_are_a_text() -> None:
    top = {"token": "b", "logprob": -2, "bytes": "b"}
    logprobs = {"content": [{"token": "a", "logprob": -1, "bytes": "a", "top_logprobs": [top]}]}
    assert _events(_chunk({}, logprobs=logprobs)) == [
        LogprobsDelta([TokenLogprob("a", -1.0, None, [TopLogprob("b", -2.0)])])
    ]


def test_a_surrogate_cut_in_two() -> None:
    assert _events(_text("x"), _text("\ud83d"), _text("y")) == [TextDelta("x"), TextDelta("\ufffd"), TextDelta("y")]


@pytest.mark.parametrize(
    ("record", "kind", "message"),
    [
        (b'{"error":{"message":"m","type":"server_error"}}', "server_error", "m"),
        (_chunk(error={"message": "m", "code": 429}), "rate_limited", "m"),
        (b'{"choices":[{"index":0,"delta":{},"error":{"message":"m","code":400}}]}', "bad_request", "m"),
        (b'{"code":"rate_limit_exceeded","error":"slow down"}', "rate_limited", "slow down"),
        (_chunk(x_groq={"error": "over capacity"}), "server_error", "over capacity"),
        (b'{"object":"error","message":"m","type":"invalid_request_error","code":3051}', "bad_request", "m"),
        (b'{"message":"m","code":"model_not_found"}', "not_found", "m"),
        (b"upstream went away", "protocol", "an event is not JSON: Expecting value: line 1 column 1 (char 0)"),
        (b'{"choices":[', "protocol", "an event is not JSON: Expecting value: line 1 column 13 (char 12)"),
        (b'{"x":' + b"[" * 16 + b"]" * 16 + b"}", "limit_exceeded", "an event is JSON nests deeper than 16"),
    ],
)
def test_failures_after_some_text(record: bytes, kind: str, message: str) -> None:
    """Nothing that came before an error is lost, and nothing that comes after it is read."""
    events, failed, said = _failed(_text("x"), record)
    assert events == [TextDelta("x")]
    assert failed == kind
    assert said.startswith(message)


def test_an_error_beside_output() -> None:
    record = b'{"choices":[{"index":0,"delta":{"content":"a"}}],"usage":{"prompt_tokens":1},"error":{"message":"m"}}'
    assert _failed(record)[0] == [TextDelta("a"), UsageReported(Usage(1))]


def test_json_that_only_msgspec_reads() -> None:
    """With a limit above Python's own depth: what was read at first counts."""
    deep = b'"other":' + b"[" * 600 + b"]" * 600
    decoder = CODEC.reading(_ASKED, msgspec.structs.replace(_TERMS, limits=Limits(depth=5000))).decoder
    records = [_text("a"), b'{"choices":[],"moderation":1,%b}' % deep, b'{"choices":null,%b}' % deep, b"[DONE]"]
    assert decoder.receive(records) == [TextDelta("a")]
    assert decoder.complete


def _document(body: object) -> tuple[list[Delta], ChatDecoder]:
    decoder = _decoder()
    return decoder.receive_document(body if isinstance(body, bytes) else json.dumps(body).encode()), decoder


def test_an_answer_that_was_not_streamed() -> None:
    message = {"role": "assistant", "content": "a", "reasoning": "r"}
    choices = [{"index": 0, "message": message, "finish_reason": "stop"}]
    events, decoder = _document({"id": "i", "choices": choices, "usage": {"cost": {"total_cost": 0.5}}})
    assert events == [
        Started("i"),
        ReasoningDelta("r"),
        TextDelta("a"),
        ChoiceFinished("stop"),
        UsageReported(Usage(cost=0.5)),
    ]
    assert decoder.complete


@pytest.mark.parametrize("name", ["message", "delta"])
def test_an_answer_without_a_finish_reason(name: str) -> None:
    events, decoder = _document(b'{"choices":[{"%b":{}}]}' % name.encode())
    assert events == [TextDelta("")]
    assert decoder.complete


@pytest.mark.parametrize(
    ("body", "kind", "message"),
    [
        ({"error": {"message": "m", "code": 502}}, "server_error", "m"),
        ([{"error": {"message": "m", "code": 429}}], "rate_limited", "m"),
        ({"detail": "gone"}, "server_error", "gone"),
        ({"object": "list"}, "protocol", "no chat completion"),
        ({"choices": []}, "protocol", "no chat completion: it has no choice with a message"),
        ({"choices": [{"text": "a", "finish_reason": "stop"}]}, "protocol", "no chat completion"),
        ([1, 2], "protocol", "unexpected JSON"),
        (
            b"<html><title>Sign in</title></html>",
            "protocol",
            "not JSON: Expecting value: line 1 column 1 (char 0): Sign in",
        ),
        (b'{"choices":[{"mess', "truncated", "not JSON"),
        (b"", "truncated", "not JSON"),
        (b'{"choices":' + b"[" * 40 + b"]" * 40 + b"}", "limit_exceeded", "JSON nests deeper than 16"),
    ],
)
def test_documents_that_are_no_answer(body: object, kind: str, message: str) -> None:
    decoder = _document(body)[1]
    assert decoder.failure is not None
    assert decoder.failure.kind == kind
    assert decoder.failure.message.startswith(message)
    assert not decoder.complete
