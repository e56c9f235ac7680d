"""Events as server-sent events of the API."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from msgspec import Raw

from sansio.dialects.anthropic.server import SERVER
from sansio.errors import Failure
from sansio.events import (
    AnnotationAdded,
    ChoiceFinished,
    Completed,
    Data,
    Delta,
    Failed,
    Fold,
    ReasoningDelta,
    RefusalDelta,
    Started,
    StateAdded,
    TextDelta,
    ToolCallDelta,
    ToolCallStarted,
    UsageReported,
)
from sansio.types import Annotation, ChatRequest, ChatResponse, Choice, Message, Opaque, Usage

REQUEST = ChatRequest(model="asked", messages="")
TEXT = {"type": "text", "text": ""}


def own(json: bytes) -> Opaque:
    return Opaque("anthropic", Raw(json))


def records(data: bytes) -> list[dict[str, Any]]:
    """The data of the events, whose names are those of their types."""
    found: list[dict[str, Any]] = []
    for event in data.decode().split("\n\n")[:-1]:
        name, _, text = event.partition("\ndata: ")
        found.append(msgspec.json.decode(text))
        assert name == f"event: {found[-1]['type']}"
        assert "\n" not in text
    return found


def said(*events: Delta) -> list[dict[str, Any]]:
    """What is said of some events before the end."""
    encoder = SERVER.encoder(REQUEST, "/v1/messages")
    return records(b"".join(map(encoder.encode, events)))


def whole(*events: Delta) -> list[dict[str, Any]]:
    """What is said of a whole answer, less its start."""
    fold = Fold()
    fold.extend(events)
    encoder = SERVER.encoder(REQUEST, "/v1/messages")
    data = b"".join(map(encoder.encode, [*events, Completed(fold.response())]))
    assert encoder.ended
    return records(data)[1:]


def blocks(*events: Delta) -> list[str]:
    """The blocks of a whole answer: what each starts with, its deltas, and its end."""
    lines: list[str] = []
    for record in whole(*events)[:-2]:
        match record["type"]:
            case "content_block_start":
                lines.append(f"{record['index']} {record['content_block']['type']}")
            case "content_block_delta":
                lines.append(f"{record['index']} + {list(record['delta'].values())[1]}")
            case _:
                lines.append(f"{record['index']} .")
    return lines


def test_an_answer_from_its_start_to_its_end() -> None:
    encoder = SERVER.encoder(REQUEST, "/v1/messages")
    assert encoder.encode(Started("m1", None, "c", "standard")) == b""
    assert encoder.encode(UsageReported(Usage(9, 1, 10))) == b""
    start, block, delta = records(encoder.encode(TextDelta("Hel")))
    assert start["message"] == {
        "id": "m1",
        "type": "message",
        "role": "assistant",
        "model": "c",
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": {"input_tokens": 9, "output_tokens": 0, "service_tier": "standard"},
    }
    assert block == {"type": "content_block_start", "index": 0, "content_block": TEXT}
    assert delta == {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Hel"}}
    assert encoder.encode(ChoiceFinished("stop", "end_turn")) == b""
    response = ChatResponse("m1", 0, "c", [], Usage(9, 5, 14))
    assert records(encoder.encode(UsageReported(Usage(9, 5, 14))) + encoder.encode(Completed(response))) == [
        {"type": "content_block_stop", "index": 0},
        {
            "type": "message_delta",
            "delta": {"stop_reason": "end_turn", "stop_sequence": None},
            "usage": {"input_tokens": 9, "output_tokens": 5},
        },
        {"type": "message_stop"},
    ]


def test_a_start_without_names() -> None:
    (start, *_) = said(TextDelta("a"))
    assert (start["message"]["id"], start["message"]["model"]) == ("", "asked")


def test_blocks_come_one_after_the_other() -> None:
    events = ReasoningDelta("a"), ReasoningDelta("b"), TextDelta("c"), TextDelta(""), ReasoningDelta(""), TextDelta("d")
    assert blocks(*events) == ["0 thinking", "0 + a", "0 + b", "0 .", "1 text", "1 + c", "1 + d", "1 ."]


def test_calls_that_interleave_wait_for_each_other() -> None:
    events = (
        ToolCallStarted(0, "t", "f"),
        ToolCallDelta(0, '{"a":'),
        ToolCallStarted(1, "u", "g"),
        ToolCallDelta(1, "{"),
        TextDelta("x"),
        ToolCallDelta(0, "1}"),
        ToolCallDelta(1, "}"),
        ToolCallDelta(0, " "),
    )
    assert blocks(*events) == [
        "0 tool_use",
        '0 + {"a":',
        "0 + 1}",
        "0 .",
        "1 tool_use",
        "1 + {",
        "1 + }",
        "1 .",
        "2 text",
        "2 + x",
        "2 .",
    ]


def test_a_call_that_is_over_does_not_hold_up_the_next() -> None:
    found = said(
        ToolCallStarted(0, "t", "f"), ToolCallDelta(0, "{}"), ToolCallStarted(1, "u", "g"), ToolCallDelta(1, "{")
    )
    assert [record["type"] for record in found[-3:]] == [
        "content_block_stop",
        "content_block_start",
        "content_block_delta",
    ]


def test_a_call_begins_with_its_arguments_since_its_name_may_grow() -> None:
    events = ToolCallStarted(0, "", "get_"), ToolCallStarted(0, "t", "get_weather")
    assert [record["type"] for record in said(*events)] == ["message_start"]
    assert said(*events, ToolCallDelta(0, ""), ToolCallDelta(0, "{}"))[1]["content_block"] == {
        "type": "tool_use",
        "id": "t",
        "name": "get_weather",
        "input": {},
    }


def test_a_call_without_arguments_is_said_at_the_end() -> None:
    assert blocks(ToolCallStarted(0, "t", "f"), TextDelta("x")) == ["0 tool_use", "0 .", "1 text", "1 + x", "1 ."]


def test_ids_that_are_missing_come_from_the_position() -> None:
    legacy = ToolCallStarted(0, "", "f", "function_call"), ToolCallDelta(0, "{}")
    assert whole(*legacy)[0]["content_block"]["id"] == "call_0_0"
    assert whole(ToolCallDelta(2, "{}"))[0]["content_block"]["id"] == "call_0_2"


def test_free_text_is_a_member_of_the_input() -> None:
    call = ToolCallStarted(0, "t", "c", "custom")
    assert blocks(call, ToolCallDelta(0, 'a"'), ToolCallDelta(0, "b")) == [
        "0 tool_use",
        '0 + {"input":"a\\"',
        "0 + b",
        '0 + "}',
        "0 .",
    ]
    assert blocks(call) == ["0 tool_use", '0 + {"input":""}', "0 ."]


def test_states_of_this_dialect_go_with_their_part_and_end_it() -> None:
    events = (
        ReasoningDelta("a"),
        StateAdded(own(b'{"type":"thinking","signature":"s"}')),
        ReasoningDelta("b"),
        StateAdded(Opaque("gemini", Raw(b"1"))),
        TextDelta("c"),
        StateAdded(own(b'{"citations":[{"type":\n"x"}]}'), "text"),
        TextDelta("d"),
        StateAdded(own(b'{"toolset_name":"s"}'), "call"),
        TextDelta("e"),
    )
    assert blocks(*events) == [
        *("0 thinking", "0 + a", "0 + s", "0 ."),
        *("1 thinking", "1 + b", "1 ."),
        *("2 text", "2 + c", "2 + {'type': 'x'}", "2 ."),
        *("3 text", "3 + d", "3 + e", "3 ."),
    ]


def test_text_after_text_that_was_ended_is_a_block_that_may_cite() -> None:
    starts = [
        r["content_block"]
        for r in whole(TextDelta("a"), StateAdded(own(b"{}"), "text"), TextDelta("b"))
        if "content_block" in r
    ]
    assert starts == [TEXT, TEXT | {"citations": []}]


def test_own_items_are_blocks_and_others_say_nothing() -> None:
    items = own(b'{"type":"redacted_thinking",\n"data":"x"}'), Opaque("gemini", Raw(b"1")), TextDelta("a")
    assert blocks(*items) == ["0 redacted_thinking", "0 .", "1 text", "1 + a", "1 ."]


def test_what_the_api_has_no_word_for_says_nothing() -> None:
    assert said(TextDelta("a", 1), ChoiceFinished("stop", None, 1), AnnotationAdded(Annotation())) == []


def test_downloads_pass() -> None:
    assert SERVER.encoder(REQUEST, "").encode(Data(b"x")) == b"x"


def test_a_refusal_explains_the_end_or_is_the_answer() -> None:
    events = TextDelta("a"), RefusalDelta("n"), RefusalDelta("o")
    delta = whole(*events, ChoiceFinished("content_filter", "refusal"))[-2]["delta"]
    assert delta["stop_details"]["explanation"] == "no"
    assert blocks(RefusalDelta("no"), ChoiceFinished("stop")) == ["0 text", "0 + no", "0 ."]


def test_a_failure_is_an_event_behind_what_was_said_before_it() -> None:
    encoder = SERVER.encoder(REQUEST, "/v1/messages")
    failed = Failed(Failure(kind="overloaded", message="m"))
    assert records(encoder.encode(failed)) == [{"type": "error", "error": {"type": "overloaded_error", "message": "m"}}]
    encoder = SERVER.encoder(REQUEST, "/v1/messages")
    for event in (ToolCallStarted(0, "t", "f"), TextDelta("x")):
        encoder.encode(event)
    types = [record["type"] for record in records(encoder.encode(failed))]
    assert types == ["content_block_stop", "content_block_start", "content_block_delta", "error"]
    assert encoder.ended


def test_a_refusal_that_a_failure_cuts_off_is_text() -> None:
    encoder = SERVER.encoder(REQUEST, "/v1/messages")
    assert encoder.encode(RefusalDelta("no")) == b""
    said = records(encoder.encode(Failed(Failure(kind="overloaded", message="m"))))
    assert [record["delta"] for record in said if "delta" in record] == [{"type": "text_delta", "text": "no"}]


@pytest.mark.parametrize("choices", [[], [Choice(0, Message("assistant", "hi"), "length")]])
def test_an_answer_that_was_not_streamed_is_said_at_its_end(choices: list[Choice]) -> None:
    encoder = SERVER.encoder(REQUEST, "/v1/messages")
    found = records(encoder.encode(Completed(ChatResponse("m1", 1, "c", choices))))
    assert found[0]["message"]["id"] == "m1"
    assert found[-2]["delta"]["stop_reason"] == ("max_tokens" if choices else None)
    assert [r["delta"]["text"] for r in found if r["type"] == "content_block_delta"] == ["hi"] * len(choices)


def test_the_reason_is_that_of_the_response_where_none_was_streamed() -> None:
    encoder = SERVER.encoder(REQUEST, "/v1/messages")
    encoder.encode(TextDelta("a"))
    found = records(encoder.encode(Completed(ChatResponse("m", 1, "c", [Choice(0, Message("assistant"), "stop")]))))
    assert found[-2]["delta"]["stop_reason"] == "end_turn"


def test_the_document_says_the_same() -> None:
    response = ChatResponse("m", 1, "c", [Choice(0, Message("assistant", "hi"), "stop")])
    assert msgspec.json.decode(SERVER.encode_response(response))["content"] == [{"type": "text", "text": "hi"}]
