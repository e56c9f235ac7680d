"""The pieces of one choice."""

from __future__ import annotations

import msgspec
import pytest
from msgspec import Raw

from sansio.dialects.openai_chat.choice import ChoiceState
from sansio.dialects.openai_chat.wire import (
    AudioPiece,
    CallPiece,
    ChoicePiece,
    CustomPiece,
    FunctionPiece,
    LogprobsPiece,
    MessagePiece,
    UnknownCall,
)
from sansio.events import (
    AnnotationAdded,
    AudioDelta,
    ChoiceFinished,
    Delta,
    ImageAdded,
    LogprobsDelta,
    ReasoningDelta,
    RefusalDelta,
    TextDelta,
    ToolCallDelta,
    ToolCallStarted,
)
from sansio.types import Annotation, ImagePart, ImageUrl, Opaque, TokenLogprob


def _deltas(*messages: MessagePiece, finish: str | None = None) -> list[Delta]:
    state = ChoiceState(0)
    events = [event for message in messages for event in state.receive(ChoicePiece(delta=message), whole=False)]
    return events + (state.receive(ChoicePiece(finish_reason=finish), whole=False) if finish else [])


def _calls(*calls: CallPiece) -> list[Delta]:
    return _deltas(*(MessagePiece(tool_calls=[call]) for call in calls))


def _call(name: str | None = None, arguments: str | None = None, **members: object) -> CallPiece:
    index, id_ = members.get("index"), members.get("id")
    assert index is None or isinstance(index, int)
    assert id_ is None or isinstance(id_, str | int)
    return CallPiece(index, id_, None, FunctionPiece(name, arguments))


def test_all_kinds_of_output_in_one_piece() -> None:
    token = TokenLogprob("t", -1.0)
    message = MessagePiece("text", "why", "why", None, "no", AudioPiece("a", "AA"), [{"type": Raw(b'"file"')}])
    piece = ChoicePiece(delta=message, logprobs=LogprobsPiece([token]), finish_reason="eos")
    assert ChoiceState(3).receive(piece, whole=False) == [
        ReasoningDelta("why", 3),
        TextDelta("text", 3),
        RefusalDelta("no", 3),
        AudioDelta("a", "AA", choice=3),
        AnnotationAdded(Annotation("file"), 3),
        LogprobsDelta([token], None, 3),
        ChoiceFinished("stop", "eos", 3),
    ]


def test_images() -> None:
    image, odd = ImagePart(image_url=ImageUrl("data:image/png;base64,AA==")), Raw(b'{"type":"image_url"}')
    message = MessagePiece("", images=[Raw(msgspec.json.encode(image)), odd])
    assert _deltas(message) == [ImageAdded(image), Opaque("openai_chat", odd)]


def test_reasoning_under_two_names_that_differ() -> None:
    assert _deltas(MessagePiece(reasoning_content="a", reasoning="b")) == [ReasoningDelta("a"), ReasoningDelta("b")]


def test_content_as_a_list() -> None:
    parts = [Raw(b'{"type":"thinking","thinking":"a"}'), Raw(b'{"type":"text","text":"b"}')]
    assert _deltas(MessagePiece(content=parts)) == [ReasoningDelta("a"), TextDelta("b")]


def test_fragments_by_index() -> None:
    assert _calls(
        _call("f", "", index=0, id="a"),
        _call(None, "{", index=0),
        _call("g", index=1, id="b"),
        _call(None, "}", index=0),
    ) == [ToolCallStarted(0, "a", "f"), ToolCallDelta(0, "{"), ToolCallStarted(1, "b", "g"), ToolCallDelta(0, "}")]


def test_a_repeated_id_and_name_continue_the_call() -> None:
    pieces = [_call("f", "{", index=0, id="a"), _call("f", "}", index=0, id="a"), _call(None, " ", index=0, id="other")]
    assert _calls(*pieces) == [
        ToolCallStarted(0, "a", "f"),
        ToolCallDelta(0, "{"),
        ToolCallDelta(0, "}"),
        ToolCallDelta(0, " "),
    ]


def test_a_new_id_with_a_name_at_the_same_index_is_another_call() -> None:
    assert _calls(_call("f", "{}", index=0, id="a"), _call("f", "{}", index=0, id="b"), _call(None, " ", index=0)) == [
        ToolCallStarted(0, "a", "f"),
        ToolCallDelta(0, "{}"),
        ToolCallStarted(1, "b", "f"),
        ToolCallDelta(1, "{}"),
        ToolCallDelta(1, " "),
    ]


def test_without_an_index() -> None:
    """An id says which call, a name begins one, and a piece with neither continues the last."""
    pieces = [
        _call("f", "{", id="a"),
        _call("g", "[", id=7),
        _call(None, "}", id="a"),
        _call(None, "]"),
        _call("h"),
        _call("i"),
    ]
    assert _calls(*pieces) == [
        ToolCallStarted(0, "a", "f"),
        ToolCallDelta(0, "{"),
        ToolCallStarted(1, "7", "g"),
        ToolCallDelta(1, "["),
        ToolCallDelta(0, "}"),
        ToolCallDelta(1, "]"),
        ToolCallStarted(2, "call_0_2", "h", derived=True),
        ToolCallStarted(3, "call_0_3", "i", derived=True),
    ]


def test_a_name_and_an_id_that_come_late() -> None:
    pieces = [_call(None, "{", index=0), _call("f", "}", index=0), _call(None, None, index=0, id="a")]
    assert _calls(*pieces) == [
        ToolCallStarted(0, "call_0_0", "", derived=True),
        ToolCallDelta(0, "{"),
        ToolCallStarted(0, "call_0_0", "f", derived=True),
        ToolCallDelta(0, "}"),
        ToolCallStarted(0, "a", "f"),
    ]


def test_a_name_in_pieces() -> None:
    pieces = [_call("get_", index=0, id="a"), _call("weather", index=0), _call("get_weather", "{}", index=0)]
    assert _calls(*pieces) == [
        ToolCallStarted(0, "a", "get_"),
        ToolCallStarted(0, "a", "get_weather"),
        ToolCallDelta(0, "{}"),
    ]


def test_a_name_behind_arguments_is_no_piece_of_one() -> None:
    assert _calls(_call("f", "{", index=0, id="a"), _call("g", "}", index=0)) == [
        ToolCallStarted(0, "a", "f"),
        ToolCallDelta(0, "{"),
        ToolCallDelta(0, "}"),
    ]


def test_a_name_does_not_grow_for_ever() -> None:
    """Each piece tells the whole name again, so its length is what makes a stream of pieces quadratic."""
    events = _calls(*(_call(str(n % 10) * 2, index=0) for n in range(1000)))
    assert len(events) == 128
    assert isinstance(last := events[-1], ToolCallStarted)
    assert len(last.name) == 256


def test_arguments_as_a_value_keep_their_spelling() -> None:
    piece = CallPiece(0, "a", function=FunctionPiece("f", {"n": Raw(b"1.50")}))
    assert _calls(piece) == [ToolCallStarted(0, "a", "f"), ToolCallDelta(0, '{"n":1.50}')]


def test_custom_tools() -> None:
    piece = CallPiece(0, "a", "custom", custom=CustomPiece("c", "text"))
    assert _calls(piece) == [ToolCallStarted(0, "a", "c", "custom"), ToolCallDelta(0, "text")]


def test_a_call_of_nothing() -> None:
    assert _calls(CallPiece()) == [ToolCallStarted(0, "call_0_0", "", derived=True)]


def test_the_deprecated_function_call() -> None:
    pieces = (FunctionPiece("f", ""), FunctionPiece(None, "{}"))
    assert _deltas(*(MessagePiece(function_call=piece) for piece in pieces), finish="function_call") == [
        ToolCallStarted(0, "call_0_0", "f", "function_call", derived=True),
        ToolCallDelta(0, "{}"),
        ChoiceFinished("function_call"),
    ]


def test_calls_and_stop_are_tool_calls() -> None:
    events = _deltas(MessagePiece(tool_calls=[_call("f", id="a")]), finish="stop")
    assert events[-1] == ChoiceFinished("tool_calls", "stop")


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        (_call("f", '{"a', id="a"), "stop"),
        (_call("f", '{"a":1}', id="a"), "tool_calls"),
        (_call("f", " ", id="a"), "tool_calls"),
        (CallPiece(0, "a", "custom", custom=CustomPiece("c", '{"a')), "tool_calls"),
    ],
)
def test_calls_whose_arguments_are_cut_are_no_tool_calls(call: CallPiece, reason: str) -> None:
    calls = MessagePiece(tool_calls=[_call("g", "{}", id="b"), call])
    finished = _deltas(calls, finish="stop")[-1]
    assert isinstance(finished, ChoiceFinished)
    assert finished.reason == reason


def test_whether_calls_are_whole_is_asked_again_at_the_close() -> None:
    state = ChoiceState(0)
    events = [
        event
        for arguments in ('{"a', '":1', "}")
        for event in state.receive(
            ChoicePiece(delta=MessagePiece(tool_calls=[_call(None, arguments, index=0)]), finish_reason="stop"),
            whole=False,
        )
    ]
    assert [event.reason for event in events if isinstance(event, ChoiceFinished)] == ["stop"] * 3
    assert state.close() == [ChoiceFinished("tool_calls", "stop")]


def test_calls_after_a_stop_are_told_at_the_close() -> None:
    state = ChoiceState(0)
    state.receive(ChoicePiece(finish_reason="stop"), whole=False)
    assert state.close() == []
    state.receive(ChoicePiece(delta=MessagePiece(tool_calls=[_call("f")])), whole=False)
    assert state.close() == [ChoiceFinished("tool_calls", "stop")]


def test_a_choice_that_said_nothing_is_told_at_the_close() -> None:
    state = ChoiceState(2)
    assert state.receive(ChoicePiece(delta=MessagePiece(content="")), whole=False) == []
    assert state.close() == [TextDelta("", 2)]


def test_a_whole_answer_prefers_the_message_and_counts_each_call() -> None:
    message = MessagePiece(tool_calls=[_call("f", "{}", index=0), _call("f", "{}", index=0)])
    piece = ChoicePiece(delta=MessagePiece(content=""), message=message)
    assert ChoiceState(0).receive(piece, whole=True) == [
        ToolCallStarted(0, "call_0_0", "f", derived=True),
        ToolCallDelta(0, "{}"),
        ToolCallStarted(1, "call_0_1", "f", derived=True),
        ToolCallDelta(1, "{}"),
    ]


def test_a_stream_prefers_the_delta() -> None:
    piece = ChoicePiece(delta=MessagePiece(content="b"), message=MessagePiece(content="ab"))
    assert ChoiceState(0).receive(piece, whole=False) == [TextDelta("b")]


def test_whole_messages_in_a_stream_say_what_is_beyond_the_last() -> None:
    state = ChoiceState(0)
    messages = [
        MessagePiece(content="a", reasoning="r"),
        MessagePiece(content="ab", reasoning="rs", tool_calls=[_call("f", "{}", id="i")]),
        MessagePiece(content="ab", tool_calls=[_call("f", "{}", id="i")]),
        MessagePiece(content="ab", tool_calls=[UnknownCall(None, "u", "zz", raw=Raw(b"{}"))]),
        MessagePiece(content="ab", tool_calls=[UnknownCall(None, "u", "zz", raw=Raw(b"{}"))]),
        MessagePiece(content="ab", tool_calls=[UnknownCall(None, None, "zz", raw=Raw(b"[]"))]),
        MessagePiece(content=[Raw(b'{"type":"text","text":"c"}')]),
    ]
    events = [event for message in messages for event in state.receive(ChoicePiece(message=message), whole=False)]
    assert events == [
        ReasoningDelta("r"),
        TextDelta("a"),
        ReasoningDelta("s"),
        TextDelta("b"),
        ToolCallStarted(0, "i", "f"),
        ToolCallDelta(0, "{}"),
        Opaque("openai_chat", Raw(b"{}")),
        Opaque("openai_chat", Raw(b"[]")),
        TextDelta("c"),
    ]


def test_a_message_after_deltas_repeats_them() -> None:
    state = ChoiceState(0)
    state.receive(ChoicePiece(delta=MessagePiece(content="ab")), whole=False)
    last = ChoicePiece(message=MessagePiece(content="ab", tool_calls=[_call("f", id="i")]))
    assert state.receive(last, whole=False) == [ToolCallStarted(0, "i", "f")]
