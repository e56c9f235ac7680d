"""Items of a response: what comes in deltas, what comes whole, and that nothing is said twice."""

from __future__ import annotations

import json
from collections.abc import Mapping

import msgspec
import pytest
from msgspec import Raw

import sansio
from sansio.dialects.codec import Terms
from sansio.dialects.openai_responses import CODEC
from sansio.events import (
    AnnotationAdded,
    Delta,
    Fold,
    ImageAdded,
    LogprobsDelta,
    ReasoningDelta,
    RefusalDelta,
    StateAdded,
    TextDelta,
    ToolCallDelta,
    ToolCallStarted,
)
from sansio.http import Limits
from sansio.types import Annotation, ImagePart, ImageUrl, Message, Opaque, TextPart, TokenLogprob, UrlCitation

_ASKED = sansio.ChatRequest(model="m", messages="hi")
_TERMS = Terms(provider=sansio.provider("openai", dialect="openai_responses"), stream=True, limits=Limits())
_CITATION = {"type": "url_citation", "url": "u", "title": "t", "start_index": 0, "end_index": 1}
_ANNOTATION = AnnotationAdded(Annotation("url_citation", UrlCitation("u", "t", 0, 1)))

Item = dict[str, object]


def _message(*content: object, **members: object) -> Item:
    return {"type": "message", "id": "msg_1", "role": "assistant", "status": "completed", "content": content, **members}


def _said(text: str, **members: object) -> Item:
    return {"type": "output_text", "text": text, "annotations": [], **members}


def _event(type_: str, **members: object) -> bytes:
    return json.dumps({"type": f"response.{type_}", "output_index": 0, "content_index": 0, **members}).encode()


def _added(item: Mapping[str, object], index: int = 0) -> bytes:
    return _event("output_item.added", item=item, output_index=index)


def _item_done(item: object, index: int = 0) -> bytes:
    return _event("output_item.done", item=item, output_index=index)


def _text(text: str, index: int = 0, content: int = 0) -> bytes:
    return _event("output_text.delta", delta=text, output_index=index, content_index=content)


def _response(*output: object) -> bytes:
    return _event("completed", response={"output": output})


def _stream(*records: bytes) -> list[Delta]:
    return list(CODEC.reading(_ASKED, _TERMS).decoder.receive(records))


def _document(*output: object) -> list[Delta]:
    """The events of a response, without how it ended."""
    return list(CODEC.reading(_ASKED, _TERMS).decoder.receive_document(json.dumps({"output": output}).encode()))


def _raw(item: object) -> Raw:
    return Raw(json.dumps(item).encode())


def _fold(events: list[Delta]) -> Message:
    fold = Fold()
    fold.extend(events)
    return fold.response().message


def test_a_message_that_came_in_deltas_is_not_said_again() -> None:
    item = _message(_said("Hello", annotations=[_CITATION]))
    events = _stream(
        _added(_message()),
        _text("Hel"),
        _text("lo"),
        _event("output_text.annotation.added", annotation=_CITATION),
        _event("output_text.annotation.added"),
        _event("output_text.done", text="Hello"),
        _item_done(item),
        _item_done(item),
        _response(item),
    )
    assert events[:-1] == [TextDelta("Hel"), TextDelta("lo"), _ANNOTATION]


@pytest.mark.parametrize(
    "records",
    [
        [_event("output_text.done", text="Hi"), _item_done(_message(_said("Hi")))],
        [_added(_message()), _item_done(_message(_said("Hi")))],
        [_added(_message()), _response(_message(_said("Hi")))],
        [_response(_message(_said("Hi")))],
        [_item_done(_message(_said("Hi")), 5), _response(_message(_said("Hi")))],
        [_item_done({"type": "message", "content": "Hi"})],
    ],
)
def test_a_text_that_came_without_deltas_is_said_once(records: list[bytes]) -> None:
    assert [event for event in _stream(*records) if isinstance(event, TextDelta)] == [TextDelta("Hi")]


def test_a_whole_text_brings_its_log_probabilities_and_annotations() -> None:
    logprob: Item = {"token": "a", "logprob": -1.0, "top_logprobs": []}
    told = LogprobsDelta([TokenLogprob("a", -1.0, None, [])])
    item = _message(_said("a", logprobs=[logprob], annotations=[_CITATION]))
    assert _document(item) == [TextDelta("a"), told, _ANNOTATION]
    assert _stream(_event("output_text.done", text="a", logprobs=[logprob])) == [TextDelta("a"), told]


def test_items_of_the_same_id_in_one_response_are_all_said() -> None:
    assert _document(_message(_said("a")), _message(_said("b"))) == [TextDelta("a"), TextDelta("b")]


def test_another_item_in_the_same_place_is_said() -> None:
    first, second = _message(_said("a")), _message(_said("b"), id="msg_2")
    assert _stream(_text("a"), _item_done(first), _item_done(second)) == [TextDelta("a"), TextDelta("b")]
    unnamed = {"type": "message", "content": [_said("c")]}
    assert _stream(_item_done(unnamed), _item_done(unnamed)) == [TextDelta("c")]
    assert _stream(_text("a"), _item_done(first), _added(second), _text("b"), _item_done(second)) == [
        TextDelta("a"),
        TextDelta("b"),
    ]


def test_parts_are_known_by_their_place_and_else_by_their_number() -> None:
    both = _message(_said("a"), _said("b"))
    assert _stream(_text("a"), _item_done(both)) == [TextDelta("a"), TextDelta("b")]
    assert _stream(_text("b", content=1), _item_done(both)) == [TextDelta("b"), TextDelta("a")]
    assert _stream(_text("a", content=1), _item_done(_message(_said("a")))) == [TextDelta("a")]


def test_a_refusal_is_said_once() -> None:
    item = _message({"type": "refusal", "refusal": "no"})
    assert _document(item) == [RefusalDelta("no")]
    for records in (
        [_event("refusal.delta", delta="no"), _event("refusal.done", refusal="no"), _item_done(item)],
        [_event("refusal.done", refusal="no"), _item_done(item)],
    ):
        assert _stream(*records) == [RefusalDelta("no")]
    assert _stream(_event("refusal.done"), _item_done(_message({"type": "refusal"}))) == []


def test_what_a_message_says_beside_its_content_is_the_state_of_its_text() -> None:
    state = Opaque("openai_responses", Raw(b'{"phase":"commentary"}'))
    assert _document(_message(_said("a"), phase="commentary", odd=None)) == [TextDelta("a"), StateAdded(state, "text")]
    assert _document(_message({"type": "refusal", "refusal": "no"}, phase="commentary")) == [
        RefusalDelta("no"),
        TextDelta(""),
        StateAdded(state, "text"),
    ]


def test_the_state_of_a_message_without_words_is_not_that_of_an_earlier_one() -> None:
    reasoning, events = {"type": "reasoning", "id": "rs_1"}, Fold()
    events.extend(_document(_message(_said("a"), id="msg_0"), reasoning, _message(_said(""))))
    first, _, last = list(events.response().message.parts or ())
    assert first == TextPart(text="a")
    assert last == TextPart(text="", state=Opaque("openai_responses", Raw(b'{"id":"msg_1"}')))


def test_items_behind_a_reasoning_keep_their_ids_since_the_api_wants_them_back_together() -> None:
    reasoning, call = {"type": "reasoning", "id": "rs_1"}, {"type": "function_call", "id": "fc_1", "call_id": "c"}
    events = _document(reasoning, _message(_said("a")), call, _message(_said("b"), id=None))
    states = [bytes(event.state.raw) for event in events if isinstance(event, StateAdded)]
    assert states[1:] == [b'{"id":"msg_1"}', b'{"id":"fc_1"}']


def test_content_of_an_unknown_type_is_kept_in_a_message_of_its_own() -> None:
    smell = {"type": "smell", "of": "roses"}
    (event,) = _document(_message(smell))
    assert isinstance(event, Opaque)
    assert msgspec.json.decode(event.raw) == {"type": "message", "role": "assistant", "content": [smell]}


def test_a_reasoning_is_text_and_then_its_state() -> None:
    item: Item = {
        "type": "reasoning",
        "id": "rs_1",
        "summary": [{"type": "summary_text", "text": "A"}, {"type": "summary_text", "text": "B"}],
        "encrypted_content": "secret",
    }
    state = StateAdded(Opaque("openai_responses", _raw(item)))
    assert _document(item) == [ReasoningDelta("A"), ReasoningDelta("\n\nB"), state]
    assert _stream(
        _added({"type": "reasoning", "id": "rs_1", "summary": []}),
        _event("reasoning_summary_text.delta", delta="A"),
        _event("reasoning_summary_text.done", text="A"),
        _event("reasoning_summary_text.done", text="B", summary_index=1),
        _item_done(item),
    ) == [ReasoningDelta("A"), ReasoningDelta("\n\nB"), state]


def test_a_reasoning_that_is_shown_itself_is_said_once() -> None:
    item: Item = {"type": "reasoning", "content": [{"type": "reasoning_text", "text": "A"}]}
    state = StateAdded(Opaque("openai_responses", _raw(item)))
    assert _document(item) == [ReasoningDelta("A"), state]
    for done in ([], [_event("reasoning_text.done", text="A")], [_event("reasoning_text.done", text=7)]):
        assert _stream(_event("reasoning_text.delta", delta="A"), *done, _item_done(item)) == [
            ReasoningDelta("A"),
            state,
        ]


def test_a_sealed_reasoning_without_text_is_its_state() -> None:
    item: Item = {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "secret"}
    events = _document(item)
    assert events == [StateAdded(Opaque("openai_responses", _raw(item)))]
    assert _fold(events).parts is not None


def test_a_call_is_begun_when_it_has_a_name() -> None:
    call = {"type": "function_call", "id": "fc_1", "call_id": "call_1", "name": "f", "status": "completed"}
    expected = [ToolCallStarted(0, "call_1", "f"), ToolCallDelta(0, "{}")]
    assert _document({**call, "arguments": "{}"}) == expected
    assert _document({**call, "arguments": {}}) == expected
    deltas = [_event("function_call_arguments.delta", delta="{}"), _event("function_call_arguments.done", arguments="")]
    assert _stream(_added({**call, "arguments": ""}), *deltas, _item_done({**call, "arguments": "{}"})) == expected
    assert _stream(_added(call), _event("function_call_arguments.done", arguments="{}"), _item_done(call)) == expected
    assert _document(call) == expected[:1]


def test_a_call_may_be_named_when_it_is_done() -> None:
    call = {"type": "function_call", "call_id": "call_1", "name": "f", "arguments": "{}"}
    events = _stream(
        _added({"type": "function_call"}), _event("function_call_arguments.delta", delta="{}"), _item_done(call)
    )
    assert events == [ToolCallDelta(0, "{}"), ToolCallStarted(0, "call_1", "f")]
    assert _fold(events).tool_calls == _fold(_document(call)).tool_calls
    unchanged = {"type": "function_call", "arguments": "{}"}
    assert _stream(_added(call), _item_done(unchanged)) == [ToolCallStarted(0, "call_1", "f"), ToolCallDelta(0, "{}")]


def test_a_call_without_any_id_has_one_by_its_place() -> None:
    assert _document({"type": "function_call"}) == [ToolCallStarted(0, "call_0_0", "", derived=True)]
    assert _document({"type": "function_call", "id": 7, "name": "f"}) == [ToolCallStarted(0, "7", "f")]


def test_custom_calls_and_what_the_api_wants_back_with_a_call() -> None:
    call = {"type": "custom_tool_call", "call_id": "c", "name": "f", "input": "x", "namespace": "n"}
    state = StateAdded(Opaque("openai_responses", Raw(b'{"namespace":"n"}')), "call")
    assert _document(call) == [ToolCallStarted(0, "c", "f", "custom"), ToolCallDelta(0, "x"), state]
    assert _stream(_added(call), _event("custom_tool_call_input.done", input="x"))[1:] == [ToolCallDelta(0, "x")]


def test_a_call_whose_members_cannot_be_read_has_no_state() -> None:
    item = b'{"type":"response.output_item.done","item":{"type":"function_call","name":"f","\xff":1}}'
    assert _stream(item) == [ToolCallStarted(0, "call_0_0", "f", derived=True)]


def test_calls_are_counted_apart_from_other_items() -> None:
    calls = [{"type": "function_call", "call_id": id_, "name": id_, "arguments": id_} for id_ in "ab"]
    message = _fold(_document(calls[0], _message(_said("x")), calls[1]))
    assert [(call.name, call.arguments) for call in message.tool_calls or ()] == [("a", "a"), ("b", "b")]


@pytest.mark.parametrize("item", [{"type": "web_search_call", "id": "ws_1", "action": {"q": 1}}, {"odd": True}, 7])
def test_other_items_are_kept_as_they_came(item: object) -> None:
    assert _document(item) == [Opaque("openai_responses", _raw(item))]


def test_an_image_is_one_with_the_other_members_of_its_item() -> None:
    item = {"type": "image_generation_call", "id": "ig_1", "result": "QUJD", "output_format": "webp"}
    extra = {"id": Raw(b'"ig_1"'), "output_format": Raw(b'"webp"')}
    image = ImagePart(image_url=ImageUrl("data:image/webp;base64,QUJD"), extra=extra)
    assert _document(item) == [ImageAdded(image)]


@pytest.mark.parametrize("more", [{"result": None, "id": "i"}, {"result": 7, "id": "i"}, {"result": "QUJD"}])
def test_an_image_that_is_not_there_is_an_item_like_others(more: Item) -> None:
    item = {"type": "image_generation_call", **more}
    assert _document(item) == [Opaque("openai_responses", _raw(item))]
