"""Events and messages of the API into events."""

from __future__ import annotations

import msgspec
import pytest
from msgspec import Raw

from sansio.dialects.anthropic import MessagesDecoder
from sansio.dialects.codec import Terms
from sansio.errors import Failure
from sansio.events import (
    ChoiceFinished,
    Delta,
    ReasoningDelta,
    RefusalDelta,
    Started,
    StateAdded,
    TextDelta,
    UsageReported,
)
from sansio.http import Limits
from sansio.types import Opaque, Provider, Usage

TERMS = Terms(provider=Provider(name="p", base_url="https://p", dialect="anthropic"), stream=True, limits=Limits())
START = b'{"type":"message_start","message":{"id":"m1","model":"c","usage":{"input_tokens":9,"output_tokens":1}}}'
STARTED = [Started("m1", None, "c"), UsageReported(Usage(9, 1, 10))]
STOP = b'{"type":"message_stop"}'


def own(json: bytes) -> Opaque:
    return Opaque("anthropic", Raw(json))


def read(*records: bytes, custom: frozenset[str] = frozenset()) -> tuple[list[Delta], MessagesDecoder]:
    decoder = MessagesDecoder(TERMS, custom)
    return decoder.receive(records), decoder


def block(start: bytes, *deltas: bytes, index: int = 0) -> list[bytes]:
    """The records of one block."""
    begin = b'{"type":"content_block_start","index":%d,"content_block":%b}' % (index, start)
    end = b'{"type":"content_block_stop","index":%d}' % index
    return [begin, *(b'{"type":"content_block_delta","index":%d,"delta":%b}' % (index, d) for d in deltas), end]


def test_a_stream_from_its_start_to_its_end() -> None:
    change = b'{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":5}}'
    text = block(
        b'{"type":"text","text":""}', b'{"type":"text_delta","text":"Hel"}', b'{"type":"text_delta","text":"lo"}'
    )
    events, decoder = read(START, b'{"type":"ping"}', *text, change, STOP)
    end = [ChoiceFinished("stop", "end_turn"), UsageReported(Usage(9, 5, 14))]
    assert events == [*STARTED, TextDelta("Hel"), TextDelta("lo"), *end]
    assert (decoder.complete, decoder.failure, decoder.notes) == (True, None, [])


def test_nothing_is_read_behind_the_end() -> None:
    assert read(START, STOP, b"not JSON")[1].failure is None


def test_an_empty_answer_is_one() -> None:
    assert read(START, STOP)[0] == [*STARTED, TextDelta("")]


def test_an_end_without_a_message_is_none() -> None:
    decoder = read(STOP)[1]
    assert (decoder.complete, decoder.failure and decoder.failure.kind) == (False, "protocol")


def test_a_clean_end_after_a_stop_reason_completes() -> None:
    decoder = read(START)[1]
    assert (decoder.finish(), decoder.complete) == ([], False)
    decoder = read(START, b'{"type":"message_delta","delta":{"stop_reason":"max_tokens"}}')[1]
    assert (decoder.finish(), decoder.complete) == ([], True)


def test_an_error_in_the_stream_is_its_end() -> None:
    events, decoder = read(START, b'{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}', STOP)
    assert events == STARTED
    assert decoder.failure is not None
    assert (decoder.failure.kind, decoder.complete) == ("overloaded", False)


def test_the_end_of_a_turn_with_calls_is_theirs() -> None:
    call = block(b'{"type":"tool_use","id":"t","name":"f","input":{}}')[:1]
    events, _ = read(START, *call, b'{"type":"message_delta","delta":{"stop_reason":"end_turn"}}')
    assert events[-1] == ChoiceFinished("tool_calls", "end_turn")


def test_a_stop_reason_that_comes_again_says_nothing_new() -> None:
    change = b'{"type":"message_delta","delta":{"stop_reason":"refusal","stop_details":{"explanation":"no"}}}'
    empty = b'{"type":"message_delta"}'
    assert read(START, change, change, empty)[0][2:] == [
        RefusalDelta("no"),
        ChoiceFinished("content_filter", "refusal"),
    ]


def test_a_reason_that_nobody_knows_stays() -> None:
    assert read(b'{"type":"message_delta","delta":{"stop_reason":"new"}}')[0] == [ChoiceFinished("new")]


def test_a_block_ends_with_the_next_at_the_latest() -> None:
    first, second = (
        block(b'{"type":"thinking","thinking":"a","signature":"s"}')[0],
        block(b'{"type":"text","text":"b"}')[0],
    )
    state = StateAdded(own(b'{"type":"thinking","signature":"s"}'))
    assert read(first, second, STOP)[0] == [ReasoningDelta("a"), state, TextDelta("b")]


def test_deltas_of_a_block_that_never_began() -> None:
    delta = b'{"type":"content_block_delta","index":%d,"delta":{"type":"%b","%b":"a"}}'
    events, _ = read(
        delta % (0, b"text_delta", b"text"),
        delta % (1, b"thinking_delta", b"thinking"),
        delta % (2, b"new_delta", b"new"),
        b'{"type":"content_block_delta"}',
        b'{"type":"content_block_start"}',
        b'{"type":"content_block_stop"}',
    )
    assert events == [TextDelta("a"), ReasoningDelta("a")]


def test_blocks_of_a_server_that_does_not_count_them() -> None:
    start = b'{"type":"content_block_start","content_block":{"type":"text","text":""}}'
    delta = b'{"type":"content_block_delta","delta":{"type":"text_delta","text":"a"}}'
    change = b'{"type":"message_delta","delta":{"stop_reason":"end_turn"}}'
    assert read(start, delta, change)[0] == [TextDelta("a"), ChoiceFinished("stop", "end_turn")]


def test_what_does_not_fit_is_noted_and_left_out() -> None:
    events, decoder = read(*block(b'{"type":"text","text":"a","citations":5}'))
    assert (events, decoder.notes) == ([TextDelta("a")], ["$.citations"])


@pytest.mark.parametrize(
    "record",
    [
        b"[1,2]",
        b'{"type":"content_block_start","content_block":5}',
        b"nonsense",
    ],
)
def test_what_is_not_the_api_is_a_protocol_failure(record: bytes) -> None:
    decoder = read(START, record)[1]
    assert decoder.failure is not None
    assert decoder.failure.kind == "protocol"


@pytest.mark.parametrize("record", [b'{"type":"message_start","message":{"content":[[', b'{"type":"new"}'])
def test_other_events_say_nothing(record: bytes) -> None:
    events, decoder = read(record)
    assert (events, decoder.complete) == ([], False)


def test_a_start_without_a_message_says_nothing() -> None:
    assert read(b'{"type":"message_start"}')[0] == []


def document(body: bytes) -> tuple[list[Delta], bool, Failure | None]:
    decoder = MessagesDecoder(TERMS)
    events = decoder.receive_document(body)
    return events, decoder.complete, decoder.failure


def test_a_message_that_is_not_streamed() -> None:
    body = {
        "id": "m1",
        "model": "c",
        "content": [{"type": "text", "text": "hi"}],
        "stop_reason": "end_turn",
        "usage": {"input_tokens": 9, "output_tokens": 1, "service_tier": "standard"},
    }
    events, complete, failure = document(msgspec.json.encode(body))
    assert events == [
        Started("m1", None, "c", "standard"),
        UsageReported(Usage(9, 1, 10)),
        TextDelta("hi"),
        ChoiceFinished("stop", "end_turn"),
    ]
    assert (complete, failure) == (True, None)


def test_a_message_without_content_is_an_empty_answer() -> None:
    assert document(b'{"content":[]}') == ([Started(), TextDelta("")], True, None)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b'{"type":"error","error":{"type":"rate_limit_error","message":"m"}}', "rate_limited"),
        (b'{"content":[],"error":{"type":"api_error","message":"m"}}', "server_error"),
        (b'{"type":"error","error":{"type":"billing_error","message":"m"}}', "quota_exceeded"),
        (b'{"id":"m"}', "protocol"),
        (b'{"content":5}', "protocol"),
        (b'{"content":[5]}', "protocol"),
        (b"<html>", "protocol"),
    ],
)
def test_a_document_that_is_no_message(body: bytes, kind: str) -> None:
    _, complete, failure = document(body)
    assert failure is not None
    assert (complete, failure.kind) == (False, kind)
