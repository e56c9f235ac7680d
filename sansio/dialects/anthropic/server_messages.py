"""The server's way in, message by message: turns of the API to the messages that they stand for.

A user's turn with results of tools is several messages, the results first; an assistant's turn is one, in order.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Raw

from ...types import (
    CustomToolCall,
    FunctionToolCall,
    Message,
    OrderedPart,
    ReasoningPart,
    TextPart,
)
from .fields import Fields, Misfit
from .server_blocks import assistant_parts, type_of, user_parts


def read_messages(items: Sequence[Raw], path: str) -> list[Message]:
    """The messages of the conversation."""
    return [message for n, raw in enumerate(items) for message in _turn(Fields(raw, f"{path}.{n}"))]


def read_system(content: str | list[Raw]) -> Message:
    """The instructions above the conversation."""
    return Message("system", content if isinstance(content, str) else user_parts(content, "system"))


def _turn(fields: Fields) -> list[Message]:
    role = fields.need("role", str)
    path = fields.path("content")
    if (content := fields.take_content("content")) is None:
        raise Misfit(path, "Field required")
    if isinstance(content, str):
        return [Message(role, content, extra=fields.extra)]
    if role == "assistant":
        return [_answer(assistant_parts(content, path), fields)]
    return _user(role, content, fields)


def _user(role: str, content: list[Raw], fields: Fields) -> list[Message]:
    messages: list[Message] = []
    rest: list[Raw] = []
    for position, raw in enumerate(content):
        place = f"{fields.path('content')}.{position}"
        if type_of(raw, place) == "tool_result":
            messages.append(_result(Fields(raw, place)))
        else:
            rest.append(raw)
    extra = fields.extra
    if rest or extra or not messages:
        messages.append(Message(role, user_parts(rest, fields.path("content")), extra=extra))
    return messages


def _result(fields: Fields) -> Message:
    fields.take("type", str)
    call_id = fields.need("tool_use_id", str)
    content = fields.take_content("content")
    held = user_parts(content, fields.path("content")) if isinstance(content, list) else content or ""
    return Message("tool", held, tool_call_id=call_id, extra=fields.extra)


def _answer(parts: list[OrderedPart], fields: Fields) -> Message:
    """An assistant's message; its `parts` are given where its other fields do not say the whole order."""
    texts = [part for part in parts if isinstance(part, TextPart)]
    calls = [part for part in parts if isinstance(part, FunctionToolCall | CustomToolCall)]
    thoughts = [part for part in parts if isinstance(part, ReasoningPart)]
    plain = len(thoughts) < 2 and all(part == ReasoningPart(text=part.text) and part.text for part in thoughts)
    usual = plain and [*thoughts, *texts, *calls] == parts
    return Message(
        "assistant",
        _joined(texts) if usual else ("".join(part.text for part in texts) or None),
        tool_calls=calls or None,
        reasoning_content="".join(part.text for part in thoughts) or None,
        parts=None if usual else parts,
        extra=fields.extra,
    )


def _joined(texts: list[TextPart]) -> str | list[TextPart] | None:
    """One plain text as text, others as parts."""
    if len(texts) == 1 and texts[0] == TextPart(text=texts[0].text):
        return texts[0].text
    return texts or None
