"""Turns of the API as messages."""

from __future__ import annotations

import msgspec
import pytest
from msgspec import Raw

from sansio.dialects.anthropic.fields import Misfit
from sansio.dialects.anthropic.server_messages import read_messages
from sansio.types import (
    FunctionCall,
    FunctionToolCall,
    ImagePart,
    ImageUrl,
    Message,
    Opaque,
    ReasoningPart,
    TextPart,
)


def read(*turns: object) -> list[Message]:
    return read_messages([Raw(msgspec.json.encode(turn)) for turn in turns], "messages")


def answer(*blocks: object) -> Message:
    (message,) = read({"role": "assistant", "content": blocks})
    return message


def text(said: str) -> dict[str, str]:
    return {"type": "text", "text": said}


CALL = FunctionToolCall(id="t", function=FunctionCall("f", '{"a":1}'))
USE = {"type": "tool_use", "id": "t", "name": "f", "input": {"a": 1}}
SIGNED = ReasoningPart(text="why", state=Opaque("anthropic", Raw(b'{"type":"thinking","signature":"s"}')))


def test_text_and_parts_of_any_role() -> None:
    assert read({"role": "user", "content": "hi", "x": 1}) == [Message("user", "hi", extra={"x": Raw(b"1")})]
    assert read({"role": "system", "content": [text("A.")]}) == [Message("system", [TextPart(text="A.")])]


def test_results_are_messages_of_their_own_in_front_of_the_rest() -> None:
    image = {"type": "image", "source": {"type": "url", "url": "https://x"}}
    turn = {
        "role": "user",
        "content": [
            text("so"),
            {"type": "tool_result", "tool_use_id": "t", "content": "42", "is_error": True},
            {"type": "tool_result", "tool_use_id": "u", "content": [image]},
            {"type": "tool_result", "tool_use_id": "v"},
        ],
    }
    assert read(turn) == [
        Message("tool", "42", tool_call_id="t", extra={"is_error": Raw(b"true")}),
        Message("tool", [ImagePart(image_url=ImageUrl("https://x"))], tool_call_id="u"),
        Message("tool", "", tool_call_id="v"),
        Message("user", [TextPart(text="so")]),
    ]


def test_a_turn_of_results_alone_has_no_rest_unless_it_keeps_something() -> None:
    result = {"type": "tool_result", "tool_use_id": "t", "content": "42"}
    assert [message.role for message in read({"role": "user", "content": [result]})] == ["tool"]
    assert [message.role for message in read({"role": "user", "content": [result], "x": 1})] == ["tool", "user"]
    assert read({"role": "user", "content": []}) == [Message("user", [])]


def test_an_answer_in_the_usual_order_has_no_parts() -> None:
    assert answer(text("a")) == Message("assistant", "a")
    assert answer() == Message("assistant", None)
    assert answer(text("a"), text("b")) == Message("assistant", [TextPart(text="a"), TextPart(text="b")])
    thought = {"type": "thinking", "thinking": "why"}
    assert answer(thought, text("a"), USE) == Message("assistant", "a", tool_calls=[CALL], reasoning_content="why")


def test_any_other_order_is_in_the_parts() -> None:
    signed = {"type": "thinking", "thinking": "why", "signature": "s"}
    assert answer(signed, text("a")) == Message(
        "assistant", "a", reasoning_content="why", parts=[SIGNED, TextPart(text="a")]
    )
    assert answer(USE, text("a")).parts == [CALL, TextPart(text="a")]
    redacted = {"type": "redacted_thinking", "data": "x"}
    assert answer(redacted).parts == [Opaque("anthropic", Raw(msgspec.json.encode(redacted)))]
    thought = {"type": "thinking", "thinking": "why"}
    assert answer(thought, thought).parts == [ReasoningPart(text="why")] * 2


def test_a_turn_needs_content() -> None:
    with pytest.raises(Misfit, match="content"):
        read({"role": "user", "content": None})
