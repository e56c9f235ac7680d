"""Parameters as generationConfig."""

from __future__ import annotations

from typing import Any

import pytest

from sansio import FunctionDefinition, FunctionTool, JsonSchemaFormat
from sansio.types import AudioOptions, JsonObjectFormat, JsonSchema, TextFormat, VoiceId
from tests.unit.dialects.gemini.by_hand import chat, lost, sent


def config(**parameters: Any) -> object:
    return sent(chat("gemini-3-flash", **parameters)).get("generationConfig")


@pytest.mark.parametrize(
    ("name", "value", "wire"),
    [
        ("temperature", 0, "temperature"),
        ("top_p", 0.5, "topP"),
        ("top_k", 4, "topK"),
        ("n", 2, "candidateCount"),
        ("seed", 1, "seed"),
        ("presence_penalty", 0.5, "presencePenalty"),
        ("frequency_penalty", 0.5, "frequencyPenalty"),
        ("logprobs", True, "responseLogprobs"),
        ("max_tokens", 7, "maxOutputTokens"),
        ("max_completion_tokens", 7, "maxOutputTokens"),
    ],
)
def test_parameters_by_their_names(name: str, value: object, wire: str) -> None:
    assert config(**{name: value}) == {wire: value}


def test_how_many_logprobs_there_are_is_said_beside_them() -> None:
    assert config(logprobs=True, top_logprobs=3) == {"responseLogprobs": True, "logprobs": 3}
    assert config(top_logprobs=3) is None
    assert lost(chat(logprobs=False, top_logprobs=3)) == [("top_logprobs", "dropped")]


def test_the_newer_limit_counts() -> None:
    assert config(max_tokens=5, max_completion_tokens=7) == {"maxOutputTokens": 7}
    assert lost(chat(max_tokens=5, max_completion_tokens=7)) == [("max_tokens", "dropped")]
    assert lost(chat(max_tokens=7, max_completion_tokens=7)) == []


@pytest.mark.parametrize("stop", ["a", ["a"]])
def test_stops_are_a_list(stop: object) -> None:
    assert config(stop=stop) == {"stopSequences": ["a"]}


@pytest.mark.parametrize(
    ("format_", "expected"),
    [
        (TextFormat(), {"responseMimeType": "text/plain"}),
        (JsonObjectFormat(), {"responseMimeType": "application/json"}),
        (JsonSchemaFormat(JsonSchema("a")), {"responseMimeType": "application/json"}),
        (
            JsonSchemaFormat(JsonSchema("a", {"type": "object"}, strict=True)),
            {"responseMimeType": "application/json", "responseJsonSchema": {"type": "object"}},
        ),
    ],
)
def test_formats(format_: object, expected: object) -> None:
    assert config(response_format=format_) == expected


def test_a_description_of_a_schema_is_lost() -> None:
    format_ = JsonSchemaFormat(JsonSchema("a", {}, "what it is"))
    assert lost(chat(response_format=format_)) == [("response_format.json_schema.description", "dropped")]


@pytest.mark.parametrize(
    ("model", "format_", "losses"),
    [
        ("gemini-2.5-flash", JsonObjectFormat(), [("response_format", "dropped")]),
        ("gemini-2.5-flash", TextFormat(), []),
        ("gemini-3-flash", JsonObjectFormat(), []),
    ],
)
def test_models_before_gemini_3_answer_no_json_beside_tools(model: str, format_: Any, losses: object) -> None:
    request = chat(model, tools=[FunctionTool(FunctionDefinition("f"))], response_format=format_)
    assert lost(request) == losses
    assert ("generationConfig" in sent(request)) == (not losses)


def test_speech() -> None:
    voice = {"voiceConfig": {"prebuiltVoiceConfig": {"voiceName": "Kore"}}}
    assert config(modalities=["audio"], audio=AudioOptions("Kore", "pcm16")) == {
        "responseModalities": ["AUDIO"],
        "speechConfig": voice,
    }
    assert lost(chat(audio=AudioOptions("Kore", "mp3"))) == [("audio.format", "approximated")]
    assert lost(chat(audio=AudioOptions(VoiceId("x"), "pcm16"))) == [("audio.voice", "dropped")]
