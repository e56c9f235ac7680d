from __future__ import annotations

import pytest

from sansio import Data
from sansio.types import Quirks, SpeechRequest, SpeechResponse, Usage, VoiceId
from tests.unit.dialects.openai.exchanged import answer, events, failure, header, members, other, sent, sse

PLAIN = SpeechRequest(model="openai/tts-1", input="hi", voice="alloy")
EVENTS = SpeechRequest(model="m", input="hi", voice="alloy", stream_format="sse")
MISTRAL = other("speech", Quirks(forms={"answer": "json"}))
DONE = '{"type":"speech.audio.done","usage":{"input_tokens":1,"output_tokens":2,"total_tokens":3}}'


def test_the_request_on_the_wire() -> None:
    request = sent(PLAIN)
    assert (request.method, request.url) == ("POST", "https://api.openai.com/v1/audio/speech")
    assert request.body == b'{"model":"tts-1","input":"hi","voice":"alloy"}'
    assert header(request, "accept") == "*/*"
    assert sent(PLAIN, stream=True) == request
    assert header(sent(EVENTS), "accept") == "text/event-stream"
    assert members(SpeechRequest(model="m", input="hi", voice=VoiceId("v"), speed=2))["voice"] == {"id": "v"}


def test_the_sound_is_the_body() -> None:
    assert answer(PLAIN, b"ID3\x00") == SpeechResponse(
        content=b"ID3\x00", content_type="x/y", request_id="req_1", provider="openai"
    )


def test_a_streamed_sound_is_in_the_events() -> None:
    deltas, _ = events(PLAIN, b"\x1f\x8bpcm", stream=True)
    assert deltas == [Data(b"\x1f\x8bpcm")]
    assert answer(PLAIN, b"abc", stream=True).content is None


@pytest.mark.parametrize("stream", [False, True])
def test_events_with_sound(stream: bool) -> None:
    body = sse('{"type":"speech.audio.delta","audio":"QUE="}', '{"type":"speech.audio.delta","audio":"Qg=="}', DONE)
    deltas, _ = events(EVENTS, body, stream=stream)
    assert deltas == [Data(b"AA"), Data(b"B")]
    response = answer(EVENTS, body, stream=stream)
    assert response.content == (None if stream else b"AAB")
    assert response.content_type is None  # the header's is that of the events
    assert response.usage == Usage(prompt_tokens=1, completion_tokens=2, total_tokens=3)


def test_mistrals_answer_is_json() -> None:
    assert header(sent(PLAIN, provider=MISTRAL), "accept") == "application/json"
    assert "stream" not in members(PLAIN, provider=MISTRAL)
    deltas, _ = events(PLAIN, b'{"audio_data":"QUE="}', provider=MISTRAL)
    assert deltas == [Data(b"AA")]
    assert answer(PLAIN, b'{"audio_data":"QUE="}', provider=MISTRAL).content == b"AA"


def test_mistrals_stream_is_asked_for() -> None:
    assert members(PLAIN, provider=MISTRAL, stream=True)["stream"] is True
    assert header(sent(PLAIN, provider=MISTRAL, stream=True), "accept") == "text/event-stream"
    body = sse('{"type":"speech.audio.delta","audio_data":"QUE="}', '{"type":"speech.audio.done"}')
    deltas, _ = events(PLAIN, body, provider=MISTRAL, stream=True)
    assert deltas == [Data(b"AA")]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (sse('{"type":"speech.audio.delta","audio":"QUE="}'), "truncated"),
        (sse('{"type":"speech.audio.delta","audio":"?"}', DONE), "protocol"),
        (sse('{"type":"speech.audio.done","audio":"?"}'), "protocol"),
        (sse("[DONE]"), "protocol"),
        (b'{"audio_data":"?"}', "protocol"),
        (b'{"audio_data":"QUE=","error":{"message":"no","code":"insufficient_quota"}}', "quota_exceeded"),
        (b"{}", "protocol"),
    ],
)
def test_what_is_no_sound_is_no_answer(body: bytes, kind: str) -> None:
    assert failure(EVENTS, body, stream=True).kind == kind


def test_a_refusal_is_typed() -> None:
    assert failure(PLAIN, b'{"error":{"message":"no voice"}}', status=400).message == "no voice"
