"""The conversation as instructions and turns."""

from __future__ import annotations

import msgspec
import pytest
from msgspec import Raw

import sansio
from sansio.dialects.bedrock_converse.messages import Conversation
from sansio.dialects.losses import Losses
from sansio.errors import LocalProtocolError
from sansio.types import (
    CacheControl,
    FunctionCall,
    FunctionToolCall,
    ImagePart,
    ImageUrl,
    Message,
    MessageAudio,
    TextPart,
)

CALL = FunctionToolCall(id="t1", function=FunctionCall("f", "{}"))
USE: dict[str, object] = {"toolUse": {"toolUseId": "t1", "name": "f", "input": {}}}


def written(*messages: Message) -> tuple[object, object, list[tuple[str, str]]]:
    """`system`, `messages`, and what was lost where."""
    losses = Losses("bedrock_converse")
    conversation = Conversation(losses)
    conversation.add(messages)
    system, turns = msgspec.json.decode(msgspec.json.encode([conversation.system, conversation.messages]))
    return system, turns, [(loss.path, loss.action) for loss in losses.found]


def test_instructions_stand_apart() -> None:
    marked = TextPart(text="b", cache_control=CacheControl())
    system, turns, losses = written(sansio.system("a"), sansio.developer([marked]), sansio.user("c"))
    assert system == [{"text": "a"}, {"text": "b"}, {"cachePoint": {"type": "default"}}]
    assert (turns, losses) == ([{"role": "user", "content": [{"text": "c"}]}], [])


def test_later_instructions_are_moved_to_the_front() -> None:
    system, _, losses = written(sansio.user("a"), sansio.system("b"))
    assert (system, losses) == ([{"text": "b"}], [("messages[1]", "approximated")])


def test_instructions_have_no_members() -> None:
    message = Message("system", "a", name="n", extra={"x": Raw(b"1")})
    assert written(message)[2] == [("messages[0].name", "dropped"), ("messages[0].extra", "dropped")]


def test_neighbours_of_one_role_are_one() -> None:
    _, turns, losses = written(
        Message("user", "a", extra={"x": Raw(b"1")}),
        sansio.user("b"),
        sansio.assistant("c", tool_calls=[CALL]),
        sansio.tool("d", "t1"),
        Message("tool", [TextPart(text="e")], tool_call_id="t2", extra={"status": Raw(b'"error"')}),
        sansio.user("f"),
    )
    assert turns == [
        {"role": "user", "content": [{"text": "a"}, {"text": "b"}], "x": 1},
        {"role": "assistant", "content": [{"text": "c"}, USE]},
        {
            "role": "user",
            "content": [
                {"toolResult": {"toolUseId": "t1", "content": [{"text": "d"}]}},
                {"toolResult": {"toolUseId": "t2", "content": [{"text": "e"}], "status": "error"}},
                {"text": "f"},
            ],
        },
    ]
    assert losses == []


def test_a_result_may_hold_an_image_and_its_mark_stands_behind_it() -> None:
    image = ImagePart(image_url=ImageUrl("data:image/png;base64,eA=="), cache_control=CacheControl())
    first = TextPart(text="a", cache_control=CacheControl())
    _, turns, losses = written(Message("tool", [first, image], tool_call_id="t1"))
    assert losses == [("messages[0].content", "approximated")]
    block = {"image": {"format": "png", "source": {"bytes": "eA=="}}}
    assert turns == [
        {
            "role": "user",
            "content": [
                {"toolResult": {"toolUseId": "t1", "content": [{"text": "a"}, block]}},
                {"cachePoint": {"type": "default"}},
            ],
        }
    ]


def test_an_empty_result_is_one() -> None:
    _, turns, _ = written(sansio.tool("", "t1"))
    assert turns == [{"role": "user", "content": [{"toolResult": {"toolUseId": "t1", "content": []}}]}]


def test_a_result_needs_the_call_that_it_answers() -> None:
    with pytest.raises(LocalProtocolError, match=r"messages\[0\]: the message of a tool needs a tool_call_id"):
        written(Message("tool", "a"))


def test_what_says_nothing_is_left_out() -> None:
    assert written(sansio.user(""), sansio.assistant()) == ([], [], [])


def test_a_refusal_is_text() -> None:
    _, turns, losses = written(Message("assistant", None, refusal="no"))
    assert turns == [{"role": "assistant", "content": [{"text": "no"}]}]
    assert losses == [("messages[0].refusal", "approximated")]


def test_what_has_no_place_is_lost() -> None:
    audio = MessageAudio("a1")
    message = Message("assistant", "a", name="n", audio=audio, function_call=FunctionCall("f", "{}"))
    assert written(message)[2] == [
        ("messages[0].audio", "dropped"),
        ("messages[0].function_call", "dropped"),
        ("messages[0].name", "dropped"),
    ]
    named = Message("tool", "a", name="f", tool_call_id="t1")
    assert written(named)[2] == []  # the name is the call's


def test_an_unknown_role_is_the_users() -> None:
    _, turns, losses = written(Message("critic", "a"))
    assert turns == [{"role": "user", "content": [{"text": "a"}]}]
    assert losses == [("messages[0].role", "approximated")]
