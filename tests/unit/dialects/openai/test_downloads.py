"""What the contract of decoders says, and no framing shows."""

from __future__ import annotations

import tracemalloc

import pytest

import sansio
from sansio import Data, LocalProtocolError, TextDelta
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
        decoder.receive_document(body)
        assert (decoder.failure and decoder.failure.kind) == kind
        assert decoder.complete == (kind is None)


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
