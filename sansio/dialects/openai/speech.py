"""`POST /audio/speech`: https://platform.openai.com/docs/api-reference/audio/createSpeech.

The answer is bytes, or events with base64 in them, or, at a provider whose `forms` say so of the answer, JSON.
"""

from __future__ import annotations

from typing import Final

import msgspec

from ...events import Data, Delta
from ...framing.pieces import Pieces
from ...types import SpeechRequest, SpeechResponse
from ..codec import Codec, Encoded, Reading, Terms
from ..operation import Operation
from .binary import unbase64
from .downloads import download
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
        super().__init__(terms, SpeechPiece, _decode, _answer)
        self._pieces = None if terms.stream else Pieces()

    def _take_document(self, item: SpeechPiece, body: bytes | bytearray, events: list[Delta]) -> None:
        super()._take_document(item, body, events)
        if self._response is not None:
            self._add(self._response.content or b"", events)
            self._answered(self._whole(item))

    def _take_event(self, item: SpeechPiece, kind: str, record: bytes | bytearray, events: list[Delta]) -> None:
        if (audio := item.audio or item.audio_data) is not None:
            if (content := unbase64(audio)) is None:
                self._fail("protocol", "the sound is no base64", record)
                return
            self._add(content, events)
        if kind.endswith(".done"):
            self._answered(self._whole(item))

    def _add(self, content: bytes, events: list[Delta]) -> None:
        events.append(Data(content))
        if self._pieces is not None:
            self._pieces.append(content)

    def _whole(self, item: SpeechPiece) -> SpeechResponse:
        content = None if self._pieces is None else self._pieces.take()
        return SpeechResponse(content=content, usage=usage(item.usage))


def _answer(piece: SpeechPiece) -> SpeechResponse | None:
    """The answer with its sound; None where there is none."""
    content = None if piece.audio_data is None or piece.error else unbase64(piece.audio_data)
    return None if content is None else SpeechResponse(content=content)


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
    return download(terms, lambda content: SpeechResponse(content=content), explains=True)


CODEC: Final[Codec[SpeechRequest, SpeechResponse]] = Operation(_encode, _read)
