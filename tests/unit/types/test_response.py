"""The response's short ways to its first choice."""

from __future__ import annotations

from decimal import Decimal

import msgspec
import pytest

from sansio.types import ChatResponse, Choice, FunctionCall, FunctionToolCall, Message, TextPart, Usage

CALL = FunctionToolCall(id="a", function=FunctionCall("f", "{}"))


def test_the_first_choice_speaks_for_the_response() -> None:
    message = Message("assistant", "yes", reasoning_content="hm", tool_calls=[CALL])
    other = Choice(1, Message("assistant", "no"), "length")
    response = ChatResponse("i", 1, "m", [Choice(0, message, "stop"), other])
    assert (response.text, response.reasoning, response.finish_reason) == ("yes", "hm", "stop")
    assert response.message is message
    assert response.tool_calls == [CALL]


def test_without_a_choice_everything_is_empty() -> None:
    response = ChatResponse("i", 1, "m", [])
    assert (response.text, response.reasoning, response.finish_reason) == ("", None, None)
    assert response.message == Message("assistant")
    assert response.tool_calls == ()


def test_parse_reads_the_text_as_a_type() -> None:
    response = ChatResponse(
        "i", 1, "m", [Choice(0, Message("assistant", [TextPart(text="[1,"), TextPart(text="2]")]), "stop")]
    )
    assert response.parse(list[int]) == [1, 2]
    with pytest.raises(msgspec.ValidationError):
        response.parse(list[str])
    with pytest.raises(msgspec.DecodeError):
        ChatResponse("i", 1, "m", []).parse(int)


def test_as_json_it_is_a_chat_completion() -> None:
    response = ChatResponse(
        "i", 1, "m", [Choice(0, Message("assistant"), None)], usage=Usage(1, 2, 3), cost=Decimal("0.1")
    )
    decoded = msgspec.json.decode(msgspec.json.encode(response))
    assert decoded["object"] == "chat.completion"
    assert decoded["choices"] == [
        {"index": 0, "message": {"role": "assistant", "content": None}, "finish_reason": None}
    ]
    assert decoded["usage"] == {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}
    assert msgspec.json.decode(msgspec.json.encode(response), type=ChatResponse) == response
