from __future__ import annotations

import pytest

import sansio
from sansio import Failed, LogprobsDelta, Source, TextDelta
from sansio.http import Limits
from sansio.types import (
    PromptTokensDetails,
    Quirks,
    TokenLogprob,
    TranscriptionRequest,
    TranscriptionResponse,
    TranscriptionSegment,
    TranscriptionWord,
    TranslationRequest,
    Upload,
    Usage,
)
from tests.unit.dialects.openai.exchanged import OPENAI, SEED, answer, events, failure, header, lost, other, sent, sse

SOUND = Upload(b"sound", "a.mp3")
PLAIN = TranscriptionRequest(model="openai/whisper-1", file=SOUND)
ENGLISH = TranslationRequest(model="openai/whisper-1", file=SOUND, prompt="p")
TEXT = TranscriptionRequest(model="m", file=SOUND, response_format="srt")
DONE = '{"type":"transcript.text.done","text":"Hi there","usage":{"type":"tokens","input_tokens":3,"output_tokens":2}}'


def form_fields(request: TranscriptionRequest | TranslationRequest, *, stream: bool = False) -> list[tuple[str, str]]:
    body = sent(request, stream=stream).body
    assert isinstance(body, bytes)
    parts = [part.split("\r\n\r\n") for part in body.decode().split("--sansio-")[1:-1]]
    return [(head.split('name="')[1].split('"')[0], content.removesuffix("\r\n")) for head, content in parts]


def test_the_request_on_the_wire() -> None:
    request = TranscriptionRequest(
        model="openai/gpt-4o-transcribe",
        file=SOUND,
        temperature=0.5,
        timestamp_granularities=["word", "segment"],
        chunking_strategy={"type": "server_vad", "threshold": 0.5},
    )
    assert sent(request).url == "https://api.openai.com/v1/audio/transcriptions"
    assert header(sent(request), "accept") == "application/json"
    assert form_fields(request) == [
        ("model", "gpt-4o-transcribe"),
        ("file", "sound"),
        ("temperature", "0.5"),
        ("timestamp_granularities[]", "word"),
        ("timestamp_granularities[]", "segment"),
        ("chunking_strategy[type]", "server_vad"),
        ("chunking_strategy[threshold]", "0.5"),
    ]


def test_a_stream_is_asked_for_where_there_is_one() -> None:
    assert form_fields(PLAIN, stream=True)[-1] == ("stream", "true")
    assert header(sent(PLAIN, stream=True), "accept") == "text/event-stream"
    assert form_fields(TEXT, stream=True)[-1] == ("response_format", "srt")
    assert header(sent(TEXT, stream=True), "accept") == "*/*"


def test_a_translation_on_the_wire() -> None:
    assert sent(ENGLISH).url == "https://api.openai.com/v1/audio/translations"
    assert form_fields(ENGLISH) == [("model", "whisper-1"), ("file", "sound"), ("prompt", "p")]
    assert header(sent(ENGLISH), "accept") == "application/json"
    plain = TranslationRequest(model="m", file=SOUND, response_format="text")
    assert header(sent(plain), "accept") == "*/*"


def test_telling_speakers_apart_is_mistrals() -> None:
    request = TranscriptionRequest(model="m", file=Upload(Source("s", 9, "a.wav")), diarize=True)
    assert [loss.path for loss in lost(request)] == ["diarize"]
    assert lost(request, provider=other("transcription", Quirks(beyond=frozenset({"diarize"})))) == []


def test_an_answer_in_json() -> None:
    body = (
        b'{"task":"transcribe","language":"english","languages":["en"],"duration":"1.5","text":"Hi",'
        b'"segments":[{"id":0,"seek":0,"start":0,"end":1.5,"text":"Hi","tokens":[1],"temperature":0,'
        b'"avg_logprob":-1,"compression_ratio":1,"no_speech_prob":0.1},{"speaker_id":"s1"}],'
        b'"words":[{"word":"Hi","start":0,"end":1},{"text":"x","speaker":0}],'
        b'"logprobs":[{"token":"Hi","logprob":-0.5}],"usage":{"type":"duration","seconds":2}}'
    )
    deltas, _ = events(PLAIN, body)
    assert deltas == [TextDelta("Hi")]
    segment = TranscriptionSegment("Hi", 0.0, 1.5, 0, None, 0, [1], 0.0, -1.0, 1.0, 0.1)
    expected = TranscriptionResponse(
        text="Hi",
        task="transcribe",
        language="english",
        languages=["en"],
        duration=1.5,
        segments=[segment, TranscriptionSegment("", speaker="s1")],
        words=[TranscriptionWord("Hi", 0.0, 1.0), TranscriptionWord("x", speaker="0")],
        logprobs=[TokenLogprob("Hi", -0.5)],
        billed_seconds=2,
        request_id="req_1",
        provider="openai",
    )
    assert answer(PLAIN, body) == expected
    assert answer(ENGLISH, body) == expected
    assert answer(PLAIN, body, stream=True) == expected  # whisper does not stream


def test_silence_is_an_answer() -> None:
    deltas, _ = events(PLAIN, b'{"text":"","duration":"a while"}')
    assert deltas == []
    assert answer(PLAIN, b'{"text":"","duration":"a while"}').duration is None


def test_mistrals_usage() -> None:
    body = (
        b'{"text":"Hi","usage":{"prompt_audio_seconds":3,"prompt_tokens":5,"prompt_tokens_details":{"audio_tokens":4}}}'
    )
    response = answer(PLAIN, body)
    assert response.usage == Usage(prompt_tokens=5, prompt_tokens_details=PromptTokensDetails(audio_tokens=4))
    assert response.billed_seconds == 3


@pytest.mark.parametrize("stream", [False, True])
def test_plain_text_is_kept_as_it_came(stream: bool) -> None:
    body = b"data: 1\n00:00:00,000 --> 00:00:02,000\n{\xff}\n"  # neither an event nor JSON
    deltas, _ = events(TEXT, body, stream=stream)
    text = body.decode("utf-8", "replace")
    assert deltas == [TextDelta(text)]
    response = answer(TEXT, body, stream=stream)
    assert response == TranscriptionResponse(text=text, request_id="req_1", provider="openai")


def test_plain_text_without_end_is_limited() -> None:
    for size, complete in ((8, True), (9, False)):
        exchange = sansio.Exchange(OPENAI, TEXT, stream=True, seed=SEED, limits=Limits(body=8))
        exchange.receive_head(200, [])
        exchange.receive_data(b"x" * size)
        if complete:
            exchange.receive_eof()
        *_, end = exchange.take_events()
        assert isinstance(end, Failed) is not complete


def test_a_stream_of_pieces() -> None:
    body = sse(
        '{"type":"transcript.text.delta","delta":"Hi","logprobs":[{"token":"Hi","logprob":-0.5}]}',
        '{"type":"transcript.text.delta","delta":""}',
        '{"type":"transcript.text.delta","delta":" there"}',
        '{"type":"transcript.text.segment","id":"seg_0","start":0,"end":1,"text":"Hi there","speaker":"A"}',
        DONE,
        "[DONE]",
    )
    deltas, _ = events(PLAIN, body, stream=True)
    assert deltas == [TextDelta("Hi"), LogprobsDelta([TokenLogprob("Hi", -0.5)]), TextDelta(" there")]
    assert answer(PLAIN, body, stream=True) == TranscriptionResponse(
        text="Hi there",
        segments=[TranscriptionSegment("Hi there", 0.0, 1.0, "seg_0", "A")],
        usage=Usage(prompt_tokens=3, completion_tokens=2),
        request_id="req_1",
        provider="openai",
    )


def test_a_stream_of_segments_only() -> None:
    body = sse(
        '{"type":"transcript.text.segment","text":"Hi"}', '{"type":"transcript.text.segment","text":" there"}', DONE
    )
    deltas, _ = events(PLAIN, body, stream=True)
    assert deltas == [TextDelta("Hi"), TextDelta(" there")]


def test_mistrals_stream() -> None:
    body = sse(
        '{"type":"transcription.language","audio_language":"en"}',
        '{"type":"transcription.text.delta","text":"Hi"}',
        '{"type":"transcription.done","text":"Hi","segments":[{"text":"Hi"}],"language":"en"}',
    )
    deltas, _ = events(PLAIN, body, stream=True)
    assert deltas == [TextDelta("Hi")]
    response = answer(PLAIN, body, stream=True)
    assert (response.text, response.language, response.segments) == ("Hi", "en", [TranscriptionSegment("Hi")])


def test_a_stream_that_is_cut_off_shows_what_came() -> None:
    _, end = events(PLAIN, sse('{"type":"transcript.text.delta","delta":"Hi"}'), stream=True)
    assert isinstance(end, Failed)
    assert end.failure.kind == "truncated"
    assert end.partial is not None
    assert end.partial.text == "Hi"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"{}", "protocol"),
        (b'{"text":"Hi","error":{"code":"insufficient_quota","message":"no"}}', "quota_exceeded"),
        (sse("[DONE]"), "protocol"),
        (sse('{"type":"error","error":{"code":"rate_limit_exceeded","message":"slow"}}'), "rate_limited"),
        (b"Hi", "protocol"),
    ],
)
def test_what_is_no_transcript_is_no_answer(body: bytes, kind: str) -> None:
    assert failure(PLAIN, body, stream=True).kind == kind
