"""A message of a conversation, one struct for every role, and the short ways to make one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import msgspec

from .content import Annotation, ContentPart, Extra, ReasoningPart, TextPart
from .tools import FunctionCall, ToolCall

Content: TypeAlias = str | Sequence[ContentPart] | None
OrderedPart: TypeAlias = ContentPart | ToolCall


class MessageAudio(msgspec.Struct, frozen=True, omit_defaults=True):
    """Audio that the model spoke: base64 `data`; in a request only its `id` is needed.  `expires_at` is Unix time.

    `format` is the media type of the data, where the API says it.
    """

    id: str
    data: str | None = None
    transcript: str | None = None
    expires_at: int | None = None
    format: str | None = None


def _null() -> None:
    return None


class Message(msgspec.Struct, frozen=True, omit_defaults=True):
    """One message: `role` is system, developer, user, assistant, tool, or one that only the provider knows.

    `content` is text, parts, or None; it is always encoded, null included.  `parts` is the whole message in order
    (text between tool calls, reasoning) where a dialect has ordered content: the other fields are filled from it, and
    used where it is None.
    """

    role: str
    content: Content = msgspec.field(default_factory=_null)  # a factory: omit_defaults never drops it
    name: str | None = None
    tool_call_id: str | None = None
    tool_calls: Sequence[ToolCall] | None = None
    refusal: str | None = None
    audio: MessageAudio | None = None
    annotations: Sequence[Annotation] | None = None
    reasoning_content: str | None = None
    function_call: FunctionCall | None = None
    parts: Sequence[OrderedPart] | None = None
    extra: Extra | None = None

    @property
    def text(self) -> str:
        """The text of the content, its parts joined; empty where there is none."""
        if isinstance(self.content, str):
            return self.content
        return "".join(part.text for part in self.content or () if isinstance(part, TextPart))

    @property
    def ordered(self) -> Sequence[OrderedPart]:
        """The whole message in order: `parts`, or what the other fields amount to: reasoning, content, calls."""
        if self.parts is not None:
            return self.parts
        parts: list[OrderedPart] = []
        if self.reasoning_content:
            parts.append(ReasoningPart(text=self.reasoning_content))
        if isinstance(self.content, str):
            parts.append(TextPart(text=self.content))
        else:
            parts += self.content or ()
        return [*parts, *(self.tool_calls or ())]


def system(content: str | Sequence[ContentPart]) -> Message:
    """Instructions that stand above the conversation."""
    return Message("system", content)


def developer(content: str | Sequence[ContentPart]) -> Message:
    """Instructions by the application's developer, the reasoning models' name for system."""
    return Message("developer", content)


def user(content: str | Sequence[ContentPart], *, name: str | None = None) -> Message:
    """What the user says."""
    return Message("user", content, name=name)


def assistant(content: Content = None, *, tool_calls: Sequence[ToolCall] | None = None) -> Message:
    """What the model said; `response.message` is one already."""
    return Message("assistant", content, tool_calls=tool_calls)


def tool(content: str | Sequence[ContentPart], tool_call_id: str) -> Message:
    """The result of the tool call with that id."""
    return Message("tool", content, tool_call_id=tool_call_id)
