"""Answers of Converse: what one side of the dialect encodes, the other decodes to the same."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn
from msgspec import Raw

from sansio import Completed, Failed
from sansio.dialects.bedrock_converse.server import SERVER
from sansio.errors import Failure
from sansio.events import (
    AnnotationAdded,
    ChoiceFinished,
    Delta,
    Event,
    Fold,
    ReasoningDelta,
    Started,
    StateAdded,
    TextDelta,
    ToolCallDelta,
    ToolCallStarted,
    UsageReported,
)
from sansio.testing.strategies import extras, failures, fragmented, names, optional, schemas, texts
from sansio.types import (
    Annotation,
    ChatResponse,
    Opaque,
    PromptTokensDetails,
    UrlCitation,
    Usage,
)
from tests.properties.roundtrip import ASKED, double, encoded, folded, heard
from tests.properties.test_bedrock_requests import state

PROVIDER = double("bedrock_converse")
EMPTY: dict[str, object] = {"type": "object", "properties": {}}


_text = texts(min_size=1)
_citations = st.builds(AnnotationAdded, st.builds(Annotation, st.just("citation"), extra=extras())) | st.builds(
    AnnotationAdded, st.builds(Annotation, st.just("url_citation"), st.builds(UrlCitation, _text, optional(_text)))
)


@st.composite
def usages(draw: DrawFn) -> Usage:
    """Counts that add up."""
    input_, read, written, output = (draw(st.integers(0, 1000)) for _ in range(4))
    details = PromptTokensDetails(
        cached_tokens=read, cache_write_tokens=written, cache_write_5m_tokens=draw(optional(st.just(written)))
    )
    total = input_ + read + written + output
    return Usage(input_ + read + written, output, total, draw(st.just(details) if read + written else st.none()))


@st.composite
def items(draw: DrawFn) -> Opaque:
    """What only Converse understands: its own tools, images, and what is not known."""
    call = {"name": draw(names()), "toolUseId": "t1", "type": "server_tool_use", "input": draw(schemas())}
    result = {"toolUseId": "t1", "type": "x_result", "content": [{"text": draw(texts())}]}
    image = {"format": "png", "source": {"bytes": "aGk="}}
    blocks: list[object] = [{"toolUse": call}, {"toolResult": result}, {"image": image}, {"unheardOf": draw(schemas())}]
    return Opaque("bedrock_converse", Raw(msgspec.json.encode(draw(st.sampled_from(blocks)))))


_tiers = optional(names())
_kinds = st.lists(st.sampled_from(["text", "thought", "redacted", "call", "item"]), max_size=5)
_said = st.lists(_text, min_size=1, max_size=3)
_signed, _redacted = state("signature"), state("redactedContent")
_items = items()
_cited = st.lists(_citations, max_size=2)
_usages = optional(usages())


@st.composite
def answers(draw: DrawFn) -> list[Delta]:
    """The events of a whole answer, as this dialect gives them."""
    events: list[Delta] = []
    if (tier := draw(_tiers)) is not None:
        events.append(Started(service_tier=tier))
    calls = 0
    for kind in draw(_kinds):
        if kind == "text":
            events += [TextDelta(text) for text in draw(_said)]
        elif kind == "thought":
            events += [ReasoningDelta(draw(_text)), StateAdded(draw(_signed))]
        elif kind == "redacted":
            events += [ReasoningDelta(""), StateAdded(draw(_redacted))]
        elif kind == "call":
            events.append(ToolCallStarted(calls, f"call-{calls}", draw(names())))
            arguments = msgspec.json.encode(draw(schemas())).decode()
            events += [
                ToolCallDelta(calls, piece.decode()) for piece in (arguments[:1].encode(), arguments[1:].encode())
            ]
            calls += 1
        else:
            events.append(draw(_items))
    events += draw(_cited)
    reasons = st.sampled_from(["length", "content_filter"]) if calls == 0 else st.just("length")
    native = {
        "length": "max_tokens",
        "content_filter": "content_filtered",
        "tool_calls": "tool_use",
        "stop": "end_turn",
    }
    reason = draw(reasons | st.just("tool_calls" if calls else "stop"))
    events.append(ChoiceFinished(reason, native[reason]))
    if (usage := draw(_usages)) is not None:
        events.append(UsageReported(usage))
    return events


def stream_of(events: Sequence[Event[ChatResponse]]) -> bytes:
    return encoded(SERVER.encoder(ASKED, "/model/m/converse-stream"), events)


@given(st.data(), answers())
def test_a_stream_folds_to_the_response_that_it_was_encoded_from(data: st.DataObject, events: list[Delta]) -> None:
    response = folded(events)
    body = stream_of([*events, Completed(response)])
    end = heard(PROVIDER, data.draw(fragmented(body)))
    assert isinstance(end, Completed)
    assert end.response == response


@given(answers())
def test_a_stream_of_nothing_but_its_end_says_everything(events: list[Delta]) -> None:
    """As a gateway streams an answer that it has whole."""
    response = folded(events)
    end = heard(PROVIDER, [stream_of([Completed(response)])])
    assert isinstance(end, Completed)
    assert end.response == response


@given(answers())
def test_a_document_folds_to_the_response_that_it_was_encoded_from(events: list[Delta]) -> None:
    response = folded(events)
    end = heard(PROVIDER, [SERVER.encode_response(response)], stream=False)
    assert isinstance(end, Completed)
    assert end.response == response


@given(st.data(), answers())
def test_a_flipped_bit_never_completes_with_another_text(data: st.DataObject, events: list[Delta]) -> None:
    response = folded(events)
    body = bytearray(stream_of([*events, Completed(response)]))
    place = data.draw(st.integers(0, 8 * len(body) - 1))
    body[place // 8] ^= 1 << place % 8
    end = heard(PROVIDER, [bytes(body)])
    assert isinstance(end, Failed) or end.response == response


@given(answers(), failures())
def test_a_failure_in_the_stream_is_told_and_nothing_before_it_is_lost(events: list[Delta], failure: Failure) -> None:
    before = [event for event in events if not isinstance(event, ChoiceFinished | UsageReported | Started)]
    fold = Fold()
    fold.extend(before)
    end = heard(PROVIDER, [stream_of([*before, Failed(failure)])])
    assert isinstance(end, Failed)
    assert end.failure.message == failure.message
    assert end.partial == fold.partial()
