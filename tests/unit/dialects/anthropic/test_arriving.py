"""Content blocks as they arrive."""

from __future__ import annotations

from msgspec import Raw

from sansio.dialects.anthropic import MessagesDecoder
from sansio.dialects.codec import Terms
from sansio.events import (
    AnnotationAdded,
    Delta,
    ReasoningDelta,
    StateAdded,
    TextDelta,
    ToolCallDelta,
    ToolCallStarted,
)
from sansio.http import Limits
from sansio.types import Annotation, Opaque, Provider, UrlCitation

TERMS = Terms(provider=Provider(name="p", base_url="https://p", dialect="anthropic"), stream=True, limits=Limits())


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
