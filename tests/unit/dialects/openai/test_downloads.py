"""What the contract of decoders says, and no framing shows."""

from __future__ import annotations

import tracemalloc

import pytest

import sansio
from sansio import Completed, Data, Exchange, Failed, LocalProtocolError, TextDelta
from sansio.dialects import codec_for
from sansio.dialects.codec import Reading, Terms
from sansio.http import Limits
from sansio.types import FileContent, FileContentRequest, Request, Response, SpeechRequest, TranscriptionRequest, Upload

PROVIDER = sansio.provider("openai", api_key="key")


def content() -> Reading[FileContent]:
    request = FileContentRequest(id="1")
    return codec_for(PROVIDER, request).reading(request, Terms(provider=PROVIDER, stream=False, limits=Limits()))


def test_all_the_bytes_at_once() -> None:
    reading = content()
    assert reading.decoder.receive_document(bytearray(b"abc")) == [Data(b"abc")]
    assert reading.decoder.complete
    assert reading.fold.response() == FileContent(content=b"abc")


@pytest.mark.parametrize(
    "request_",
    [
        SpeechRequest(model="m", input="a", voice="v"),
        TranscriptionRequest(model="m", file=Upload(b"", "a.mp3"), response_format="text"),
    ],
)
def test_an_error_in_place_of_what_is_no_json_is_one(request_: Request[Response]) -> None:
    terms = Terms(provider=PROVIDER, stream=False, limits=Limits())
    for body, kind in (
        (b'{"error":{"message":"m","type":"server_error"}}', "server_error"),
        (b'{"error":"m","code":"rate_limit_exceeded"}', "rate_limited"),
        (b'{"said":"error"}', None),
        (b'{"error', None),
    ):
        decoder = codec_for(PROVIDER, request_).reading(request_, terms).decoder
        decoder.receive([body])
        decoder.finish()
        assert (decoder.failure and decoder.failure.kind) == kind
        assert decoder.complete == (kind is None)


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("type_", ["application/json", "Application/JSON; charset=utf-8", "application/problem+json"])
@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b'{"error":{"message":"m","type":"server_error"}}', "server_error"),
        (b'{"code":"rate_limit_exceeded","error":"slow"}', "rate_limited"),
        (b'[{"error":{"message":"m","type":"server_error"}}]', "server_error"),
        (b'{"detail":"no"}', "server_error"),
        (b"{}", "protocol"),
    ],
)
def test_json_in_place_of_sound_is_never_given_as_sound(body: bytes, kind: str, type_: str, stream: bool) -> None:
    exchange = Exchange(PROVIDER, SpeechRequest(model="m", input="a", voice="v"), stream=stream)
    exchange.receive_head(200, [("Content-Type", type_)])
    exchange.receive_data(body[:5])
    exchange.receive_data(body[5:])
    exchange.receive_eof()
    (end,) = exchange.take_events()
    assert isinstance(end, Failed)
    assert end.failure.kind == kind
    assert end.failure.body == body


def test_sound_of_a_wrong_type_is_sound() -> None:
    exchange = Exchange(PROVIDER, SpeechRequest(model="m", input="a", voice="v"))
    exchange.receive_head(200, [("content-type", "application/json")])
    exchange.receive_data(b"ID3\x04")
    exchange.receive_eof()
    assert isinstance(exchange.outcome, Completed)
    assert exchange.outcome.response.content == b"ID3\x04"


@pytest.mark.parametrize("stream", [False, True])
def test_a_file_may_be_json(stream: bool) -> None:
    exchange = Exchange(PROVIDER, FileContentRequest(id="1"), stream=stream)
    exchange.receive_head(200, [("content-type", "application/json")])
    exchange.receive_data(b'{"error":"of mine"}')
    assert exchange.take_events() == [Data(b'{"error":"of mine"}')]
    exchange.receive_eof()
    assert isinstance(exchange.outcome, Completed)


def test_small_pieces_take_little_more_memory_than_their_bytes() -> None:
    reading, pieces = content(), [bytes([n % 251, n % 241]) for n in range(50_000)]
    tracemalloc.start()
    for piece in pieces:
        reading.decoder.receive([piece])
    reading.decoder.finish()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert reading.fold.response() == FileContent(content=b"".join(pieces))
    assert peak < 5 * 100_000


def test_there_is_no_response_before_the_end() -> None:
    reading = content()
    reading.decoder.receive([b"abc"])
    with pytest.raises(LocalProtocolError, match="no response yet"):
        reading.fold.response()
    assert reading.fold.partial() is None


def test_all_of_a_text_at_once() -> None:
    request = TranscriptionRequest(model="m", file=Upload(b"", "a.mp3"), response_format="text")
    terms = Terms(provider=PROVIDER, stream=False, limits=Limits())
    reading: Reading[Response] = codec_for(PROVIDER, request).reading(request, terms)
    assert reading.decoder.receive_document(b"Hi") == [TextDelta("Hi")]
    assert reading.decoder.complete
    assert reading.fold.partial() is None
