"""Answers as Converse gives them."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from msgspec import Raw

from sansio.dialects.bedrock_converse.server_response import encode_response
from sansio.types import (
    Annotation,
    ChatResponse,
    Choice,
    CustomCall,
    CustomToolCall,
    FunctionCall,
    FunctionToolCall,
    Message,
    Opaque,
    OrderedPart,
    ReasoningPart,
    TextPart,
    UrlCitation,
    Usage,
)


def opaque(value: object, dialect: str = "bedrock_converse") -> Opaque:
    return Opaque(dialect, Raw(msgspec.json.encode(value)))


def answer(message: Message, reason: str | None = "stop", native: str | None = None, **members: Any) -> Any:
    choice = Choice(0, message, reason, native_finish_reason=native)
    return msgspec.json.decode(encode_response(ChatResponse("c", 1, "m", [choice], **members)))


def content(message: Message) -> Any:
    return answer(message)["output"]["message"]["content"]


def test_an_answer_in_full() -> None:
    said = answer(Message("assistant", "a"), "length", usage=Usage(1, 2, 3), service_tier="flex")
    assert said == {
        "output": {"message": {"role": "assistant", "content": [{"text": "a"}]}},
        "stopReason": "max_tokens",
        "usage": {"inputTokens": 1, "outputTokens": 2, "totalTokens": 3},
        "serviceTier": {"type": "flex"},
    }


def test_an_answer_without_a_choice_is_an_empty_message() -> None:
    said = msgspec.json.decode(encode_response(ChatResponse("c", 1, "m", [])))
    assert said == {"output": {"message": {"role": "assistant", "content": []}}, "stopReason": "end_turn"}


def test_only_the_first_choice_has_a_place() -> None:
    choices = [Choice(n, Message("assistant", str(n)), "stop") for n in range(2)]
    said = msgspec.json.decode(encode_response(ChatResponse("c", 1, "m", choices)))
    assert said["output"]["message"]["content"] == [{"text": "0"}]


@pytest.mark.parametrize(
    ("arguments", "value"), [('{"a":1}', {"a": 1}), ("", {}), (" ", {}), ("{", "{"), ("[1]", [1]), ('"x"', "x")]
)
def test_input_is_the_value_that_it_is(arguments: str, value: object) -> None:
    call = FunctionToolCall(id="t", function=FunctionCall("f", arguments))
    assert content(Message("assistant", None, tool_calls=[call])) == [
        {"toolUse": {"toolUseId": "t", "name": "f", "input": value}}
    ]


def test_what_other_dialects_have_beside_it() -> None:
    custom = CustomToolCall(id="t", custom=CustomCall("f", "text"))
    parts: list[OrderedPart] = [
        ReasoningPart(text="r", state=opaque({"x": 1}, "anthropic")),
        opaque({}, "gemini"),
        custom,
    ]
    assert content(Message("assistant", None, parts=parts)) == [
        {"reasoningContent": {"reasoningText": {"text": "r"}}},
        {"toolUse": {"toolUseId": "t", "name": "f", "input": {"input": "text"}}},
    ]
    assert content(Message("assistant", None, refusal="no")) == [{"text": "no"}]


def test_annotations_stand_behind_the_text() -> None:
    annotations = [Annotation("url_citation", UrlCitation("u"))]
    citation = {"location": {"web": {"url": "u"}}}
    assert content(Message("assistant", "a", annotations=annotations)) == [
        {"text": "a"},
        {"citationsContent": {"citations": [citation]}},
    ]


def test_members_of_the_models_own_answer_stand_where_they_came_from() -> None:
    fields = opaque({"additionalModelResponseFields": {"stop_sequence": "x"}})
    parts: list[OrderedPart] = [TextPart(text="a"), opaque({"odd": 1}), fields]
    said = answer(Message("assistant", "a", parts=parts), "stop", "stop_sequence")
    assert said["additionalModelResponseFields"] == {"stop_sequence": "x"}
    assert said["stopReason"] == "stop_sequence"
    assert said["output"]["message"]["content"] == [{"text": "a"}, {"odd": 1}]


@pytest.mark.parametrize(
    ("moderation", "trace"),
    [(b'{"guardrail":{"a":1}}', {"guardrail": {"a": 1}}), (b'{"flagged":true}', None), (b"[]", None)],
)
def test_a_trace_is_a_guardrails(moderation: bytes, trace: object) -> None:
    assert answer(Message("assistant", "a"), moderation=Raw(moderation)).get("trace") == trace
