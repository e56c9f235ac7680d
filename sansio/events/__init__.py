"""The events of an exchange, and their fold into a response."""

from __future__ import annotations

from .deltas import (
    AnnotationAdded,
    AudioDelta,
    ChoiceFinished,
    Completed,
    Data,
    Delta,
    Event,
    Failed,
    ImageAdded,
    LogprobsDelta,
    ModerationReported,
    Outcome,
    Output,
    ReasoningDelta,
    RefusalDelta,
    Started,
    StateAdded,
    TextDelta,
    ToolCallDelta,
    ToolCallStarted,
    UsageReported,
)
from .fold import Fold
from .unfold import finish_of, unfold, unfold_choice

__all__ = [
    "AnnotationAdded",
    "AudioDelta",
    "ChoiceFinished",
    "Completed",
    "Data",
    "Delta",
    "Event",
    "Failed",
    "Fold",
    "ImageAdded",
    "LogprobsDelta",
    "ModerationReported",
    "Outcome",
    "Output",
    "ReasoningDelta",
    "RefusalDelta",
    "Started",
    "StateAdded",
    "TextDelta",
    "ToolCallDelta",
    "ToolCallStarted",
    "UsageReported",
    "finish_of",
    "unfold",
    "unfold_choice",
]
