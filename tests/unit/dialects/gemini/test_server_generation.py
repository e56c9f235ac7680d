"""generationConfig as it comes to a server."""

from __future__ import annotations

import json
from typing import Any

import pytest
from msgspec import UNSET

from sansio import ChatRequest
from sansio.dialects.gemini.server import SERVER
from sansio.types import AudioOptions, JsonObjectFormat, JsonSchema, JsonSchemaFormat, TextFormat, Thinking

JSON = {"responseMimeType": "application/json"}
VOICE = {"voiceConfig": {"prebuiltVoiceConfig": {"voiceName": "Kore"}}}


def request(**config: Any) -> ChatRequest:
    body = json.dumps({"contents": [], "generationConfig": config}).encode()
    found = SERVER.decode("POST", "/v1/models/m:generateContent", (), body)
    assert isinstance(found, ChatRequest), found
    return found


def rest(found: ChatRequest) -> Any:
    return json.loads(bytes((found.extra or {})["generationConfig"])) if found.extra else None


@pytest.mark.parametrize(
    ("config", "format_"),
    [
        ({"responseMimeType": "text/plain"}, TextFormat()),
        (JSON, JsonObjectFormat()),
        ({**JSON, "responseJsonSchema": {"title": "T"}}, JsonSchemaFormat(JsonSchema("T", {"title": "T"}))),
        (
            {**JSON, "responseSchema": {"type": "STRING", "title": 7}},
            JsonSchemaFormat(JsonSchema("response", {"type": "string", "title": 7})),
        ),
    ],
)
def test_formats(config: dict[str, Any], format_: object) -> None:
    found = request(**config)
    assert found.response_format == format_
    assert found.extra is None


def test_what_has_no_canonical_form_is_left_there() -> None:
    config: dict[str, Any] = {
        "responseMimeType": "text/x.enum",
        "responseSchema": {},
        "mediaResolution": "X",
        "imageConfig": {},
    }
    found = request(temperature=1, **config)
    assert (found.temperature, found.response_format) == (1, UNSET)
    assert rest(found) == config


def test_lists_and_limits() -> None:
    found = request(stop_sequences=["a"], responseModalities=["TEXT"], maxOutputTokens=7, seed="3")
    assert (found.stop, found.modalities, found.max_completion_tokens, found.seed) == (["a"], ["text"], 7, 3)


def test_speech() -> None:
    assert request(speechConfig=VOICE).audio == AudioOptions("Kore", "pcm16")
    more = {"speechConfig": {**VOICE, "languageCode": "de"}}
    assert rest(request(**more)) == more


@pytest.mark.parametrize(
    ("thinking", "effort", "expected", "left"),
    [
        ({"thinkingLevel": "HIGH"}, "high", UNSET, None),
        ({"thinkingLevel": "low", "includeThoughts": True}, "low", UNSET, None),
        ({"thinkingLevel": "low", "includeThoughts": False}, "low", UNSET, {"includeThoughts": False}),
        ({"thinkingLevel": "minimal", "includeThoughts": False}, "minimal", UNSET, None),
        ({"thinkingBudget": 0}, UNSET, Thinking("disabled"), None),
        ({"thinkingBudget": -1}, UNSET, Thinking("adaptive"), None),
        ({"thinkingBudget": 9, "includeThoughts": True}, UNSET, Thinking("enabled", 9, "summarized"), None),
        ({"includeThoughts": False}, UNSET, Thinking("adaptive", display="omitted"), None),
        ({"x": 1}, UNSET, UNSET, {"x": 1}),
        ({}, UNSET, UNSET, None),
    ],
)
def test_thinking(thinking: dict[str, Any], effort: object, expected: object, left: object) -> None:
    found = request(thinking_config=thinking)
    assert (found.reasoning_effort, found.thinking) == (effort, expected)
    assert rest(found) == (None if left is None else {"thinkingConfig": left})
