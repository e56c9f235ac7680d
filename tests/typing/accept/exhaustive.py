"""`match` over the closed unions: a new event or action would be an error here."""

from __future__ import annotations

from typing import assert_never

from sansio import (
    AnnotationAdded,
    AudioDelta,
    ChatResponse,
    ChoiceFinished,
    Completed,
    Data,
    Event,
    Failed,
    ImageAdded,
    LogprobsDelta,
    ModerationReported,
    Opaque,
    Outcome,
    ReasoningDelta,
    RefusalDelta,
    Started,
    StateAdded,
    TextDelta,
    ToolCallDelta,
    ToolCallStarted,
    UsageReported,
)
from sansio.commands import Ask, Emit, Sleep, Wait
from sansio.wire.call import Call
from sansio.wire.verbs import Connect, Disconnect, Finished, Pull, Receive, Send, StartTls


def shown(event: Event[ChatResponse]) -> str:
    """Every event has its line."""
    match event:
        case TextDelta(text) | ReasoningDelta(text) | RefusalDelta(text):
            return text
        case ToolCallStarted(index, id_, name):
            return f"{index} {id_} {name}"
        case ToolCallDelta(index, arguments):
            return f"{index} {arguments}"
        case ChoiceFinished(reason):
            return reason
        case AudioDelta() | ImageAdded() | AnnotationAdded() | LogprobsDelta() | StateAdded() | Data() | Opaque():
            return "other output"
        case Started() | ModerationReported() | UsageReported():
            return "about the answer"
        case Completed(response):
            return response.text
        case Failed(failure):
            return failure.message
        case _:
            assert_never(event)


def ended(outcome: Outcome[ChatResponse]) -> str:
    """An exchange ends in one of two ways."""
    match outcome:
        case Completed(response):
            return response.text
        case Failed(failure, partial):
            return f"{failure.kind} after {partial.text if partial else 'nothing'}"
        case _:
            assert_never(outcome)


def performed(call: Call[Outcome[ChatResponse]]) -> str:
    """What a driver of one's own has to perform."""
    for verb in call.verbs:
        match verb:
            case Connect() | Send() | Receive() | Disconnect() | StartTls():
                return "network"
            case Pull():
                return "file"
            case Ask() | Wait() | Sleep() | Emit():
                return "local"
            case Finished(outcome):
                return ended(outcome)
            case _:
                assert_never(verb)
    return ""
