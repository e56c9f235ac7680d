"""`POST /audio/speech`: https://platform.openai.com/docs/api-reference/audio/createSpeech.

The answer is bytes, or events with base64 in them, or, at a provider whose `forms` say so of the answer, JSON.
"""

from __future__ import annotations

from typing import Final

import msgspec

from ...events import Data, Delta
from ...types import SpeechRequest, SpeechResponse
from ..codec import Codec, Encoded, Reading, Terms
from .downloads import download
from .operation import Operation
from .parameters import Parameters, quirks_of
from .streams import EventPiece, StreamDecoder
from .usage import UsagePiece, usage


class SpeechPiece(EventPiece):
    """An event, or Mistral's answer, which calls the sound `audio_data`."""

    audio: str | None = None
    audio_data: str | None = None
    usage: UsagePiece | None = None


_decode = msgspec.json.Decoder(SpeechPiece).decode


class SpeechDecoder(StreamDecoder[SpeechPiece, SpeechResponse]):
    """Gives the sound on piece by piece, and gathers it where it is not streamed."""

    __slots__ = ("_pieces",)

    def __init__(self, terms: Terms) -> None:
        super().__init__(terms, SpeechPiece, _decode, _nothing)
        self._pieces: list[bytes] | None = None if terms.stream else []

    def _take_document(self, item: SpeechPiece, body: bytes | bytearray, events: list[Delta]) -> None:
        if item.audio_data is not None and not item.error:
            self._add(item.audio_data, body, events)
            self._finish_with(item)

    def _take_event(self, item: SpeechPiece, kind: str, record: bytes | bytearray, events: list[Delta]) -> None:
        if (audio := item.audio or item.audio_data) is not None:
            self._add(audio, record, events)
        if kind.endswith(".done"):
            self._finish_with(item)

    def _add(self, audio: str, record: bytes | bytearray, events: list[Delta]) -> None:
        from binascii import a2b_base64

        try:
            data = a2b_base64(audio)
        except ValueError as exc:
            self._fail("protocol", f"the sound is no base64: {exc}", record)
            return
        events.append(Data(data))
        if self._pieces is not None:
            self._pieces.append(data)

    def _finish_with(self, item: SpeechPiece) -> None:
        if self.failure is None:
            content = None if self._pieces is None else b"".join(self._pieces)
            self._answered(SpeechResponse(content=content, usage=usage(item.usage)))

    def _conclude(self) -> None:
        """An end without the last event is none."""


def _nothing(_: SpeechPiece) -> SpeechResponse | None:
    return None


def _is_json(request: SpeechRequest, terms: Terms) -> bool:
    return quirks_of(request, terms).forms.get("answer") == "json"


def _encode(request: SpeechRequest, terms: Terms) -> Encoded:
    given = Parameters(request, terms)
    if not _is_json(request, terms):
        return given.json("/audio/speech", accept="text/event-stream" if request.stream_format == "sse" else "*/*")
    if terms.stream:
        given.members["stream"] = True
    return given.json("/audio/speech", accept=None)


def _read(request: SpeechRequest, terms: Terms) -> Reading[SpeechResponse]:
    if request.stream_format == "sse" or _is_json(request, terms):
        decoder = SpeechDecoder(terms)
        return Reading(decoder, decoder)
    return download(terms, lambda content: SpeechResponse(content=content))


CODEC: Final[Codec[SpeechRequest, SpeechResponse]] = Operation(_encode, _read)
