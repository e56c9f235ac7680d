"""encode_response: what OpenAI's clients expect in a `chat.completion`, and nothing that is only ours."""

from __future__ import annotations

from decimal import Decimal

import msgspec
from msgspec import Raw

from sansio.dialects.openai_chat.server_response import encode_response
from sansio.types import (
    Annotation,
    ChatResponse,
    Choice,
    CustomCall,
    CustomToolCall,
    FunctionCall,
    FunctionToolCall,
    ImagePart,
    ImageUrl,
    Message,
    MessageAudio,
    Opaque,
    OrderedPart,
    ReasoningPart,
    TextPart,
    ToolCall,
    UrlCitation,
    Usage,
)


def encoded(message: Message) -> object:
    """The wire's message."""
    response = ChatResponse("c", 1, "m", [Choice(0, message, "stop")])
    return msgspec.json.decode(encode_response(response))["choices"][0]["message"]


def test_the_whole_response_without_what_the_exchange_stamped() -> None:
    response = ChatResponse(
        "c",
        1,
        "m",
        [Choice(0, Message("assistant", "hi"), "stop", native_finish_reason="end_turn")],
        usage=Usage(1, 2, 3),
        service_tier="default",
        system_fingerprint="fp",
        moderation=Raw(b'{"input":{}}'),
        cost=Decimal(1),
        request_id="req",
        provider="openai",
    )
    assert msgspec.json.decode(encode_response(response)) == {
        "id": "c",
        "object": "chat.completion",
        "created": 1,
        "model": "m",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": "hi", "refusal": None},
                "logprobs": None,
                "finish_reason": "stop",
                "native_finish_reason": "end_turn",
            }
        ],
        "usage": {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3},
        "service_tier": "default",
        "system_fingerprint": "fp",
        "moderation": {"input": {}},
    }


def test_calls_have_neither_our_marks_nor_a_lack_of_type() -> None:
    calls: list[ToolCall] = [
        FunctionToolCall(id="1", derived=True, function=FunctionCall("f", "{}"), extra={"x": Raw(b"1")}),
        CustomToolCall(id="2", custom=CustomCall("g", "in")),
    ]
    assert encoded(Message("assistant", tool_calls=calls)) == {
        "role": "assistant",
        "content": None,
        "refusal": None,
        "tool_calls": [
            {"id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}, "x": 1},
            {"id": "2", "type": "custom", "custom": {"name": "g", "input": "in"}},
        ],
    }


def test_everything_else_of_a_message_is_said() -> None:
    message = Message(
        "assistant",
        [TextPart(text="a"), TextPart(text="b")],
        refusal="no",
        audio=MessageAudio("a"),
        annotations=[Annotation("url_citation", UrlCitation("u")), Annotation("new", extra={"span": Raw(b"[1]")})],
        reasoning_content="so",
        function_call=FunctionCall("f", ""),
        extra={"x": Raw(b"1")},
    )
    assert encoded(message) == {
        "role": "assistant",
        "content": "ab",
        "refusal": "no",
        "audio": {"id": "a"},
        "annotations": [{"type": "url_citation", "url_citation": {"url": "u"}}, {"type": "new", "span": [1]}],
        "reasoning_content": "so",
        "function_call": {"name": "f", "arguments": ""},
        "x": 1,
    }


def test_parts_of_this_dialect_are_given_back_in_their_order() -> None:
    ours, other = Opaque("openai_chat", Raw(b'{"type":"reference"}')), Opaque("anthropic", Raw(b"{}"))
    parts: list[OrderedPart] = [ReasoningPart(text="so"), TextPart(text="a"), ours, other]
    message = encoded(Message("assistant", "a", reasoning_content="so", parts=parts))
    assert message == {
        "role": "assistant",
        "content": [{"type": "text", "text": "a"}, {"type": "reference"}],
        "refusal": None,
        "reasoning_content": "so",
    }


def test_images_stand_beside_the_content() -> None:
    image = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}}
    parts: list[OrderedPart] = [TextPart(text="a"), ImagePart(image_url=ImageUrl("data:image/png;base64,AA=="))]
    message = encoded(Message("assistant", "a", parts=parts))
    assert message == {"role": "assistant", "content": "a", "refusal": None, "images": [image]}


def test_without_such_parts_the_content_is_text() -> None:
    parts: list[OrderedPart] = [TextPart(text="a"), Opaque("anthropic", Raw(b"{}"))]
    assert encoded(Message("assistant", "a", parts=parts)) == {"role": "assistant", "content": "a", "refusal": None}


def test_calls_of_unknown_types_stand_among_the_others() -> None:
    call = FunctionToolCall(id="a", function=FunctionCall("f", "{}", {"x": Raw(b"1")}))
    unknown = Opaque("openai_chat", Raw(b'{"id":"u","type":"zz","zz":{}}'))
    assert encoded(Message("assistant", "t", tool_calls=[call], parts=[TextPart(text="t"), unknown, call])) == {
        "role": "assistant",
        "content": "t",
        "refusal": None,
        "tool_calls": [
            {"id": "u", "type": "zz", "zz": {}},
            {"id": "a", "type": "function", "function": {"name": "f", "arguments": "{}", "x": 1}},
        ],
    }
