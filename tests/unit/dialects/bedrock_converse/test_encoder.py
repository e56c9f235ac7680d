"""The events of a chat to the messages of an event stream."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Raw

from sansio import ChatRequest, Completed, Failed
from sansio.dialects.bedrock_converse.server import SERVER
from sansio.errors import Failure
from sansio.events import (
    AnnotationAdded,
    ChoiceFinished,
    Data,
    Event,
    ReasoningDelta,
    RefusalDelta,
    Started,
    StateAdded,
    TextDelta,
    ToolCallDelta,
    ToolCallStarted,
)
from sansio.framing.eventstream import EventStreamDecoder
from sansio.types import Annotation, ChatResponse, Choice, Message, Opaque, UrlCitation, Usage

EMPTY = ChatResponse("c", 1, "m", [])


def opaque(value: object, dialect: str = "bedrock_converse") -> Opaque:
    return Opaque(dialect, Raw(msgspec.json.encode(value)))


def encoded(*events: Event[ChatResponse]) -> list[tuple[str, Any]]:
    """The names and payloads of the messages."""
    encoder = SERVER.encoder(ChatRequest(model="m", messages="hi"), "/model/m/converse-stream")
    data = b"".join(encoder.encode(event) for event in events)
    messages = EventStreamDecoder().receive_data(data)
    assert all(message.header(":content-type") == "application/json" for message in messages)
    names = [message.event_type or message.exception_type or "" for message in messages]
    assert encoder.ended == isinstance(events[-1], Completed | Failed)
    return list(zip(names, [msgspec.json.decode(message.payload) for message in messages], strict=True))


def delta(index: int, delta: object) -> tuple[str, object]:
    return "contentBlockDelta", {"contentBlockIndex": index, "delta": delta}


def start(index: int, start: object) -> tuple[str, object]:
    return "contentBlockStart", {"contentBlockIndex": index, "start": start}


def stop(index: int) -> tuple[str, object]:
    return "contentBlockStop", {"contentBlockIndex": index}


BEGIN = ("messageStart", {"role": "assistant"})


def test_blocks_come_one_after_the_other() -> None:
    assert encoded(
        Started("c", 1, "m"),
        ReasoningDelta("r"),
        TextDelta("a"),
        TextDelta("b"),
        ToolCallStarted(0, "t", "f"),
        ToolCallDelta(0, "{}"),
        ChoiceFinished("tool_calls"),
        Completed(msgspec.structs.replace(EMPTY, usage=Usage(1, 2, 3))),
    ) == [
        BEGIN,
        delta(0, {"reasoningContent": {"text": "r"}}),
        stop(0),
        delta(1, {"text": "a"}),
        delta(1, {"text": "b"}),
        stop(1),
        start(2, {"toolUse": {"toolUseId": "t", "name": "f"}}),
        delta(2, {"toolUse": {"input": "{}"}}),
        stop(2),
        ("messageStop", {"stopReason": "tool_use"}),
        ("metadata", {"usage": {"inputTokens": 1, "outputTokens": 2, "totalTokens": 3}}),
    ]


def test_a_late_piece_names_the_block_of_its_call() -> None:
    assert encoded(
        ToolCallStarted(0, "t", "f"),
        ToolCallStarted(1, "u", "g"),
        ToolCallStarted(1, "u", "g again"),
        ToolCallDelta(0, "{}"),
        ToolCallDelta(7, "{}"),
    )[3:] == [
        start(1, {"toolUse": {"toolUseId": "u", "name": "g"}}),
        delta(0, {"toolUse": {"input": "{}"}}),
        stop(1),
        start(2, {"toolUse": {"toolUseId": "call_0_7", "name": ""}}),
        delta(2, {"toolUse": {"input": "{}"}}),
    ]


def test_a_state_ends_the_block_of_its_reasoning() -> None:
    signed = StateAdded(opaque({"signature": "s"}))
    assert encoded(
        ReasoningDelta("r"), signed, ReasoningDelta(""), StateAdded(opaque({"redactedContent": "eA=="}))
    ) == [
        BEGIN,
        delta(0, {"reasoningContent": {"text": "r"}}),
        delta(0, {"reasoningContent": {"signature": "s"}}),
        stop(0),
        delta(1, {"reasoningContent": {"redactedContent": "eA=="}}),
        stop(1),
    ]


def test_other_dialects_states_and_items_are_theirs() -> None:
    text = StateAdded(opaque({}), "text")
    assert encoded(StateAdded(opaque({}, "gemini")), text, opaque({}, "gemini"), StateAdded(opaque({}))) == []


def test_items_come_in_one_piece_behind_their_beginning() -> None:
    assert encoded(
        opaque({"toolUse": {"toolUseId": "t", "name": "f", "type": "server_tool_use", "input": {"q": 1}}}),
        opaque({"toolUse": {"type": "x"}}),
        opaque({"toolResult": {"toolUseId": "t", "content": [{"text": "a"}]}}),
        opaque({"toolResult": {"toolUseId": "t"}}),
        opaque({"image": {"format": "png", "source": {}}}),
        opaque({"odd": 5}),
    ) == [
        BEGIN,
        start(0, {"toolUse": {"toolUseId": "t", "name": "f", "type": "server_tool_use"}}),
        delta(0, {"toolUse": {"input": '{"q":1}'}}),
        stop(0),
        start(1, {"toolUse": {"type": "x"}}),
        delta(1, {"toolUse": {"input": "{}"}}),
        stop(1),
        start(2, {"toolResult": {"toolUseId": "t"}}),
        delta(2, {"toolResult": [{"text": "a"}]}),
        stop(2),
        start(3, {"toolResult": {"toolUseId": "t"}}),
        delta(3, {"toolResult": []}),
        stop(3),
        start(4, {"image": {"format": "png"}}),
        delta(4, {"image": {"source": {}}}),
        stop(4),
        start(5, {"odd": 5}),
        stop(5),
    ]


def test_citations_and_refusals_belong_to_the_text() -> None:
    cited = AnnotationAdded(Annotation("url_citation", UrlCitation("u")))
    assert encoded(TextDelta("a"), cited, RefusalDelta("no")) == [
        BEGIN,
        delta(0, {"text": "a"}),
        delta(0, {"citation": {"location": {"web": {"url": "u"}}}}),
        delta(0, {"text": "no"}),
    ]


def test_other_choices_have_no_place() -> None:
    assert encoded(TextDelta("a", 1), ReasoningDelta("a", 1), ChoiceFinished("stop", choice=1), TextDelta("")) == []


def test_members_of_the_models_own_answer_come_with_the_stop() -> None:
    fields = opaque({"additionalModelResponseFields": {"x": 1}})
    assert encoded(fields, ChoiceFinished("stop", "stop_sequence"), Completed(EMPTY)) == [
        BEGIN,
        ("messageStop", {"stopReason": "stop_sequence", "additionalModelResponseFields": {"x": 1}}),
        ("metadata", {}),
    ]


def test_an_answer_that_was_not_streamed_is_said_at_its_end() -> None:
    response = ChatResponse("c", 1, "m", [Choice(0, Message("assistant", "a"), "length")])
    assert encoded(Completed(response)) == [
        BEGIN,
        delta(0, {"text": "a"}),
        stop(0),
        ("messageStop", {"stopReason": "max_tokens"}),
        ("metadata", {}),
    ]


def test_the_response_tells_the_reason_that_no_event_told() -> None:
    response = ChatResponse("c", 1, "m", [Choice(0, Message("assistant", "a"), "length")])
    assert encoded(TextDelta("a"), Completed(response))[-2] == ("messageStop", {"stopReason": "max_tokens"})
    assert encoded(TextDelta("a"), Completed(EMPTY))[-2] == ("messageStop", {"stopReason": "end_turn"})


def test_a_failure_is_an_exception() -> None:
    failed = Failed(Failure(kind="rate_limited", message="slow"))
    assert encoded(TextDelta("a"), failed)[-1] == ("throttlingException", {"message": "slow"})


def test_raw_bytes_pass() -> None:
    encoder = SERVER.encoder(ChatRequest(model="m", messages="hi"), "/")
    assert encoder.encode(Data(b"raw")) == b"raw"


def test_a_call_of_a_custom_tool_is_one_of_a_function_once_it_is_whole() -> None:
    said: list[Event[ChatResponse]] = [
        ToolCallStarted(0, "t", "f", "custom"),
        ToolCallDelta(0, "a"),
        ToolCallDelta(0, '"b'),
    ]
    response = ChatResponse("c", 1, "m", [Choice(0, Message("assistant", None), "tool_calls")])
    call = [
        start(0, {"toolUse": {"toolUseId": "t", "name": "f"}}),
        delta(0, {"toolUse": {"input": '{"input":"a\\"b"}'}}),
    ]
    assert encoded(*said, Completed(response))[:4] == [("messageStart", {"role": "assistant"}), *call, stop(0)]
    assert encoded(*said, Failed(Failure(kind="rate_limited", message="slow")))[1:3] == call
