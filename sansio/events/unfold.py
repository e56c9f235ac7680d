"""The way back from a response to events that fold to it, for a server that streams what it has whole."""

from __future__ import annotations

from collections.abc import Iterator

from ..types import (
    ChatResponse,
    Choice,
    CustomToolCall,
    FunctionToolCall,
    ImagePart,
    Message,
    Opaque,
    ReasoningPart,
    TextPart,
    ToolCall,
)
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


def unfold(response: ChatResponse) -> list[Delta]:
    """Events whose fold is *response*, each thing said in one piece; the end itself is not among them."""
    names = Started(
        response.id or None,
        response.created or None,
        response.model or None,
        response.service_tier,
        response.system_fingerprint,
    )
    events: list[Delta] = [names]
    for choice in response.choices:
        events += unfold_choice(choice)
    if response.moderation is not None:
        events.append(ModerationReported(response.moderation))
    if response.usage is not None:
        events.append(UsageReported(response.usage))
    return events


def unfold_choice(choice: Choice) -> list[Delta]:
    """The events of one choice."""
    events: list[Delta] = list(_message(choice.message, choice.index))
    if (logprobs := choice.logprobs) is not None:
        events.append(LogprobsDelta(logprobs.content, logprobs.refusal, choice.index))
    if (finished := finish_of(choice)) is not None:
        events.append(finished)
    return events


def finish_of(choice: Choice) -> ChoiceFinished | None:
    """The event that ends the choice, None where nobody said why it ended."""
    if choice.finish_reason is None:
        return None
    return ChoiceFinished(choice.finish_reason, choice.native_finish_reason, choice.index, choice.stop_sequence)


def _message(message: Message, choice: int) -> Iterator[Delta]:
    calls = 0
    for part in message.ordered:
        match part:
            case TextPart(text=text, state=state):
                yield TextDelta(text, choice)
                if state is not None:
                    yield StateAdded(state, "text", choice)
            case ReasoningPart(text=text, state=state) if text or state is not None:
                yield ReasoningDelta(text, choice)
                if state is not None:
                    yield StateAdded(state, "reasoning", choice)
            case FunctionToolCall() | CustomToolCall():
                yield from _call(part, calls, choice)
                calls += 1
            case ImagePart():
                yield ImageAdded(part, choice)
            case Opaque():
                yield part
            case _:  # what only a request holds
                continue
    if (legacy := message.function_call) is not None:
        yield ToolCallStarted(calls, "", legacy.name, "function_call", choice)
        yield ToolCallDelta(calls, legacy.arguments, choice)
    if message.refusal is not None:
        yield RefusalDelta(message.refusal, choice)
    if (audio := message.audio) is not None:
        yield AudioDelta(audio.id, audio.data, audio.transcript, audio.expires_at, choice, audio.format)
    for annotation in message.annotations or ():
        yield AnnotationAdded(annotation, choice)


def _call(call: ToolCall, index: int, choice: int) -> Iterator[Delta]:
    if isinstance(call, CustomToolCall):
        yield ToolCallStarted(index, call.id, call.name, "custom", choice, call.derived)
        yield ToolCallDelta(index, call.custom.input, choice)
    else:
        yield ToolCallStarted(index, call.id, call.name, "function", choice, call.derived)
        yield ToolCallDelta(index, call.function.arguments, choice)
    if call.state is not None:
        yield StateAdded(call.state, "call", choice, index)
