"""What the contract of decoders says, and no framing shows."""

from __future__ import annotations

import pytest

import sansio
from sansio import Data, LocalProtocolError, TextDelta
from sansio.dialects import codec_for
from sansio.dialects.codec import Reading, Terms
from sansio.http import Limits
from sansio.types import FileContent, FileContentRequest, Response, TranscriptionRequest, Upload

PROVIDER = sansio.provider("openai", api_key="key")


def content() -> Reading[FileContent]:
    request = FileContentRequest(id="1")
    return codec_for(PROVIDER, request).reading(request, Terms(provider=PROVIDER, stream=False, limits=Limits()))


def test_all_the_bytes_at_once() -> None:
    reading = content()
    assert reading.decoder.receive_document(bytearray(b"abc")) == [Data(b"abc")]
    assert reading.decoder.complete
    assert reading.fold.response() == FileContent(content=b"abc")


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
