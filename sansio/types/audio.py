"""Speech from text, and text from speech: https://platform.openai.com/docs/api-reference/audio."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

import msgspec

from .chat import VoiceId
from .content import Extra
from .files import Download, Upload
from .request import Request, Response
from .response import TokenLogprob
from .usage import Usage


class SpeechRequest(Request["SpeechResponse"], frozen=True, kw_only=True, omit_defaults=True):
    """`input` spoken by `voice`, a name or an id.

    `response_format` is mp3, opus, aac, flac, wav or pcm, `speed` 0.25 to 4.  `stream_format` is audio or sse: the bytes
    arrive as `Data` events in either case, and sse adds the usage.  `extra` holds further top-level fields.
    """

    operation: ClassVar[str] = "speech"

    model: str
    input: str
    voice: str | VoiceId
    instructions: str | None = None
    response_format: str | None = None
    speed: float | None = None
    stream_format: str | None = None
    extra: Extra | None = None


class SpeechResponse(Download, frozen=True, omit_defaults=True):
    """The sound."""

    usage: Usage | None = None


class TranscriptionRequest(Request["TranscriptionResponse"], frozen=True, kw_only=True, omit_defaults=True):
    """What is said in `file`, whose name has an ending that tells its kind.

    `response_format` is json, text, srt, verbose_json, vtt or diarized_json, `timestamp_granularities` word and segment, for
    verbose_json.  A stream gives `TextDelta` events, where the model can.  `extra` holds further fields of the form.
    """

    operation: ClassVar[str] = "transcription"

    model: str
    file: Upload
    language: str | None = None
    prompt: str | None = None
    response_format: str | None = None
    temperature: float | None = None
    timestamp_granularities: Sequence[str] | None = None
    include: Sequence[str] | None = None
    chunking_strategy: str | Mapping[str, object] | None = None
    known_speaker_names: Sequence[str] | None = None
    known_speaker_references: Sequence[str] | None = None
    languages: Sequence[str] | None = None
    keywords: Sequence[str] | None = None
    diarize: bool | None = None
    extra: Extra | None = None


class TranslationRequest(Request["TranscriptionResponse"], frozen=True, kw_only=True, omit_defaults=True):
    """What is said in `file`, in English; otherwise as TranscriptionRequest."""

    operation: ClassVar[str] = "translation"

    model: str
    file: Upload
    prompt: str | None = None
    response_format: str | None = None
    temperature: float | None = None
    extra: Extra | None = None


class TranscriptionWord(msgspec.Struct, frozen=True, omit_defaults=True):
    """A word, from `start` to `end` in seconds."""

    word: str
    start: float | None = None
    end: float | None = None
    speaker: str | None = None


class TranscriptionSegment(msgspec.Struct, frozen=True, omit_defaults=True):
    """A piece of the text, from `start` to `end` in seconds; `speaker` where they are told apart."""

    text: str
    start: float | None = None
    end: float | None = None
    id: str | int | None = None
    speaker: str | None = None
    seek: int | None = None
    tokens: Sequence[int] | None = None
    temperature: float | None = None
    avg_logprob: float | None = None
    compression_ratio: float | None = None
    no_speech_prob: float | None = None


class TranscriptionResponse(Response, frozen=True, omit_defaults=True):
    """The text; of the formats text, srt and vtt it is all that there is, as it came.

    `duration` is the sound's length in seconds; `usage` is in tokens, or else the call was billed by `billed_seconds`.
    """

    text: str
    task: str | None = None
    language: str | None = None
    languages: Sequence[str] | None = None
    duration: float | None = None
    segments: Sequence[TranscriptionSegment] | None = None
    words: Sequence[TranscriptionWord] | None = None
    logprobs: Sequence[TokenLogprob] | None = None
    usage: Usage | None = None
    billed_seconds: float | None = None
