"""Conversations as contents."""

from __future__ import annotations

import json

import pytest
from msgspec import Raw

from sansio import ChatRequest, FunctionCall, FunctionToolCall, ImagePart, ImageUrl, Message, Opaque, TextPart
from sansio.errors import LocalProtocolError
from sansio.types import CacheControl, assistant, developer, system, tool, user
from tests.unit.dialects.gemini.by_hand import lost, said, sent

IMAGE = ImagePart(image_url=ImageUrl("data:image/png;base64,AAAA"))
INLINE = {"inlineData": {"mimeType": "image/png", "data": "AAAA"}}


def call(id_: str, name: str = "f", arguments: str = "{}", **members: object) -> FunctionToolCall:
    return FunctionToolCall(id=id_, function=FunctionCall(name, arguments), **members)  # type: ignore[arg-type]


def test_roles_and_consecutive_messages_of_one_role() -> None:
    assert said(user("a"), user("b"), assistant("c"), assistant("d")) == [
        {"role": "user", "parts": [{"text": "a"}, {"text": "b"}]},
        {"role": "model", "parts": [{"text": "c"}, {"text": "d"}]},
    ]


def test_instructions_stand_above() -> None:
    request = ChatRequest(model="gemini-3-flash", messages=[system("a"), developer("b"), user("c")])
    assert sent(request)["systemInstruction"] == {"parts": [{"text": "a"}, {"text": "b"}]}
    assert lost(request) == []


def test_instructions_among_the_turns_are_moved() -> None:
    assert lost(ChatRequest(model="m", messages=[user("a"), system("b")])) == [("messages[1]", "approximated")]


def test_gemma_takes_instructions_as_the_users() -> None:
    request = ChatRequest(model="gemma-3-27b-it", messages=[system("a"), user("b")])
    assert sent(request) == {"contents": [{"role": "user", "parts": [{"text": "a"}, {"text": "b"}]}]}


def test_names_of_speakers_are_lost() -> None:
    messages = [Message("system", "a", name="x"), Message("user", "b", name="y")]
    assert lost(ChatRequest(model="m", messages=messages)) == [
        ("messages[0].name", "dropped"),
        ("messages[1].name", "dropped"),
    ]


def test_a_message_that_says_nothing_is_none() -> None:
    assert said(user("a"), assistant(None), user("b")) == [
        {"role": "user", "parts": [{"text": "a"}]},
        {"role": "user", "parts": [{"text": "b"}]},
    ]


def test_results_are_one_content_in_the_order_of_their_calls() -> None:
    contents = said(
        user("a"),
        assistant(tool_calls=[call("1", "f", '{"x": 1}'), call("2", "g", "")]),
        tool('{"y": 2}', "2"),
        tool("plain", "1"),
        user("thanks"),
    )
    assert contents[1:] == [
        {
            "role": "model",
            "parts": [{"functionCall": {"name": "f", "args": {"x": 1}}}, {"functionCall": {"name": "g", "args": {}}}],
        },
        {
            "role": "user",
            "parts": [
                {"functionResponse": {"name": "f", "response": {"output": "plain"}}},
                {"functionResponse": {"name": "g", "response": {"y": 2}}},
            ],
        },
        {"role": "user", "parts": [{"text": "thanks"}]},
    ]


def test_an_id_that_comes_again_is_the_last_call_before_the_result() -> None:
    """Ids by position are the same in every turn."""
    contents = said(
        assistant(tool_calls=[call("call_0_0", "f", derived=True)]),
        tool("1", "call_0_0"),
        assistant(tool_calls=[call("call_0_0", "g", derived=True)]),
        tool("2", "call_0_0"),
        model="gemini-3-flash",
    )
    assert [content["parts"][0]["functionResponse"] for content in contents[1::2]] == [
        {"name": "f", "response": {"output": "1"}},
        {"name": "g", "response": {"output": "2"}},
    ]


def test_ids_are_sent_where_the_api_gave_them() -> None:
    contents = said(assistant(tool_calls=[call("fc1")]), tool("1", "fc1"), model="gemini-3-flash")
    assert contents[0]["parts"][0]["functionCall"]["id"] == "fc1"
    assert contents[1]["parts"][0]["functionResponse"]["id"] == "fc1"


def test_calls_of_other_models_are_marked_where_the_api_wants_them_signed() -> None:
    messages = [assistant(tool_calls=[call("1"), call("2")]), assistant(tool_calls=[call("3")])]
    results = [tool("x", "1"), tool("x", "2"), tool("x", "3")]
    request = ChatRequest(model="gemini-3-flash", messages=[*messages, *results, *messages[:1]])
    contents = sent(request)["contents"]
    signatures = [[part.get("thoughtSignature") for part in content["parts"]] for content in contents]
    word = "skip_thought_signature_validator"
    assert signatures == [[word, None, None], [None] * 3, [word, None]]
    assert lost(request) == [
        ("messages[0].tool_calls[0].state", "filled"),
        ("messages[5].tool_calls[0].state", "filled"),
    ]


def test_a_signature_is_given_back_with_its_call() -> None:
    state = Opaque("gemini", Raw(b'{"thoughtSignature":"c2ln"}'))
    request = ChatRequest(model="gemini-3-flash", messages=[assistant(tool_calls=[call("1", state=state)])])
    assert sent(request)["contents"][0]["parts"][0]["thoughtSignature"] == "c2ln"
    assert lost(request) == []


def test_a_result_needs_its_call() -> None:
    with pytest.raises(LocalProtocolError, match="'x' answers none"):
        said(tool("1", "x"))
    with pytest.raises(LocalProtocolError, match="this one answers none"):
        said(Message("function", "1", name="f"))


def test_a_result_of_a_call_that_only_another_api_knows() -> None:
    made = Message("assistant", [Opaque("anthropic", Raw(b"{}")), TextPart(text="a")])
    _, content = said(made, Message("tool", "1", name="f", tool_call_id="x"), model="gemini-3-flash")
    assert content["parts"][0]["functionResponse"] == {"name": "f", "id": "x", "response": {"output": "1"}}
    with pytest.raises(LocalProtocolError, match="answers the call 'x'"):
        said(made, tool("1", "x"))


@pytest.mark.parametrize("text", ["[1]", "7", "", '{"a":'])
def test_a_result_that_is_no_object_is_the_output(text: str) -> None:
    contents = said(assistant(tool_calls=[call("1")]), tool(text, "1"))
    assert contents[1]["parts"][0]["functionResponse"]["response"] == {"output": text}


def test_images_among_results() -> None:
    messages = [assistant(tool_calls=[call("1")]), tool([TextPart(text="photo"), IMAGE], "1")]
    old, new = said(*messages), said(*messages, model="gemini-3-flash")
    assert old[1]["parts"] == [{"functionResponse": {"name": "f", "response": {"output": "photo"}}}, INLINE]
    assert new[1]["parts"] == [
        {"functionResponse": {"id": "1", "name": "f", "response": {"output": "photo"}, "parts": [INLINE]}}
    ]


def test_marks_on_the_text_of_a_result_are_lost() -> None:
    text = TextPart(text="a", cache_control=CacheControl())
    request = ChatRequest(model="m", messages=[assistant(tool_calls=[call("1")]), tool([text], "1")])
    assert lost(request) == [("messages[1].content[0].cache_control", "omitted")]


def test_further_members_stand_where_they_stood() -> None:
    extra = {"functionResponse": Raw(b'{"willContinue":true}'), "partMetadata": Raw(b"{}")}
    contents = said(
        Message("user", "a", extra={"x": Raw(b"1")}),
        assistant(tool_calls=[call("1", extra={"partMetadata": Raw(b"{}")})]),
        Message("tool", "1", tool_call_id="1", extra=extra),
    )
    assert contents[0]["x"] == 1
    assert contents[1]["parts"][0] == {"functionCall": {"name": "f", "args": {}}, "partMetadata": {}}
    assert json.dumps(contents[2]["parts"][0]).count("willContinue") == 1
    assert contents[2]["parts"][0]["partMetadata"] == {}
