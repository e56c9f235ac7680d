"""Messages by the short ways to make them."""

from __future__ import annotations

import msgspec
import pytest

import sansio
from sansio.types import (
    ContentPart,
    FunctionCall,
    FunctionToolCall,
    ImagePart,
    ImageUrl,
    Message,
    ReasoningPart,
    TextPart,
    assistant,
    user,
)


@pytest.mark.parametrize(
    ("message", "encoded"),
    [
        (sansio.system("be brief"), {"role": "system", "content": "be brief"}),
        (sansio.developer("be brief"), {"role": "developer", "content": "be brief"}),
        (sansio.user("hi", name="ann"), {"role": "user", "content": "hi", "name": "ann"}),
        (sansio.assistant(), {"role": "assistant", "content": None}),
        (sansio.tool("4", "call_1"), {"role": "tool", "content": "4", "tool_call_id": "call_1"}),
        (
            sansio.assistant(tool_calls=[FunctionToolCall(id="a", function=FunctionCall("f", ""))]),
            {
                "role": "assistant",
                "content": None,
                "tool_calls": [{"type": "function", "id": "a", "function": {"name": "f", "arguments": ""}}],
            },
        ),
        (
            sansio.user([TextPart(text="see"), ImagePart(image_url=ImageUrl("http://a/b.png"))]),
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": "see"},
                    {"type": "image_url", "image_url": {"url": "http://a/b.png"}},
                ],
            },
        ),
    ],
)
def test_a_message_is_the_api_s_own_shape(message: Message, encoded: object) -> None:
    """Content is always there, null included; nothing else is that was not given."""
    assert msgspec.json.decode(msgspec.json.encode(message)) == encoded


def test_the_text_is_that_of_its_parts() -> None:
    parts: list[ContentPart] = [TextPart(text="a"), ImagePart(image_url=ImageUrl("http://a/b.png")), TextPart(text="b")]
    assert [sansio.user(parts).text, sansio.user("c").text, sansio.assistant().text] == ["ab", "c", ""]


def test_a_message_in_order() -> None:
    """Its parts, or what the other fields amount to."""
    call = FunctionToolCall(id="a", function=FunctionCall("f", "{}"))
    text = TextPart(text="hi")
    assert user("hi").ordered == [text]
    assert user([text, text]).ordered == [text, text]
    assert assistant(tool_calls=[call]).ordered == [call]
    thought = Message("assistant", "hi", reasoning_content="hm", tool_calls=[call])
    assert thought.ordered == [ReasoningPart(text="hm"), text, call]
    assert Message("assistant", "not used", parts=[call, text]).ordered == [call, text]
