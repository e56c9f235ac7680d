"""A conversation as the items of `input`, and what of it cannot be said."""

from __future__ import annotations

from typing import cast

import msgspec
import pytest
from msgspec import Raw

from sansio.dialects.codec import Encoded, Terms
from sansio.dialects.openai_responses import CODEC
from sansio.http import Limits
from sansio.types import (
    AudioPart,
    CacheBreakpoint,
    CacheControl,
    ChatRequest,
    ContentPart,
    CustomCall,
    CustomToolCall,
    FilePart,
    FileReference,
    FunctionCall,
    FunctionToolCall,
    ImagePart,
    ImageUrl,
    InputAudio,
    Message,
    MessageAudio,
    Opaque,
    OrderedPart,
    Provider,
    ReasoningPart,
    RefusalPart,
    TextPart,
    assistant,
    system,
    tool,
    user,
)

_PROVIDER = Provider(name="p", base_url="http://p/v1", dialect="openai_responses", keyless=True)
_CALL = FunctionToolCall(id="c1", function=FunctionCall("f", "{}"))
_CUSTOM = CustomToolCall(id="c2", custom=CustomCall("g", "x"))
_PHASE = Opaque("openai_responses", Raw(b'{"phase":"commentary"}'))
_REASONING = Opaque("openai_responses", Raw(b'{"type":"reasoning","id":"rs_1","summary":[]}'))
_SEARCH = Opaque("openai_responses", Raw(b'{"type":"web_search_call","id":"ws_1"}'))
_FOREIGN = Opaque("anthropic", Raw(b"{}"))


def _encoded(*messages: Message) -> Encoded:
    return CODEC.encode(
        ChatRequest(model="m", messages=messages), Terms(provider=_PROVIDER, stream=False, limits=Limits())
    )


def _body(encoded: Encoded) -> dict[str, object]:
    return cast("dict[str, object]", msgspec.json.decode(cast("bytes", encoded.body)))


def _items(*messages: Message) -> object:
    """The items of messages that lose nothing."""
    encoded = _encoded(*messages)
    assert encoded.losses == ()
    return _body(encoded).get("input")


def _losing(*messages: Message) -> tuple[object, list[str]]:
    encoded = _encoded(*messages)
    return _body(encoded).get("input"), [loss.path for loss in encoded.losses]


def test_the_first_message_of_the_system_is_the_instructions() -> None:
    body = _body(_encoded(system("be"), system("kind"), user("hi")))
    assert body["instructions"] == "be"
    assert body["input"] == [{"role": "system", "content": "kind"}, {"role": "user", "content": "hi"}]


@pytest.mark.parametrize(
    "first", [system([TextPart(text="a")]), Message("system", "a", extra={"x": Raw(b"1")}), Message("developer", "a")]
)
def test_other_instructions_are_an_item(first: Message) -> None:
    assert "instructions" not in _body(_encoded(first, user("hi")))
    assert "instructions" not in _body(_encoded(system("alone")))


def test_a_conversation_of_nothing_has_no_input() -> None:
    assert _items() is None


def test_parts_have_the_names_of_the_api() -> None:
    mark = CacheBreakpoint()
    parts: list[ContentPart] = [
        TextPart(text="a", prompt_cache_breakpoint=mark, extra={"x": Raw(b"1")}),
        ImagePart(image_url=ImageUrl("u", "low")),
        FilePart(file=FileReference("n", "data:,x")),
        Opaque("openai_responses", Raw(b'{"type":"input_smell"}')),
    ]
    wire = [
        {"type": "input_text", "text": "a", "prompt_cache_breakpoint": {"mode": "explicit"}, "x": 1},
        {"type": "input_image", "image_url": "u", "detail": "low"},
        {"type": "input_file", "filename": "n", "file_data": "data:,x"},
        {"type": "input_smell"},
    ]
    assert _items(user(parts)) == [{"role": "user", "content": wire}]
    result = [{"type": "function_call_output", "call_id": "c1", "output": wire}]
    assert _items(tool(parts, "c1")) == result


def test_results_answer_the_kind_of_call_that_was_made() -> None:
    assert _items(assistant(tool_calls=[_CALL, _CUSTOM]), tool("1", "c1"), tool("2", "c2"), Message("tool")) == [
        {"type": "function_call", "call_id": "c1", "name": "f", "arguments": "{}"},
        {"type": "custom_tool_call", "call_id": "c2", "name": "g", "input": "x"},
        {"type": "function_call_output", "call_id": "c1", "output": "1"},
        {"type": "custom_tool_call_output", "call_id": "c2", "output": "2"},
        {"type": "function_call_output", "call_id": None, "output": ""},
    ]


def test_an_answer_is_one_item_after_the_other() -> None:
    parts: list[OrderedPart] = [
        ReasoningPart(text="hm", state=_REASONING),
        TextPart(text="a", state=_PHASE),
        _SEARCH,
        TextPart(text="b"),
        TextPart(text="c", extra={"x": Raw(b"1")}),
        FunctionToolCall(id="c1", state=Opaque("openai_responses", Raw(b'{"namespace":"n"}')), function=_CALL.function),
    ]
    assert _items(Message("assistant", "abc", parts=parts)) == [
        {"type": "reasoning", "id": "rs_1", "summary": []},
        {"role": "assistant", "content": "a", "phase": "commentary"},
        {"type": "web_search_call", "id": "ws_1"},
        {
            "role": "assistant",
            "content": [{"type": "output_text", "text": "b"}, {"type": "output_text", "text": "c", "x": 1}],
        },
        {"type": "function_call", "call_id": "c1", "name": "f", "arguments": "{}", "namespace": "n"},
    ]


def test_a_message_with_an_id_has_parts_as_the_api_gave_it() -> None:
    said = TextPart(text="a", state=Opaque("openai_responses", Raw(b'{"id":"msg_1"}')))
    wire = [{"type": "output_text", "text": "a"}]
    assert _items(Message("assistant", "a", parts=[said])) == [{"role": "assistant", "content": wire, "id": "msg_1"}]


def test_unknown_members_go_back_where_they_came_from() -> None:
    call = FunctionToolCall(id="c", function=FunctionCall("f", "", extra={"y": Raw(b"2")}), extra={"z": Raw(b"3")})
    assert _items(Message("assistant", "a", tool_calls=[call], extra={"x": Raw(b"1")})) == [
        {"role": "assistant", "content": "a", "x": 1},
        {"type": "function_call", "call_id": "c", "name": "f", "arguments": "", "y": 2, "z": 3},
    ]


def test_an_empty_text_among_others_says_nothing() -> None:
    call = {"type": "function_call", "call_id": "c1", "name": "f", "arguments": "{}"}
    assert _items(assistant("", tool_calls=[_CALL])) == [call]
    assert _items(assistant("")) == [{"role": "assistant", "content": ""}]
    assert _items(user("")) == [{"role": "user", "content": ""}]
    assert _items(Message("user")) == [{"role": "user", "content": ""}]
    assert _items(assistant()) is None


def test_a_refusal_stands_behind_the_text_and_before_calls() -> None:
    refusal = {"type": "refusal", "refusal": "no"}
    said = [{"type": "output_text", "text": "a"}, refusal]
    assert _items(Message("assistant", "a", refusal="no")) == [{"role": "assistant", "content": said}]
    assert _items(Message("assistant", [TextPart(text="a"), RefusalPart(refusal="no")])) == [
        {"role": "assistant", "content": said}
    ]
    state = Opaque("openai_responses", Raw(b'{"id":"msg_1"}'))
    parts: list[OrderedPart] = [_CALL, TextPart(text="", state=state)]
    (_, last) = cast("list[object]", _items(Message("assistant", None, refusal="no", parts=parts)))
    assert last == {"role": "assistant", "content": [refusal], "id": "msg_1"}
    (first, _) = cast("list[object]", _items(Message("assistant", None, refusal="no", tool_calls=[_CALL])))
    assert first == {"role": "assistant", "content": [refusal]}


def test_an_image_that_the_api_made_goes_back_as_its_item() -> None:
    image = ImagePart(image_url=ImageUrl("data:image/png;base64,QUJD"), extra={"id": Raw(b'"ig_1"')})
    assert _items(Message("assistant", None, parts=[image])) == [
        {"type": "image_generation_call", "result": "QUJD", "id": "ig_1"}
    ]


def test_items_of_others_than_the_assistant_keep_their_role() -> None:
    assert _items(Message("user", None, parts=[_SEARCH, TextPart(text="a", extra={"x": Raw(b"1")})])) == [
        {"type": "web_search_call", "id": "ws_1"},
        {"role": "user", "content": [{"type": "input_text", "text": "a", "x": 1}]},
    ]


@pytest.mark.parametrize(
    ("message", "lost"),
    [
        (Message("assistant", None, reasoning_content="hm"), ["messages[0].reasoning_content"]),
        (Message("assistant", None, parts=[ReasoningPart(text="x")]), ["messages[0].parts[0]"]),
        (Message("assistant", None, parts=[ReasoningPart(state=_FOREIGN)]), ["messages[0].parts[0].state"]),
        (Message("assistant", [_FOREIGN]), ["messages[0].content[0]"]),
        (Message("assistant", [ImagePart(image_url=ImageUrl("http://x"))]), ["messages[0].content[0]"]),
        (Message("assistant", None, audio=MessageAudio("a")), ["messages[0].audio"]),
        (Message("assistant", None, function_call=FunctionCall("f", "")), ["messages[0].function_call"]),
        (Message("assistant", None, extra={"x": Raw(b"1")}), ["messages[0].extra"]),
        (Message("assistant", [AudioPart(input_audio=InputAudio("", "wav"))]), ["messages[0].content[0]"]),
        (user([AudioPart(input_audio=InputAudio("", "wav"))]), ["messages[0].content[0]"]),
        (user([ReasoningPart(text="x")]), ["messages[0].content[0]"]),
        (user([_FOREIGN]), ["messages[0].content[0]"]),
    ],
)
def test_what_the_api_cannot_say_is_lost(message: Message, lost: list[str]) -> None:
    assert _losing(message) == (None, lost)


def test_marks_and_states_of_others_are_lost_and_the_rest_is_said() -> None:
    said = Message(
        "assistant",
        None,
        parts=[
            TextPart(text="a", state=_FOREIGN, cache_control=CacheControl()),
            FunctionToolCall(id="c", state=_FOREIGN, function=FunctionCall("f", "")),
        ],
    )
    items, lost = _losing(said, user("hi", name="bob"), user([]))
    assert lost == [
        "messages[0].parts[0].cache_control",
        "messages[0].parts[0].state",
        "messages[0].parts[1].state",
        "messages[1].name",
    ]
    assert items == [
        {"role": "assistant", "content": "a"},
        {"type": "function_call", "call_id": "c", "name": "f", "arguments": ""},
        {"role": "user", "content": "hi"},
        {"role": "user", "content": []},
    ]
