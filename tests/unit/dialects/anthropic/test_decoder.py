"""Events and messages of the API into events."""

from __future__ import annotations

import msgspec
import pytest
from msgspec import Raw

from sansio.dialects.anthropic import MessagesDecoder
from sansio.dialects.codec import Terms
from sansio.errors import Failure
from sansio.events import (
    AnnotationAdded,
    ChoiceFinished,
    Delta,
    ReasoningDelta,
    RefusalDelta,
    Started,
    StateAdded,
    TextDelta,
    ToolCallDelta,
    ToolCallStarted,
    UsageReported,
)
from sansio.http import Limits
from sansio.types import Annotation, Opaque, Provider, UrlCitation, Usage

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


def events_of(start: bytes, *deltas: bytes, custom: frozenset[str] = frozenset()) -> list[Delta]:
    """What one block comes to; the same with and without a stream where it has no deltas."""
    events, decoder = read(*block(start, *deltas), custom=custom)
    assert not decoder.notes
    if not deltas:
        whole = MessagesDecoder(TERMS, custom)
        assert whole.receive_document(b'{"content":[%b]}' % start)[1:] == (events or [])
    return events


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


def test_thoughts_and_their_signature() -> None:
    events = events_of(
        b'{"type":"thinking","thinking":"","signature":""}',
        b'{"type":"thinking_delta","thinking":"why","estimated_tokens":5}',
        b'{"type":"signature_delta","signature":"old"}',
        b'{"type":"signature_delta","signature":"s"}',
    )
    assert events == [ReasoningDelta("why"), StateAdded(own(b'{"type":"thinking","signature":"s"}'))]
    assert events_of(b'{"type":"thinking","thinking":"why","signature":"s"}') == events
    assert events_of(b'{"type":"thinking","thinking":"why"}') == [ReasoningDelta("why")]


def test_calls_and_their_input() -> None:
    start = b'{"type":"tool_use","id":"t","name":"f","input":{}}'
    pieces = (b'{"type":"input_json_delta","partial_json":"%b"}' % piece for piece in (b"", b"{", b"}"))
    assert events_of(start, *pieces) == [
        ToolCallStarted(0, "t", "f"),
        ToolCallDelta(0, "{"),
        ToolCallDelta(0, "}"),
    ]
    assert events_of(start) == [ToolCallStarted(0, "t", "f"), ToolCallDelta(0, "{}")]
    whole = b'{"type":"tool_use","id":"t","name":"f","input":{"a": 1},"caller":{"type":"direct"}}'
    assert events_of(whole)[1] == ToolCallDelta(0, '{"a": 1}')


def test_a_call_without_id_name_and_input() -> None:
    assert events_of(b'{"type":"tool_use"}') == [
        ToolCallStarted(0, "call_0_0", "", derived=True),
        ToolCallDelta(0, "{}"),
    ]


def test_who_called_goes_back_with_the_call() -> None:
    start = b'{"type":"tool_use","id":"t","name":"f","caller":{"type":"code","id":"x"},"toolset_name":"s"}'
    state = own(b'{"caller":{"type":"code","id":"x"},"toolset_name":"s"}')
    assert events_of(start)[2:] == [StateAdded(state, "call", call=0)]


def test_a_custom_tools_text_is_taken_out_of_its_object() -> None:
    start, custom = b'{"type":"tool_use","id":"t","name":"c","input":{}}', frozenset({"c"})
    pieces = (
        rb'{"type":"input_json_delta","partial_json":"{\"input\":"}',
        rb'{"type":"input_json_delta","partial_json":"\"hi\"}"}',
    )
    call = ToolCallStarted(0, "t", "c", "custom")
    assert events_of(start, *pieces, custom=custom) == [call, ToolCallDelta(0, "hi")]
    assert events_of(start, custom=custom) == [call, ToolCallDelta(0, "{}")]


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


CHAR = b'{"type":"char_location","cited_text":"x"}'
WEB = b'{"type":"web_search_result_location","url":"https://x","title":"t","cited_text":"x"}'


def test_text_and_what_it_cites() -> None:
    cited = b'{"type":"citations_delta","citation":%b}'
    records = [
        *block(b'{"type":"text","text":""}', b'{"type":"text_delta","text":"ab"}'),
        *block(
            b'{"type":"text","text":"","citations":[]}', cited % WEB, cited % CHAR, b'{"type":"text_delta","text":"cd"}'
        ),
        *block(b'{"type":"text","text":""}', b'{"type":"text_delta","text":"ef"}'),
    ]
    events, _ = read(*records)
    url = UrlCitation("https://x", "t", 2, 4)
    assert events == [
        TextDelta("ab"),
        StateAdded(own(b"{}"), "text"),
        TextDelta("cd"),
        StateAdded(own(b'{"citations":[%b,%b]}' % (WEB, CHAR)), "text"),
        AnnotationAdded(Annotation(url_citation=url, extra={"cited_text": Raw(b'"x"')})),
        AnnotationAdded(Annotation("char_location", extra={"cited_text": Raw(b'"x"')})),
        TextDelta("ef"),
    ]


def test_citations_that_come_with_the_text_or_after_it() -> None:
    state = StateAdded(own(b'{"citations":[%b]}' % CHAR), "text")
    assert events_of(b'{"type":"text","text":"ab","citations":[%b]}' % CHAR)[:2] == [TextDelta("ab"), state]
    late = b'{"type":"text_delta","text":"ab"}', b'{"type":"citations_delta","citation":%b}' % CHAR
    assert events_of(b'{"type":"text","text":""}', *late)[:2] == [TextDelta("ab"), state]


def test_citations_announced_by_no_start_end_the_text_before_them() -> None:
    plain = block(b'{"type":"text","text":"a"}')
    events, _ = read(*plain, *block(b'{"type":"text","text":""}', b'{"type":"citations_delta","citation":%b}' % CHAR))
    assert events[1] == StateAdded(own(b"{}"), "text")


def test_a_citation_that_is_none_is_kept() -> None:
    events = events_of(b'{"type":"text","text":"a","citations":[1]}')
    assert events[2] == AnnotationAdded(Annotation("citation", extra={"citation": Raw(b"1")}))


def test_blocks_of_the_api_alone_are_given_whole() -> None:
    assert events_of(b'{"type":"redacted_thinking","data":"x"}') == [own(b'{"type":"redacted_thinking","data":"x"}')]
    start = b'{"type":"server_tool_use","id":"s","name":"web_search","input":{}}'
    pieces = (
        rb'{"type":"input_json_delta","partial_json":"{\"q\""}',
        rb'{"type":"input_json_delta","partial_json":":1}"}',
    )
    assert events_of(start, *pieces) == [
        own(b'{"type":"server_tool_use","id":"s","name":"web_search","input":{"q":1}}')
    ]
    assert events_of(start, pieces[0]) == [
        own(rb'{"type":"server_tool_use","id":"s","name":"web_search","input":"{\"q\""}')
    ]
    compacted = b'{"type":"compaction_delta","content":"c","encrypted_content":"e"}'
    assert events_of(b'{"type":"compaction","content":null}', compacted) == [
        own(b'{"type":"compaction","content":"c","encrypted_content":"e"}')
    ]
    texts = b'{"type":"text_delta","text":"a"}', b'{"type":"text_delta","text":"b"}'
    assert events_of(b'{"type":"new","text":""}', *texts) == [own(b'{"type":"new","text":"ab"}')]


def test_a_delta_that_cannot_be_read_a_second_time_changes_nothing() -> None:
    start = b'{"type":"new","a":1}'
    assert events_of(start, rb'{"type":"new_delta","a":"\ud800"}') == [own(start)]


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
