"""Mistral, whose API refuses what it does not know, and has forms of its own."""

from __future__ import annotations

from typing import Any

import pytest

import sansio
from sansio import ChatRequest, Exchange, FilePart, FileReference, Message, TextPart, user
from sansio.types import (
    AudioPart,
    ContentPart,
    FunctionCall,
    FunctionDefinition,
    FunctionTool,
    FunctionToolCall,
    InputAudio,
    Prediction,
    Thinking,
)
from tests.unit.providers.asked import body

_MISTRAL = sansio.provider("mistral", api_key="k")
_TOOLS = [FunctionTool(FunctionDefinition("f"))]
_CALL = FunctionToolCall(id="x", function=FunctionCall("f", "{}"))
_WIRE = {"id": "call00001", "type": "function", "function": {"name": "f", "arguments": "{}"}}


def test_where_it_is_and_who_asks() -> None:
    known = sansio.provider("mistral", env={"MISTRAL_API_KEY": "k"})
    request = Exchange(known, ChatRequest(model="m", messages="hi")).request
    assert request.url == "https://api.mistral.ai/v1/chat/completions"
    assert ("authorization", "Bearer k") in request.headers


def test_names_and_words_of_its_own() -> None:
    sent, lost = body(_MISTRAL, max_completion_tokens=5, seed=7, tools=_TOOLS, tool_choice="required")
    empty: dict[str, Any] = {"type": "object", "properties": {}}
    tools = [{"type": "function", "function": {"name": "f", "parameters": empty}}]
    assert sent == {"max_tokens": 5, "random_seed": 7, "tools": tools, "tool_choice": "any"}
    assert lost == ["tools[0].function.parameters"]  # it is filled, which never raises
    prediction = Prediction("a")
    assert body(_MISTRAL, prediction=prediction) == ({"prediction": {"type": "content", "content": "a"}}, [])


def test_what_it_does_not_take() -> None:
    given: dict[str, Any] = {
        "logit_bias": {"1": 1},
        "user": "u",
        "store": True,
        "verbosity": "low",
        "thinking": Thinking("enabled"),
    }
    sent, lost = body(_MISTRAL, **given)
    assert (sent, lost) == ({}, sorted(given))
    assert body(_MISTRAL, stream=True) == ({"stream": True}, [])
    taken: dict[str, Any] = {
        "n": 2,
        "presence_penalty": 0.5,
        "frequency_penalty": 0.5,
        "top_k": 5,
        "prompt_cache_key": "k",
    }
    assert body(_MISTRAL, **taken) == (taken, [])


@pytest.mark.parametrize(
    ("model", "lost"),
    [
        ("mistral-large-latest", ["reasoning_effort"]),
        ("codestral-latest", ["reasoning_effort"]),
        ("magistral-medium-latest", []),
        ("mistral-small-latest", []),
    ],
)
def test_which_models_take_an_effort(model: str, lost: list[str]) -> None:
    assert body(_MISTRAL, model=model, reasoning_effort="high")[1] == lost


def test_messages() -> None:
    messages = [
        Message("developer", "be"),
        user([TextPart(text="a"), TextPart(text="b")], name="ann"),
        Message("assistant", "c", reasoning_content="hm", tool_calls=[_CALL]),
        Message("tool", "4", name="f", tool_call_id="x"),
    ]
    sent, lost = body(_MISTRAL, messages=messages)
    thought = {"type": "thinking", "thinking": [{"type": "text", "text": "hm"}], "closed": True}
    assert sent["messages"] == [
        {"role": "system", "content": "be"},
        {"role": "user", "content": "ab"},
        {"role": "assistant", "content": [thought, {"type": "text", "text": "c"}], "tool_calls": [_WIRE]},
        {"role": "tool", "content": "4", "name": "f", "tool_call_id": "call00001"},
    ]
    assert lost == ["messages[1].name"]


def test_parts() -> None:
    parts: list[ContentPart] = [
        AudioPart(input_audio=InputAudio("aGk=", "wav")),
        FilePart(file=FileReference(file_url="https://h/a.pdf", filename="a.pdf")),
        FilePart(file=FileReference(file_data="data:application/pdf;base64,aGk=")),
        FilePart(file=FileReference(file_id="f")),
    ]
    sent, lost = body(_MISTRAL, messages=[user(parts)])
    assert sent["messages"][0]["content"] == [
        {"type": "input_audio", "input_audio": "aGk="},
        {"type": "document_url", "document_url": "https://h/a.pdf", "document_name": "a.pdf"},
        {"type": "document_url", "document_url": "data:application/pdf;base64,aGk="},
        {"type": "file", "file_id": "f"},
    ]
    assert lost == []


def test_deprecated_functions_are_tools() -> None:
    asked = [
        user("hi"),
        Message("assistant", None, function_call=FunctionCall("f", "{}")),
        Message("function", "1", name="f"),
    ]
    sent, lost = body(_MISTRAL, messages=asked, functions=[FunctionDefinition("f", parameters={"type": "object"})])
    assert sent["messages"][1:] == [
        {"role": "assistant", "content": None, "tool_calls": [_WIRE]},
        {"role": "tool", "content": "1", "tool_call_id": "call00001"},
    ]
    assert "functions" not in sent
    assert sent["tools"] == [{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}]
    assert lost == []
