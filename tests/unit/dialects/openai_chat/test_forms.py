"""Forms of parameters and parts in which compatible servers differ."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from msgspec import Raw

import sansio
from sansio import (
    AudioPart,
    CacheControl,
    ChatRequest,
    FilePart,
    FileReference,
    FunctionDefinition,
    FunctionTool,
    InputAudio,
    Message,
    TextPart,
    assistant,
    user,
)
from sansio.dialects.codec import Terms
from sansio.dialects.openai_chat import CODEC
from sansio.http import Limits
from sansio.types import ContentPart, Loss, Prediction, Provider, Quirks, Thinking

_ANY = sansio.provider("openai_compatible", base_url="http://localhost")


def _with(**quirks: Any) -> Provider:
    return msgspec.structs.replace(_ANY, quirks=Quirks(**quirks))


def _sent(provider: Provider, **members: Any) -> tuple[dict[str, Any], list[Loss]]:
    given: dict[str, Any] = {"model": "m", "messages": "hi", **members}
    encoded = CODEC.encode(ChatRequest(**given), Terms(provider=provider, stream=False, limits=Limits()))
    assert isinstance(encoded.body, bytes)
    return json.loads(encoded.body), list(encoded.losses)


@pytest.mark.parametrize(
    ("asked", "sent"),
    [
        ({"logprobs": True, "top_logprobs": 3}, {"logprobs": 3}),
        ({"logprobs": True}, {"logprobs": 1}),
        ({"logprobs": True, "top_logprobs": 0}, {"logprobs": 1}),
        ({"logprobs": False, "top_logprobs": 3}, {}),
        ({"top_logprobs": 3}, {}),
    ],
)
def test_log_probabilities_by_their_number(asked: dict[str, Any], sent: dict[str, Any]) -> None:
    body, losses = _sent(_with(forms={"logprobs": "count"}), **asked)
    assert {name: body[name] for name in ("logprobs", "top_logprobs") if name in body} == sent
    assert losses == []


@pytest.mark.parametrize(("stop", "sent"), [("a", ["a"]), (["a", "b"], ["a", "b"])])
def test_a_stop_that_is_a_list(stop: object, sent: object) -> None:
    assert _sent(_with(forms={"stop": "list"}), stop=stop)[0]["stop"] == sent


@pytest.mark.parametrize(
    ("asked", "sent", "lost"),
    [
        ({"reasoning_effort": "none"}, {"thinking": {"type": "disabled"}}, []),
        ({"reasoning_effort": "low"}, {"thinking": {"type": "enabled"}, "reasoning_effort": "low"}, []),
        ({"thinking": Thinking("disabled")}, {"thinking": {"type": "disabled"}}, []),
        (
            {"thinking": Thinking("disabled"), "reasoning_effort": "high"},
            {"thinking": {"type": "disabled"}},
            ["reasoning_effort"],
        ),
        ({"thinking": Thinking("enabled", 5)}, {"thinking": {"type": "enabled"}}, ["thinking.budget_tokens"]),
        (
            {"thinking": Thinking("enabled", extra={"keep": Raw(b'"all"')})},
            {"thinking": {"type": "enabled", "keep": "all"}},
            [],
        ),
        ({"thinking": Thinking("enabled", display="omitted")}, {"thinking": {"type": "enabled"}}, ["thinking.display"]),
        ({"thinking": Thinking("adaptive")}, {}, ["thinking"]),
        ({}, {}, []),
    ],
)
def test_thinking_that_is_switched(asked: dict[str, Any], sent: dict[str, Any], lost: list[str]) -> None:
    body, losses = _sent(_with(forms={"reasoning": "thinking_switch"}), **asked)
    assert {name: body[name] for name in ("thinking", "reasoning_effort") if name in body} == sent
    assert [loss.path for loss in losses] == lost


def test_thinking_that_has_a_type_alone() -> None:
    only = _with(forms={"reasoning": "thinking_type"})
    body, losses = _sent(only, thinking=Thinking("enabled", 5), reasoning_effort="none")
    assert (body["thinking"], body["reasoning_effort"]) == ({"type": "enabled"}, "none")
    assert [loss.path for loss in losses] == ["thinking.budget_tokens"]
    assert "thinking" not in _sent(only, reasoning_effort="low")[0]


@pytest.mark.parametrize(
    ("asked", "sent", "lost"),
    [
        ({"thinking": Thinking("enabled", 5)}, {"reasoning": {"max_tokens": 5}}, []),
        ({"thinking": Thinking("enabled")}, {"reasoning": {"enabled": True}}, []),
        ({"thinking": Thinking("disabled")}, {"reasoning": {"enabled": False}}, []),
        (
            {"thinking": Thinking("enabled", extra={"exclude": Raw(b"true")})},
            {"reasoning": {"enabled": True, "exclude": True}},
            [],
        ),
        ({"thinking": Thinking("enabled", display="omitted")}, {"reasoning": {"enabled": True}}, ["thinking.display"]),
        (
            {"thinking": Thinking("enabled"), "reasoning_effort": "low"},
            {"reasoning": {"enabled": True, "effort": "low"}},
            [],
        ),
        (
            {"thinking": Thinking("enabled", 5), "reasoning_effort": "low"},
            {"reasoning": {"max_tokens": 5}},
            ["reasoning_effort"],
        ),
        ({"reasoning_effort": "low"}, {"reasoning_effort": "low"}, []),
    ],
)
def test_reasoning_that_is_an_object(asked: dict[str, Any], sent: dict[str, Any], lost: list[str]) -> None:
    body, losses = _sent(_with(forms={"reasoning": "reasoning_object"}), **asked)
    assert {name: body[name] for name in ("thinking", "reasoning", "reasoning_effort") if name in body} == sent
    assert [loss.path for loss in losses] == lost


@pytest.mark.parametrize("content", ["ab", [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]])
def test_a_prediction_that_is_one_text(content: Any) -> None:
    body, _ = _sent(_with(forms={"prediction": "text"}), prediction=Prediction(content))
    assert body["prediction"] == {"type": "content", "content": "ab"}


def test_thinking_as_it_is() -> None:
    body, losses = _sent(_ANY, thinking=Thinking("enabled", 5, extra={"keep": Raw(b'"all"')}))
    assert body["thinking"] == {"type": "enabled", "budget_tokens": 5, "keep": "all"}
    assert losses == []


_AUDIO = AudioPart(input_audio=InputAudio("aGk=", "wav"))
_BY_ID = FilePart(file=FileReference(file_id="f"))
_BY_URL = FilePart(file=FileReference("a.pdf", file_url="http://h/a.pdf"))
_INLINE = FilePart(file=FileReference(file_data="data:application/pdf;base64,aGk="))
_NAMELESS = FilePart(file=FileReference(file_url="http://h/a.pdf"))


@pytest.mark.parametrize(
    ("forms", "part", "sent"),
    [
        ({"input_audio": "text"}, _AUDIO, {"type": "input_audio", "input_audio": "aGk="}),
        ({"stop": "list"}, _AUDIO, {"type": "input_audio", "input_audio": {"data": "aGk=", "format": "wav"}}),
        ({"file": "document"}, _BY_ID, {"type": "file", "file_id": "f"}),
        (
            {"file": "document"},
            _BY_URL,
            {"type": "document_url", "document_url": "http://h/a.pdf", "document_name": "a.pdf"},
        ),
        (
            {"file": "document"},
            _INLINE,
            {"type": "document_url", "document_url": "data:application/pdf;base64,aGk="},
        ),
        (
            {"file_url": "file_data"},
            _BY_URL,
            {"type": "file", "file": {"filename": "a.pdf", "file_data": "http://h/a.pdf"}},
        ),
        ({"file_url": "file_data"}, _NAMELESS, {"type": "file", "file": {"file_data": "http://h/a.pdf"}}),
        ({"file_url": "part"}, _NAMELESS, {"type": "file_url", "file_url": {"url": "http://h/a.pdf"}}),
        ({"file_url": "part"}, _BY_ID, {"type": "file", "file": {"file_id": "f"}}),
        ({"file_url": "part"}, TextPart(text="a"), {"type": "text", "text": "a"}),
        (
            {"cache_control": "part"},
            TextPart(text="a", cache_control=CacheControl()),
            {"type": "text", "text": "a", "cache_control": {"type": "ephemeral"}},
        ),
    ],
)
def test_parts(forms: dict[str, str], part: ContentPart, sent: dict[str, Any]) -> None:
    body, losses = _sent(_with(forms=forms), messages=[user([part])])
    assert body["messages"][0]["content"] == [sent]
    assert losses == []


def test_a_part_in_a_form_keeps_what_is_unknown() -> None:
    part = AudioPart(input_audio=InputAudio("aGk=", "wav"), extra={"x": Raw(b"1")})
    body, _ = _sent(_with(forms={"input_audio": "text"}), messages=[user([part])])
    assert body["messages"][0]["content"] == [{"type": "input_audio", "input_audio": "aGk=", "x": 1}]


def test_a_url_that_the_server_has_no_form_for() -> None:
    _, losses = _sent(_with(forms={"stop": "list"}), messages=[user([_NAMELESS, TextPart(text="a")])])
    assert [loss.path for loss in losses] == ["messages[0].content[0].file.file_url"]


@pytest.mark.parametrize(
    ("content", "sent"),
    [
        ([TextPart(text="a"), TextPart(text="b")], "ab"),
        ("ab", "ab"),
        ([TextPart(text="a"), _BY_ID], [{"type": "text", "text": "a"}, {"type": "file", "file": {"file_id": "f"}}]),
        ([], []),
    ],
)
def test_texts_that_are_joined(content: Any, sent: object) -> None:
    body, losses = _sent(_with(forms={"text": "joined"}), messages=[user(content)])
    assert body["messages"][0]["content"] == sent
    assert losses == []


def test_a_tool_without_a_schema() -> None:
    mark = CacheControl()
    tools = [FunctionTool(FunctionDefinition("f"), mark), FunctionTool(FunctionDefinition("g", parameters={"a": 1}))]
    body, losses = _sent(_with(forms={"parameters": "required", "cache_control": "part"}), tools=tools)
    assert body["tools"] == [
        {
            "type": "function",
            "function": {"name": "f", "parameters": {"type": "object", "properties": {}}},
            "cache_control": {"type": "ephemeral"},
        },
        {"type": "function", "function": {"name": "g", "parameters": {"a": 1}}},
    ]
    assert losses == [Loss("tools[0].function.parameters", "filled", "the API requires a schema")]


@pytest.mark.parametrize(
    ("content", "sent"),
    [
        ("a", [{"type": "text", "text": "a"}]),
        (None, []),
        ("", []),
        ([TextPart(text="a"), _BY_ID], [{"type": "text", "text": "a"}, {"type": "file", "file": {"file_id": "f"}}]),
    ],
)
def test_thoughts_that_are_parts(content: Any, sent: list[object]) -> None:
    thought = Message("assistant", content, reasoning_content="hm")
    body, losses = _sent(_with(forms={"reasoning": "thinking_part"}), messages=[user("hi"), thought])
    first = {"type": "thinking", "thinking": [{"type": "text", "text": "hm"}], "closed": True}
    assert body["messages"][1] == {"role": "assistant", "content": [first, *sent]}
    assert losses == []


def test_an_assistant_that_always_says_what_it_thought() -> None:
    always = _with(forms={"history": "reasoned"}, reasoning_field="reasoning_content")
    thought = Message("assistant", "b", reasoning_content="hm")
    body, losses = _sent(always, messages=[user("hi"), assistant("a"), user("so"), thought])
    assert [message.get("reasoning_content") for message in body["messages"]] == [None, "", None, "hm"]
    assert losses == []


def test_names_that_only_some_messages_may_have() -> None:
    messages = [user("hi", name="ann"), Message("tool", "4", name="f", tool_call_id="a")]
    body, losses = _sent(_with(named=frozenset({"tool"})), messages=messages)
    assert [message.get("name") for message in body["messages"]] == [None, "f"]
    assert losses == [Loss("messages[0].name", "dropped", "the provider takes no names in such messages")]
    body, losses = _sent(_with(named=frozenset({"user"})), messages=messages)
    assert [message.get("name") for message in body["messages"]] == ["ann", None]
    assert losses == []  # the call has the name
    assert _sent(_ANY, messages=messages)[0]["messages"][0]["name"] == "ann"


def test_members_that_stand_in_every_body() -> None:
    body, _ = _sent(_with(members={"version": "1", "model": None}))
    assert body == {"messages": [{"role": "user", "content": "hi"}], "version": "1"}
