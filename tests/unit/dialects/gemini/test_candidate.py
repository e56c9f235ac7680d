"""The parts of a candidate."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from msgspec import Raw

from sansio import AnnotationAdded, FunctionToolCall, ImagePart, Opaque, TextPart, user
from sansio.events import ChoiceFinished, Event, ImageAdded, ReasoningDelta, StateAdded, TextDelta
from sansio.types import ReasoningPart
from tests.unit.dialects.gemini.by_hand import answered, candidate, chat, encoded, events, read, said, streamed

CALL = {"functionCall": {"name": "f", "args": {"a": 1}}}


def of(kind: type[Event[Any]], *chunks: object) -> list[Any]:
    return [event for event in events(*chunks) if isinstance(event, kind)]


def test_thoughts_are_reasoning() -> None:
    chunk = candidate({"text": "why", "thought": True}, {"text": "so"}, finishReason="STOP")
    assert of(ReasoningDelta, chunk) == [ReasoningDelta("why")]
    response = streamed(chunk)
    assert (response.reasoning, response.text) == ("why", "so")


def test_calls_are_whole_and_have_ids_by_their_places() -> None:
    response = answered(candidate(CALL, {"functionCall": {"id": "fc", "name": "g"}}, finishReason="STOP"))
    assert [(call.id, call.native_id, call.name, call.arguments) for call in response.tool_calls] == [
        ("call_0_0", None, "f", '{"a": 1}'),
        ("fc", "fc", "g", "{}"),
    ]
    assert (response.finish_reason, response.choices[0].native_finish_reason) == ("tool_calls", "STOP")


@pytest.mark.parametrize(("reason", "expected"), [("MAX_TOKENS", "length"), ("SAFETY", "content_filter")])
def test_only_a_stop_is_for_the_calls(reason: str, expected: str) -> None:
    assert answered(candidate(CALL, finishReason=reason)).finish_reason == expected


def test_calls_behind_their_reason() -> None:
    response = streamed(candidate({"text": "a"}, finishReason="STOP"), candidate(CALL))
    assert response.finish_reason == "tool_calls"


def test_an_empty_text_may_be_signed() -> None:
    """The fold joins the texts of a stream; the state tells how much of them was signed."""
    response = streamed(
        candidate({"text": "ab"}),
        candidate({"text": "c"}),
        candidate({"text": "", "thoughtSignature": "c2ln"}, finishReason="STOP"),
    )
    (part,) = list(response.message.parts or ())
    assert part == TextPart(text="abc", state=Opaque("gemini", Raw(b'{"thoughtSignature":"c2ln","length":0}')))


@pytest.mark.parametrize(
    "part",
    [
        {"executableCode": {"language": "PYTHON", "code": "1"}, "thoughtSignature": "c2ln"},
        {"toolCall": {"id": "1", "toolType": "GOOGLE_SEARCH"}, "thoughtSignature": "c2ln"},
        {"inlineData": {"mimeType": "image/png", "data": "aGk="}, "thought": True, "thoughtSignature": "c2ln"},
    ],
)
def test_a_signed_part_without_a_text_is_given_back_as_it_came(part: dict[str, Any]) -> None:
    chunk = candidate(part, {"text": "so"}, finishReason="STOP")
    for response in (answered(chunk), streamed(chunk)):
        assert said(user("q"), response.message)[1]["parts"] == [part, {"text": "so"}]


def test_a_signed_part_of_which_only_the_rest_can_be_read_is_an_empty_text() -> None:
    chunk = b'{"candidates":[{"content":{"parts":[{"thoughtSignature":"c2ln","\xff":1}]},"finishReason":"STOP"}]}'
    response = read(encoded(chat()), chunk)
    assert [type(part) for part in response.message.parts or ()] == [TextPart]


def test_a_signature_stays_behind_what_came_before_it() -> None:
    signed = {"text": "", "thoughtSignature": "c2ln"}
    response = answered(candidate({"text": "a"}, CALL, signed, finishReason="STOP"))
    kinds = [type(part) for part in response.message.parts or ()]
    assert kinds == [TextPart, FunctionToolCall, TextPart]


def test_signatures_on_calls_thoughts_and_nothing() -> None:
    thought = {"text": "why", "thought": True, "thoughtSignature": "YQ=="}
    parts = (thought, {**CALL, "thoughtSignature": "Yg=="}, {"thoughtSignature": "Yw=="})
    states = of(StateAdded, candidate(*parts, finishReason="STOP"))
    assert [(state.part, state.call, bytes(state.state.raw)) for state in states] == [
        ("reasoning", 0, b'{"thoughtSignature":"YQ==","length":3}'),
        ("call", 0, b'{"thoughtSignature":"Yg=="}'),
        ("text", 0, b'{"thoughtSignature":"Yw==","length":0}'),
    ]
    reasoning, call, text = list(answered(candidate(*parts)).message.parts or ())
    assert isinstance(reasoning, ReasoningPart)
    assert isinstance(call, FunctionToolCall)
    assert call.state is not None
    assert isinstance(text, TextPart)


def test_images() -> None:
    image = {"inlineData": {"mimeType": "image/png", "data": "AAAA"}}
    signed = {**image, "thoughtSignature": "c2ln"}
    first, second = of(ImageAdded, candidate(image, signed, finishReason="STOP"))
    assert first.image.image_url.url == "data:image/png;base64,AAAA"
    assert second.image.extra == {"thoughtSignature": Raw(b'"c2ln"')}
    (part, _) = list(answered(candidate(image, signed)).message.parts or ())
    assert isinstance(part, ImagePart)


def test_speech() -> None:
    blob = {"inlineData": {"mimeType": "audio/L16;rate=24000", "data": "AAAA"}}
    audio = answered(candidate(blob)).message.audio
    assert audio is not None
    assert (audio.data, audio.format) == ("AAAA", "audio/L16;rate=24000")


@pytest.mark.parametrize(
    "part",
    [
        {"executableCode": {"language": "PYTHON", "code": "1"}},
        {"codeExecutionResult": {"outcome": "OUTCOME_OK"}},
        {"inlineData": {"mimeType": "video/mp4", "data": "AAAA"}},
        {"inlineData": {"mimeType": "image/png", "data": "AAAA"}, "thought": True},
        {"inlineData": {"mimeType": "audio/wav", "data": "AAAA"}, "thoughtSignature": "c2ln"},
        {"something": {"new": [1]}},
    ],
)
def test_other_parts_are_kept_as_they_came(part: dict[str, object]) -> None:
    (opaque,) = list(answered(candidate(part)).message.parts or ())
    assert isinstance(opaque, Opaque)
    assert opaque.dialect == "gemini"
    assert msgspec.json.decode(opaque.raw) == part


def test_an_empty_part_says_nothing() -> None:
    assert answered(candidate({"text": "a"}, {})).message.parts is None


def test_other_parts_of_further_candidates_are_theirs() -> None:
    part = {"executableCode": {"code": "1"}}
    body = {"candidates": [{"index": index, "content": {"parts": [part]}} for index in (0, 1)]}
    assert [len(choice.message.parts or ()) for choice in answered(body).choices] == [1, 2]


def test_candidates_without_an_index_are_told_apart_by_their_places() -> None:
    body = {"candidates": [{"content": {"parts": [{"text": text}]}} for text in "ab"]}
    assert [choice.message.content for choice in answered(body).choices] == ["a", "b"]


def test_log_probabilities() -> None:
    result = {
        "chosenCandidates": [{"token": "a", "logProbability": -0.5}, {"token": "b", "logProbability": -1}],
        "topCandidates": [{"candidates": [{"token": "c", "logProbability": -2}]}],
    }
    logprobs = answered(candidate({"text": "ab"}, logprobsResult=result)).choices[0].logprobs
    assert logprobs is not None
    assert [(token.token, token.logprob, len(token.top_logprobs)) for token in logprobs.content or ()] == [
        ("a", -0.5, 1),
        ("b", -1, 0),
    ]


def test_ratings_are_told_when_they_change() -> None:
    ratings, others = [{"category": "X", "probability": "LOW"}], [{"category": "X", "probability": "HIGH"}]
    chunks = [candidate({"text": "a"}, safetyRatings=said) for said in (ratings, ratings, others)]
    response = streamed(*chunks, candidate(finishReason="STOP"))
    assert response.moderation is not None
    assert msgspec.json.decode(response.moderation) == others


def test_what_has_no_place_of_its_own_is_an_annotation() -> None:
    told: dict[str, Any] = {
        "urlContextMetadata": {"urlMetadata": []},
        "finishMessage": "no",
        "continuationToken": "dG9r",
    }
    added = of(AnnotationAdded, candidate(finishReason="MALFORMED_FUNCTION_CALL", **told))
    assert [
        (event.annotation.type, msgspec.json.decode(event.annotation.extra[event.annotation.type])) for event in added
    ] == list(told.items())
    assert (
        of(AnnotationAdded, candidate({"text": "a"}, finishReason="STOP", finishMessage="Model generated calls.")) == []
    )


def test_a_reason_is_told_once() -> None:
    assert of(ChoiceFinished, candidate({"text": "a"}, finishReason="STOP")) == [ChoiceFinished("stop", "STOP")]
    assert of(TextDelta, candidate(finishReason="STOP")) == []
    assert of(TextDelta, candidate(safetyRatings=[]), candidate(finishReason="OTHER")) == []
