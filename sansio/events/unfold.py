"""The way back from a response to events that fold to it, for a server that streams what it has whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..types import (
    ChatResponse,
    Choice,
    CustomToolCall,
    FunctionToolCall,
    Message,
    Opaque,
    OrderedPart,
    ReasoningPart,
    TextPart,
    ToolCall,
)
from .deltas import (
    AnnotationAdded,
    AudioDelta,
    ChoiceFinished,
    Delta,
    LogprobsDelta,
    ModerationReported,
    ReasoningDelta,
    RefusalDelta,
    Started,
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
    if choice.finish_reason is not None:
        events.append(ChoiceFinished(choice.finish_reason, choice.native_finish_reason, choice.index))
    return events


def _message(message: Message, choice: int) -> Iterator[Delta]:
    calls = 0
    for part in _in_order(message) if message.parts is None else message.parts:
        match part:
            case TextPart(text=text):
                yield TextDelta(text, choice)
            case ReasoningPart(text=text) if text:
                yield ReasoningDelta(text, choice)
            case FunctionToolCall() | CustomToolCall():
                yield from _call(part, calls, choice)
                calls += 1
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
        yield AudioDelta(audio.id, audio.data, audio.transcript, audio.expires_at, choice)
    for annotation in message.annotations or ():
        yield AnnotationAdded(annotation, choice)


def _in_order(message: Message) -> Sequence[OrderedPart]:
    """The parts of a message that has none: the usual order says everything."""
    parts: list[OrderedPart] = []
    if message.reasoning_content:
        parts.append(ReasoningPart(text=message.reasoning_content))
    if isinstance(message.content, str):
        parts.append(TextPart(text=message.content))
    else:
        parts += message.content or ()
    return [*parts, *(message.tool_calls or ())]


def _call(call: ToolCall, index: int, choice: int) -> Iterator[Delta]:
    if isinstance(call, CustomToolCall):
        yield ToolCallStarted(index, call.id, call.name, "custom", choice, call.derived)
        yield ToolCallDelta(index, call.custom.input, choice)
    else:
        yield ToolCallStarted(index, call.id, call.name, "function", choice, call.derived)
        yield ToolCallDelta(index, call.function.arguments, choice)
