"""One choice of an answer in the making: what its events amount to, in linear time and little more memory than its text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeAlias

from ..types import (
    Annotation,
    Choice,
    CustomCall,
    CustomToolCall,
    FunctionCall,
    FunctionToolCall,
    ImagePart,
    Logprobs,
    Message,
    MessageAudio,
    Opaque,
    OrderedPart,
    ReasoningPart,
    TextPart,
    TokenLogprob,
    ToolCall,
)
from .deltas import AudioDelta, ChoiceFinished, LogprobsDelta, StateAdded, ToolCallDelta, ToolCallStarted

COALESCE: Final = (
    64  # pieces of text that are joined at once: a list of two-byte strings takes thirty times their bytes
)


class Text:
    """A text that grows by pieces, in linear time and little more memory than its own."""

    __slots__ = ("_joined", "pieces")

    def __init__(self) -> None:
        self._joined: tuple[str, ...] | list[str] = ()  # a list once there is something in it
        self.pieces: list[str] = []

    def append(self, piece: str) -> None:
        """Add a piece."""
        self.pieces.append(piece)
        if len(self.pieces) >= COALESCE:
            self.coalesce()

    def coalesce(self) -> None:
        """Join the pieces; whoever adds to `pieces` directly calls it once there are many."""
        if isinstance(self._joined, tuple):
            self._joined = []
        self._joined.append("".join(self.pieces))
        self.pieces.clear()

    def __str__(self) -> str:
        return "".join(self._joined) + "".join(self.pieces)


class TextRun(Text):
    """Text between two things of another kind, with its provider's state, which ends it."""

    __slots__ = ("state",)

    def __init__(self) -> None:
        super().__init__()
        self.state: Opaque | None = None


class ReasoningRun(Text):
    """Reasoning between two things of another kind, with its provider's state, which ends it."""

    __slots__ = ("state",)

    def __init__(self) -> None:
        super().__init__()
        self.state: Opaque | None = None


class CallRun:
    """A tool call in the making."""

    __slots__ = ("arguments", "start", "state")

    def __init__(self, start: ToolCallStarted) -> None:
        self.start = start
        self.arguments = Text()
        self.state: Opaque | None = None

    def call(self) -> ToolCall:
        """The call so far."""
        start, text = self.start, str(self.arguments)
        if start.type == "custom":
            custom = CustomCall(start.name, text)
            return CustomToolCall(id=start.id, derived=start.derived, state=self.state, custom=custom)
        function = FunctionCall(start.name, text)
        return FunctionToolCall(id=start.id, derived=start.derived, state=self.state, function=function)


Run: TypeAlias = TextRun | ReasoningRun | CallRun | ImagePart | Opaque


class ChoiceFold:
    """What came of one choice: runs in the order of their arrival, and what has no place in that order."""

    __slots__ = ("annotations", "audio", "calls", "finished", "legacy_call", "logprobs", "refusal", "runs")

    def __init__(self) -> None:
        self.runs: list[Run] = []
        # What most answers lack is None until it comes: a thousand streams may wait at once.
        self.calls: dict[int, CallRun] | None = None
        self.legacy_call: CallRun | None = None  # the deprecated `function_call`
        self.refusal: Text | None = None
        self.audio: AudioFold | None = None
        self.annotations: list[Annotation] | None = None
        self.logprobs: LogprobsFold | None = None
        self.finished: ChoiceFinished | None = None

    def text_run(self) -> TextRun:
        """The run that text now belongs to."""
        if self.runs and isinstance(run := self.runs[-1], TextRun) and run.state is None:
            return run
        self.runs.append(run := TextRun())
        return run

    def reasoning_run(self) -> ReasoningRun:
        """The run that reasoning now belongs to."""
        if self.runs and isinstance(run := self.runs[-1], ReasoningRun) and run.state is None:
            return run
        self.runs.append(run := ReasoningRun())
        return run

    def set_state(self, event: StateAdded) -> None:
        """Give the last part of a kind its state."""
        if event.part == "call":
            self.call_run(ToolCallDelta(event.call, "", event.choice)).state = event.state
            return
        kind = TextRun if event.part == "text" else ReasoningRun
        run = next((run for run in reversed(self.runs) if isinstance(run, kind)), None)
        if run is None or run.state is not None:
            self.runs.append(run := kind())
        run.state = event.state

    def refuse(self, text: str) -> None:
        """Add a piece of the refusal."""
        self.refusal = self.refusal or Text()
        self.refusal.append(text)

    def weigh(self, event: LogprobsDelta) -> None:
        """Add log probabilities."""
        self.logprobs = self.logprobs or LogprobsFold()
        self.logprobs.receive(event)

    def speak(self, event: AudioDelta) -> None:
        """Add a piece of spoken audio."""
        self.audio = self.audio or AudioFold()
        self.audio.receive(event)

    def annotate(self, annotation: Annotation) -> None:
        """Add an annotation."""
        self.annotations = self.annotations or []
        self.annotations.append(annotation)

    def start_call(self, event: ToolCallStarted) -> None:
        """Begin a call, or give one that has begun its name and id."""
        calls = self.calls = self.calls or {}
        if (run := calls.get(event.index)) is not None:
            run.start = event
            return
        run = calls[event.index] = CallRun(event)
        if event.type == "function_call":
            self.legacy_call = run
        else:
            self.runs.append(run)

    def call_run(self, event: ToolCallDelta) -> CallRun:
        """The call that these arguments belong to; one that never began has an id by its position."""
        if self.calls is not None and (run := self.calls.get(event.index)) is not None:
            return run
        id_ = f"call_{event.choice}_{event.index}"
        self.start_call(ToolCallStarted(event.index, id_, "", choice=event.choice, derived=True))
        return self.call_run(event)

    def choice(self, index: int) -> Choice:
        """The choice so far."""
        finished = self.finished
        return Choice(
            index=index,
            message=self.message(),
            finish_reason=finished.reason if finished else None,
            logprobs=self.logprobs.logprobs() if self.logprobs else None,
            native_finish_reason=finished.native_reason if finished else None,
            stop_sequence=finished.stop_sequence if finished else None,
        )

    def message(self) -> Message:
        """The message so far."""
        text = "".join([str(run) for run in self.runs if isinstance(run, TextRun)])
        calls = [run.call() for run in self.runs if isinstance(run, CallRun)]
        refusal = str(self.refusal or "") or None
        legacy = self.legacy_call
        # The API wants content unless something else stands in its place, so an empty answer is "" and not null.
        replaced = bool(calls or refusal or self.audio or legacy)
        return Message(
            "assistant",
            text or (None if replaced else ""),
            tool_calls=calls or None,
            refusal=refusal,
            audio=self.audio.audio() if self.audio else None,
            annotations=self.annotations,
            reasoning_content="".join([str(run) for run in self.runs if isinstance(run, ReasoningRun)]) or None,
            function_call=FunctionCall(legacy.start.name, str(legacy.arguments)) if legacy else None,
            parts=None if self.is_usual() else self.parts(),
        )

    def is_usual(self) -> bool:
        """Whether the order is reasoning, text, calls, so that the message's other fields say everything."""
        before = 0
        for run in self.runs:
            if isinstance(run, CallRun):  # which keeps its state itself
                place = 2
            elif isinstance(run, TextRun):
                place = 1 if run.state is None else -1
            elif isinstance(run, ReasoningRun):
                place = 0 if run.state is None else -1
            else:
                place = -1
            if place < before:
                return False
            before = place
        return True

    def parts(self) -> Sequence[OrderedPart]:
        """The whole message in the order of its arrival."""
        return [_part(run) for run in self.runs]


def _part(run: Run) -> OrderedPart:
    if isinstance(run, TextRun):
        return TextPart(text=str(run), state=run.state)
    if isinstance(run, ReasoningRun):
        return ReasoningPart(text=str(run), state=run.state)
    return run.call() if isinstance(run, CallRun) else run


class AudioFold:
    """Spoken audio in the making."""

    __slots__ = ("_data", "_expires_at", "_format", "_id", "_transcript")

    def __init__(self) -> None:
        self._id = ""
        self._data = Text()
        self._transcript = Text()
        self._expires_at: int | None = None
        self._format: str | None = None

    def receive(self, event: AudioDelta) -> None:
        """Take the next piece."""
        self._id = event.id or self._id
        self._data.append(event.data or "")
        self._transcript.append(event.transcript or "")
        self._expires_at = event.expires_at if event.expires_at is not None else self._expires_at
        self._format = event.format or self._format

    def audio(self) -> MessageAudio:
        """The audio so far."""
        return MessageAudio(
            self._id, str(self._data) or None, str(self._transcript) or None, self._expires_at, self._format
        )


class LogprobsFold:
    """Log probabilities so far; a list that never came stays None."""

    __slots__ = ("_content", "_refusal")

    def __init__(self) -> None:
        self._content: list[TokenLogprob] = []
        self._refusal: list[TokenLogprob] = []

    def receive(self, event: LogprobsDelta) -> None:
        """Take those of the next tokens."""
        self._content += event.content or ()
        self._refusal += event.refusal or ()

    def logprobs(self) -> Logprobs:
        """All of them so far."""
        return Logprobs(self._content or None, self._refusal or None)
