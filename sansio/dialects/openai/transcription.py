"""`POST /audio/transcriptions` and `/audio/translations`: https://platform.openai.com/docs/api-reference/audio/createTranscription.

The answer is JSON, or plain text where that is asked for, or events, whose last one says the whole text again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from ...errors import Failure
from ...events import Delta, LogprobsDelta, TextDelta
from ...types import (
    ChatResponse,
    TokenLogprob,
    TranscriptionRequest,
    TranscriptionResponse,
    TranscriptionSegment,
    TranscriptionWord,
    TranslationRequest,
)
from ..codec import Codec, Encoded, Reading, Terms
from ..operation import Operation
from .downloads import error_in
from .parameters import Parameters
from .streams import EventPiece, StreamDecoder
from .usage import UsagePiece, billed_seconds, usage

_BEYOND: Final = frozenset({"diarize"})
_TEXTS: Final = frozenset({"srt", "text", "vtt"})  # formats that are no JSON


class WordPiece(msgspec.Struct):
    """A word; xAI calls it text."""

    word: str | None = None
    text: str | None = None
    start: float | None = None
    end: float | None = None
    speaker: str | int | None = None


class SegmentPiece(msgspec.Struct):
    """A piece of the text; Mistral calls the speaker by an id."""

    text: str | None = None
    start: float | None = None
    end: float | None = None
    id: str | int | None = None
    speaker: str | int | None = None
    speaker_id: str | None = None
    seek: int | None = None
    tokens: list[int] | None = None
    temperature: float | None = None
    avg_logprob: float | None = None
    compression_ratio: float | None = None
    no_speech_prob: float | None = None


class TranscriptPiece(EventPiece):
    """An answer, or an event: a piece of the text, a segment, or the last one."""

    text: str | None = None
    delta: str | None = None
    task: str | None = None
    language: str | None = None
    languages: list[str] | None = None
    duration: float | str | None = None
    segments: list[SegmentPiece] | None = None
    words: list[WordPiece] | None = None
    logprobs: list[TokenLogprob] | None = None
    usage: UsagePiece | None = None
    # Of a segment that is an event.
    id: str | int | None = None
    start: float | None = None
    end: float | None = None
    speaker: str | int | None = None
    speaker_id: str | None = None


_decode = msgspec.json.Decoder(TranscriptPiece).decode


class TranscriptDecoder(StreamDecoder[TranscriptPiece, TranscriptionResponse]):
    """The text as it comes, and the last event's as the answer; of segments without it, theirs."""

    __slots__ = ("_has_deltas", "_segments")

    def __init__(self, terms: Terms) -> None:
        super().__init__(terms, TranscriptPiece, _decode, _answer)
        self._has_deltas = False
        self._segments: list[SegmentPiece] = []

    def _take_document(self, item: TranscriptPiece, body: bytes | bytearray, events: list[Delta]) -> None:
        super()._take_document(item, body, events)
        if self.complete and item.text:
            events.append(TextDelta(item.text))

    def _take_event(self, item: TranscriptPiece, kind: str, record: bytes | bytearray, events: list[Delta]) -> None:  # noqa: ARG002
        match kind.rpartition(".")[2]:
            case "delta":
                self._has_deltas = True
                if text := item.delta or item.text:
                    events.append(TextDelta(text))
                if item.logprobs:
                    events.append(LogprobsDelta(item.logprobs))
            case "segment":
                piece = SegmentPiece(item.text, item.start, item.end, item.id, item.speaker, item.speaker_id)
                self._segments.append(piece)
                if item.text and not self._has_deltas:  # else it is what the deltas have said
                    events.append(TextDelta(item.text))
            case "done":
                whole = msgspec.structs.replace(item, segments=item.segments or self._segments or None)
                self._answered(_response(whole, item.text or ""))
            case _:  # lifecycle
                return


class PlainDecoder:
    """Decoder and fold in one for an answer that is plain text."""

    __slots__ = ("_limit", "_text", "complete", "failure", "notes")

    def __init__(self, terms: Terms) -> None:
        self.complete = False
        self.failure: Failure | None = None
        self.notes: list[str] = []
        self._limit = terms.limits.body
        self._text = bytearray()

    def receive(self, records: Sequence[bytes]) -> list[Delta]:
        """Take the next pieces, which are cut anywhere."""
        for record in records:
            self._text += record
        if len(self._text) > self._limit:  # a stream has no other limit
            said = f"the text exceeds the limit of {self._limit} bytes"
            self.failure = Failure(kind="limit_exceeded", message=said)
        return []

    def receive_document(self, body: bytes | bytearray) -> list[Delta]:
        """Take the whole text."""
        return [*self.receive([bytes(body)]), *self.finish()]

    def finish(self) -> list[Delta]:
        """Take the end, which is all that tells that the text is whole."""
        self.failure = error_in(self._text)
        self.complete = self.failure is None
        return [TextDelta(self.response().text)] if self.complete else []

    def extend(self, events: Iterable[Delta]) -> None:
        """What they say is gathered already."""

    def response(self) -> TranscriptionResponse:
        """The text so far, as it came."""
        return TranscriptionResponse(text=self._text.decode("utf-8", "replace"))

    def partial(self) -> ChatResponse | None:
        """A part of it is no answer."""
        return None


def _answer(piece: TranscriptPiece) -> TranscriptionResponse | None:
    return None if piece.text is None or piece.error else _response(piece, piece.text)


def _response(piece: TranscriptPiece, text: str) -> TranscriptionResponse:
    return TranscriptionResponse(
        text=text,
        task=piece.task,
        language=piece.language,
        languages=piece.languages,
        duration=_seconds(piece.duration),
        segments=None if piece.segments is None else [_segment(item) for item in piece.segments],
        words=None if piece.words is None else [_word(item) for item in piece.words],
        logprobs=piece.logprobs,
        usage=usage(piece.usage),
        billed_seconds=billed_seconds(piece.usage),
    )


def _seconds(duration: float | str | None) -> float | None:
    """Seconds, which some give as text."""
    try:
        return msgspec.convert(duration, float | None, strict=False)
    except msgspec.ValidationError:
        return None


def _segment(piece: SegmentPiece) -> TranscriptionSegment:
    return TranscriptionSegment(
        text=piece.text or "",
        start=piece.start,
        end=piece.end,
        id=piece.id,
        speaker=_speaker(piece.speaker_id if piece.speaker is None else piece.speaker),
        seek=piece.seek,
        tokens=piece.tokens,
        temperature=piece.temperature,
        avg_logprob=piece.avg_logprob,
        compression_ratio=piece.compression_ratio,
        no_speech_prob=piece.no_speech_prob,
    )


def _word(piece: WordPiece) -> TranscriptionWord:
    return TranscriptionWord(piece.word or piece.text or "", piece.start, piece.end, _speaker(piece.speaker))


def _speaker(speaker: str | int | None) -> str | None:
    return None if speaker is None else str(speaker)


def _transcribe(request: TranscriptionRequest, terms: Terms) -> Encoded:
    given = Parameters(request, terms, _BEYOND)
    if request.response_format in _TEXTS:
        return given.form("/audio/transcriptions", accept="*/*")
    if terms.stream:
        given.members["stream"] = True
    return given.form("/audio/transcriptions", accept=None)


def _translate(request: TranslationRequest, terms: Terms) -> Encoded:
    accept = "*/*" if request.response_format in _TEXTS else "application/json"
    return Parameters(request, terms).form("/audio/translations", accept=accept)


def _read(request: TranscriptionRequest | TranslationRequest, terms: Terms) -> Reading[TranscriptionResponse]:
    if request.response_format in _TEXTS:
        plain = PlainDecoder(terms)
        return Reading(plain, plain, "bytes")
    decoder = TranscriptDecoder(terms)
    return Reading(decoder, decoder)


TRANSCRIBE: Final[Codec[TranscriptionRequest, TranscriptionResponse]] = Operation(_transcribe, _read)
TRANSLATE: Final[Codec[TranslationRequest, TranscriptionResponse]] = Operation(_translate, _read)
