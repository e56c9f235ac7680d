"""Conversations as instructions and turns."""

from __future__ import annotations

import msgspec
import pytest
from msgspec import Raw

from sansio.dialects.anthropic.blocks import BlockWriter
from sansio.dialects.anthropic.messages import ConversationWriter
from sansio.dialects.losses import Losses
from sansio.errors import LocalProtocolError
from sansio.types import (
    FunctionCall,
    FunctionToolCall,
    Message,
    MessageAudio,
    ReasoningPart,
    TextPart,
    assistant,
    developer,
    system,
    tool,
    user,
)

CALL = FunctionToolCall(id="a", function=FunctionCall("f", "{}"))
USE: dict[str, object] = {"type": "tool_use", "id": "a", "name": "f", "input": {}}


def text(said: str) -> dict[str, str]:
    return {"type": "text", "text": said}


def written(
    *messages: Message, lacks: frozenset[str] = frozenset(), roles: dict[str, str] | None = None
) -> tuple[object, object, list[str]]:
    """The instructions and the turns as JSON values, and the losses."""
    losses = Losses("anthropic")
    writer = ConversationWriter(BlockWriter(losses, lacks), losses, lacks, roles or {})
    writer.write(messages)
    turns = [turn.wire() for turn in writer.turns]
    said = [f"{loss.path} {loss.action}" for loss in losses.found]
    return (*msgspec.json.decode(msgspec.json.encode([writer.system, turns])), said)


def test_leading_instructions_stand_apart_in_order() -> None:
    above, turns, said = written(system("A."), developer([TextPart(text="B.")]), user("hi"))
    assert above == [text("A."), text("B.")]
    assert (turns, said) == ([{"role": "user", "content": [text("hi")]}], [])


def test_what_is_no_instruction_in_their_message_is_lost() -> None:
    assert written(Message("system", "A.", extra={"x": Raw(b"1")}), user("hi"))[2] == ["messages[0].extra dropped"]


def test_later_instructions_are_turns_where_the_model_has_such() -> None:
    messages = user("hi"), system("A."), developer("B."), user("ho")
    above, turns, said = written(*messages)
    assert (above, said) == ([], [])
    assert turns == [
        {"role": "user", "content": [text("hi")]},
        {"role": "system", "content": [text("A."), text("B.")]},
        {"role": "user", "content": [text("ho")]},
    ]
    above, turns, said = written(*messages, lacks=frozenset({"system_turns"}))
    assert above == [text("A."), text("B.")]
    assert turns == [{"role": "user", "content": [text("hi"), text("ho")]}]
    assert said == ["messages[1] approximated", "messages[2] approximated"]


def test_messages_of_one_side_are_one_turn() -> None:
    messages = user("a"), Message("user", "b", extra={"x": Raw(b"1")}), assistant("c"), assistant(tool_calls=[CALL])
    assert written(*messages)[1] == [
        {"role": "user", "content": [text("a"), text("b")], "x": 1},
        {"role": "assistant", "content": [text("c"), USE]},
    ]


def test_results_stand_at_the_front_of_their_turn() -> None:
    result = Message("tool", [TextPart(text="42")], tool_call_id="a", extra={"is_error": Raw(b"true")})
    _, turns, said = written(user("a"), assistant(tool_calls=[CALL]), user("b"), result, tool("", "z"))
    assert isinstance(turns, list)
    assert turns[2]["content"] == [
        {"type": "tool_result", "tool_use_id": "a", "content": [text("42")], "is_error": True},
        {"type": "tool_result", "tool_use_id": "z", "content": ""},
        text("b"),
    ]
    assert said == ["messages[3] approximated", "messages[4] approximated"]


def test_results_stand_in_front_of_instructions_that_come_between() -> None:
    call = FunctionToolCall(id="a", function=FunctionCall("f", "{}"))
    messages = [user("q"), assistant(tool_calls=[call]), developer("later"), tool("1", "a"), tool("2", "b")]
    _, turns, said = written(*messages)
    assert isinstance(turns, list)
    assert turns[2:] == [
        {
            "role": "user",
            "content": [
                {"type": "tool_result", "tool_use_id": "a", "content": "1"},
                {"type": "tool_result", "tool_use_id": "b", "content": "2"},
            ],
        },
        {"role": "system", "content": [text("later")]},
    ]
    assert said == ["messages[3] approximated", "messages[4] approximated"]


def test_a_result_needs_the_call_that_it_answers() -> None:
    with pytest.raises(LocalProtocolError, match=r"messages\[0\].*tool_call_id"):
        written(Message("tool", "42"))


def test_an_answer_goes_back_in_order() -> None:
    message = Message("assistant", "ignored", parts=[CALL, TextPart(text="b"), ReasoningPart(text="c")])
    _, turns, said = written(user("a"), message)
    assert turns == [{"role": "user", "content": [text("a")]}, {"role": "assistant", "content": [USE, text("b")]}]
    assert said == ["messages[1].parts[2] omitted"]


def test_what_the_api_has_no_word_for_is_lost() -> None:
    message = Message(
        "assistant", "a", "Al", refusal="no", audio=MessageAudio("x"), function_call=FunctionCall("f", "")
    )
    _, turns, said = written(user("hi"), message, Message("critic", "hm"), Message("tool", "1", "f", "a"))
    assert isinstance(turns, list)
    assert turns[1] == {"role": "assistant", "content": [text("a"), text("no")]}
    assert said == [
        "messages[1].audio dropped",
        "messages[1].function_call dropped",
        "messages[1].refusal approximated",
        "messages[1].name dropped",
        "messages[2] dropped",
    ]


def test_a_provider_may_have_other_roles() -> None:
    assert written(Message("critic", "hm"), roles={"critic": "user"})[1] == [{"role": "user", "content": [text("hm")]}]


def test_a_conversation_needs_something_that_is_said() -> None:
    with pytest.raises(LocalProtocolError, match="one that says something"):
        written(system("A."), user(""), assistant(""))


def test_the_beginning_of_an_answer_does_not_end_in_white_space() -> None:
    _, turns, said = written(user("hi"), assistant("Well, \n"))
    assert turns == [{"role": "user", "content": [text("hi")]}, {"role": "assistant", "content": [text("Well,")]}]
    assert said == ["messages[-1].content approximated"]
    assert written(user("hi"), assistant("Well,"))[2] == []
    assert written(user("hi"), assistant(" "))[1] == [
        {"role": "user", "content": [text("hi")]},
        {"role": "assistant", "content": []},
    ]


def test_some_models_take_no_answer_that_is_begun_for_them() -> None:
    lacks = frozenset({"prefill"})
    with pytest.raises(LocalProtocolError, match="the last must be a user's"):
        written(user("hi"), assistant("Well,"), lacks=lacks)
    assert written(user("hi"), assistant(tool_calls=[CALL]), lacks=lacks)[2] == []
