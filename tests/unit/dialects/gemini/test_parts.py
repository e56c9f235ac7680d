"""What stands in a message as parts."""

from __future__ import annotations

import pytest
from msgspec import Raw

from sansio import (
    ChatRequest,
    CustomToolCall,
    FilePart,
    FileReference,
    FunctionCall,
    FunctionToolCall,
    Message,
    Opaque,
    ReasoningPart,
    RefusalPart,
    TextPart,
)
from sansio.types import CacheBreakpoint, CacheControl, CustomCall, MessageAudio, assistant, user
from tests.unit.dialects.gemini.by_hand import lost, said


def parts(message: Message) -> object:
    return said(message)[0]["parts"]


def losses(message: Message) -> list[tuple[str, str]]:
    return lost(ChatRequest(model="m", messages=[message]))


def signed(**members: object) -> Opaque:
    import json

    return Opaque("gemini", Raw(json.dumps({"thoughtSignature": "c2ln", **members}).encode()))


def test_reasoning_is_a_thought() -> None:
    message = Message("assistant", "b", reasoning_content="a")
    assert parts(message) == [{"text": "a", "thought": True}, {"text": "b"}]


@pytest.mark.parametrize(
    ("length", "expected"),
    [
        ({}, [{"text": "abc", "thoughtSignature": "c2ln"}]),
        ({"length": 3}, [{"text": "abc", "thoughtSignature": "c2ln"}]),
        ({"length": 9}, [{"text": "abc", "thoughtSignature": "c2ln"}]),
        ({"length": 1}, [{"text": "ab"}, {"text": "c", "thoughtSignature": "c2ln"}]),
        ({"length": 0}, [{"text": "abc"}, {"text": "", "thoughtSignature": "c2ln"}]),
        ({"length": -1}, [{"text": "abc"}, {"text": "", "thoughtSignature": "c2ln"}]),
    ],
)
def test_a_signature_goes_back_on_the_part_that_had_it(length: dict[str, int], expected: list[object]) -> None:
    message = Message("assistant", None, parts=[TextPart(text="abc", state=signed(**length))])
    assert parts(message) == expected


def test_a_signed_thought() -> None:
    message = Message("assistant", None, parts=[ReasoningPart(text="abc", state=signed(length=1))])
    assert parts(message) == [
        {"text": "ab", "thought": True},
        {"text": "c", "thought": True, "thoughtSignature": "c2ln"},
    ]


@pytest.mark.parametrize("raw", [b"{}", b"7", b'{"thoughtSignature":7}'])
def test_a_state_that_is_no_signature_says_nothing(raw: bytes) -> None:
    message = Message("assistant", None, parts=[TextPart(text="a", state=Opaque("gemini", Raw(raw)))])
    assert parts(message) == [{"text": "a"}]


def test_states_of_others_are_lost() -> None:
    other = Opaque("anthropic", Raw(b"{}"))
    call = FunctionToolCall(id="1", function=FunctionCall("f", "{}"), state=other)
    message = Message("assistant", None, parts=[TextPart(text="a", state=other), call, other])
    assert losses(message) == [
        ("messages[0].parts[0].state", "omitted"),
        ("messages[0].parts[1].state", "omitted"),
        ("messages[0].parts[2]", "dropped"),
    ]


def test_own_parts_go_as_they_are() -> None:
    raw = Opaque("gemini", Raw(b'{"executableCode":{"code":"1"}}'))
    assert parts(Message("assistant", None, parts=[raw])) == [{"executableCode": {"code": "1"}}]


def test_marks_of_caches_are_lost() -> None:
    part = TextPart(text="a", cache_control=CacheControl(), prompt_cache_breakpoint=CacheBreakpoint())
    assert losses(user([part])) == [
        ("messages[0].content[0].cache_control", "omitted"),
        ("messages[0].content[0].prompt_cache_breakpoint", "omitted"),
    ]


def test_a_refusal_is_text() -> None:
    message = Message("assistant", [RefusalPart(refusal="a")], refusal="b")
    assert parts(message) == [{"text": "a"}, {"text": "b"}]
    assert losses(message) == [("messages[0].content[0]", "approximated"), ("messages[0].refusal", "approximated")]


def test_speech_is_given_back_with_its_media_type() -> None:
    audio = MessageAudio("", "AAAA", format="audio/L16;rate=24000")
    assert parts(Message("assistant", None, audio=audio)) == [
        {"inlineData": {"mimeType": "audio/L16;rate=24000", "data": "AAAA"}}
    ]
    assert losses(Message("assistant", "a", audio=MessageAudio("id"))) == [("messages[0].audio", "dropped")]


def test_calls_of_other_kinds() -> None:
    custom = CustomToolCall(id="1", custom=CustomCall("f", "text"))
    message = Message("assistant", None, tool_calls=[custom], function_call=FunctionCall("g", '{"a":1}'))
    assert parts(message) == [
        {"functionCall": {"name": "f", "args": {"input": "text"}}},
        {"functionCall": {"name": "g", "args": {"a": 1}}},
    ]
    assert losses(message)[0] == ("messages[0].tool_calls[0]", "approximated")


def test_arguments_that_are_no_object_are_a_member_of_one() -> None:
    """Such as those of a call that was cut off, which the library itself has read."""
    message = assistant(tool_calls=[FunctionToolCall(id="1", function=FunctionCall("f", "[1"))])
    assert parts(message) == [{"functionCall": {"name": "f", "args": {"input": "[1"}}}]
    assert losses(message) == [("messages[0].tool_calls[0].function.arguments", "approximated")]


def test_a_file_that_the_api_cannot_take_is_lost() -> None:
    nothing, plain = FilePart(file=FileReference(filename="a")), FilePart(file=FileReference(file_data="AAAA"))
    another = FilePart(file=FileReference(file_id="file-abc"))
    assert losses(user([nothing, plain, another])) == [
        (f"messages[0].content[{place}].file", "dropped") for place in range(3)
    ]
