"""The left fold of a chat exchange's events: the response that they amount to, and as much of it as there is so far."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec
from msgspec import Raw

from ..types import ChatResponse, Opaque, Usage
from .choice import COALESCE, ChoiceFold, TextRun
from .deltas import (
    AnnotationAdded,
    AudioDelta,
    ChoiceFinished,
    Delta,
    ImageAdded,
    LogprobsDelta,
    ModerationReported,
    ReasoningDelta,
    RefusalDelta,
    Started,
    StateAdded,
    TextDelta,
    ToolCallDelta,
    ToolCallStarted,
    UsageReported,
)

_UNNAMED: Final = Started()


class Fold:
    """Gathers events into a ChatResponse: give it every event in order, and ask for the response at any time.

    An `Opaque` belongs to the choice that spoke last, since it
    names none.  `Data` is no part of a chat answer and leaves nothing.
    """

    __slots__ = ("_choices", "_last", "_moderation", "_started", "_text", "_usage")

    def __init__(self) -> None:
        self._started = _UNNAMED
        self._choices: dict[int, ChoiceFold] = {}
        self._last = 0  # the choice that spoke last
        self._text: TextRun | None = None  # its run of text, where text is what it spoke
        self._usage: Usage | None = None
        self._moderation: Raw | None = None

    def extend(self, events: Iterable[Delta]) -> None:
        """Take many events at once; the same as `receive` for each, at a third of the cost where they are text."""
        run, last = self._text, self._last
        for event in events:
            if run is not None and isinstance(event, TextDelta) and event.choice == last:
                run.pieces.append(event.text)
            elif isinstance(event, UsageReported):  # some say it with every piece of text, whose run goes on
                self._usage = event.usage
            else:
                self.receive(event)
                run, last = self._text, self._last
        if run is not None and len(run.pieces) >= COALESCE:
            run.coalesce()

    def receive(self, event: Delta) -> None:
        """Take the next event."""
        self._text = None
        match event:
            case TextDelta(text, choice):
                self._text = run = self._choice(choice).text_run()
                run.append(text)
            case ReasoningDelta(text, choice):
                self._choice(choice).reasoning_run().append(text)
            case ToolCallDelta():
                self._choice(event.choice).call_run(event).arguments.append(event.arguments)
            case ToolCallStarted():
                self._choice(event.choice).start_call(event)
            case StateAdded():
                self._choice(event.choice).set_state(event)
            case ChoiceFinished():
                self._choice(event.choice).finished = event
            case UsageReported(usage):
                self._usage = usage
            case Started():
                self._started = _later(self._started, event)
            case RefusalDelta(text, choice):
                self._choice(choice).refuse(text)
            case AnnotationAdded(annotation, choice):
                self._choice(choice).annotate(annotation)
            case AudioDelta():
                self._choice(event.choice).speak(event)
            case ImageAdded(image, choice):
                self._choice(choice).runs.append(image)
            case LogprobsDelta():
                self._choice(event.choice).weigh(event)
            case ModerationReported(raw):
                self._moderation = raw
            case Opaque():
                self._choice(self._last).runs.append(event)
            case _:  # Data
                return

    def response(self) -> ChatResponse:
        """The response that the events so far amount to: choices by index, an id and a model that never came as empty text."""
        started = self._started
        return ChatResponse(
            id=started.id or "",
            created=started.created or 0,
            model=started.model or "",
            choices=[fold.choice(index) for index, fold in sorted(self._choices.items())],
            usage=self._usage,
            service_tier=started.service_tier,
            system_fingerprint=started.system_fingerprint,
            moderation=self._moderation,
        )

    def partial(self) -> ChatResponse | None:
        """The response so far, None where nothing but lifecycle came."""
        return self.response() if self._choices or self._usage is not None else None

    def _choice(self, index: int) -> ChoiceFold:
        self._last = index
        if (fold := self._choices.get(index)) is None:
            fold = self._choices[index] = ChoiceFold()
        return fold


def _later(started: Started, event: Started) -> Started:
    """*started* with the members that *event* gives."""
    if started is _UNNAMED:
        return event
    given = {name: value for name, value in msgspec.structs.asdict(event).items() if value is not None}
    return msgspec.structs.replace(started, **given)
