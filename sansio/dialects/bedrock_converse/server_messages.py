"""The conversation of a Converse request as messages: results of tools are messages of their own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeAlias

import msgspec
from msgspec import Raw

from ...types import (
    Annotation,
    ContentPart,
    CustomToolCall,
    Extra,
    FunctionToolCall,
    Message,
    OrderedPart,
    Part,
    ReasoningPart,
    TextPart,
)
from .citations import annotation
from .reader import TEXT, Reader
from .server_content import cache_mark, parts_of

Blocks: TypeAlias = Sequence[tuple[Raw, str]]

_USUAL_ORDER: Final[dict[type, int]] = {ReasoningPart: 0, TextPart: 1, FunctionToolCall: 2}


def instructions(blocks: Blocks) -> list[Message]:
    """The `system` as one message, none where there is nothing in it."""
    return [Message("system", _content(parts_of(blocks)))] if blocks else []


def messages_of(raw: Raw, path: str) -> list[Message]:
    """The messages that one of Converse's is: a user's may hold results of tools before, behind and between its own words."""
    message = Reader(raw, path)
    role, blocks = message.need("role", TEXT), message.list("content")
    if role == "assistant":
        return [_answer(blocks, message.rest())]
    return _turn(role, blocks, message.rest())


def _turn(role: str, blocks: Blocks, extra: Extra | None) -> list[Message]:
    messages: list[Message] = []
    own: list[tuple[Raw, str]] = []  # what stands between two results

    def say() -> None:
        if own:
            messages.append(Message(role, _content(parts_of(own))))
            own.clear()

    for raw, path in blocks:
        if (result := _result(raw, path)) is not None:
            say()
            messages.append(result)
        elif not own and messages and (marked := _marked(messages[-1], raw)) is not None:
            messages[-1] = marked
        else:
            own.append((raw, path))
    say()
    if extra is None and messages:
        return messages
    place = next((n for n, message in enumerate(messages) if message.role != "tool"), None)
    if place is None:
        return [*messages, Message(role, "", extra=extra)]
    messages[place] = msgspec.structs.replace(messages[place], extra=extra)
    return messages


def _result(raw: Raw, path: str) -> Message | None:
    """The message that the result of a tool is; None for any other block."""
    block = Reader(raw, path)
    if block.left.keys() != {"toolResult"}:
        return None
    result = block.object("toolResult")
    id_ = result.need("toolUseId", TEXT)
    content = _content(parts_of(result.list("content")))
    return Message("tool", content, tool_call_id=id_, extra=result.rest())


def _marked(message: Message, raw: Raw) -> Message | None:
    """The result with the mark of the cache that stands behind it; None where the block is none, or there is no place for it."""
    mark, parts = cache_mark(raw), message.content
    if mark is None or message.role != "tool":
        return None
    parts = [TextPart(text=parts)] if isinstance(parts, str) and parts else parts
    if not isinstance(parts, list) or not isinstance(last := parts[-1], Part) or last.cache_control is not None:
        return None
    return msgspec.structs.replace(message, content=[*parts[:-1], msgspec.structs.replace(last, cache_control=mark)])


def _answer(blocks: Blocks, extra: Extra | None) -> Message:
    """A message of the model's; what it cites is annotations, which no API takes back."""
    annotations: list[Annotation] = []
    parts = parts_of([block for raw, path in blocks for block in _uncited(raw, path, annotations)])
    texts = [part for part in parts if isinstance(part, TextPart)]
    thoughts = [part for part in parts if isinstance(part, ReasoningPart)]
    calls = [part for part in parts if isinstance(part, FunctionToolCall)]
    usual = _is_usual(parts)
    content = _content(texts) if usual else "".join(text.text for text in texts)
    return Message(
        "assistant",
        content or None,
        tool_calls=calls or None,
        annotations=annotations or None,
        reasoning_content="".join(thought.text for thought in thoughts) or None,
        parts=None if usual else parts,
        extra=extra,
    )


def _is_usual(parts: Sequence[OrderedPart]) -> bool:
    """Whether the other fields of a message say all that *parts* do."""
    ranks = [_USUAL_ORDER.get(type(part), -1) for part in parts]
    plain = [part == ReasoningPart(text=part.text) for part in parts if isinstance(part, ReasoningPart)]
    return -1 not in ranks and ranks == sorted(ranks) and all(plain) and len(plain) < 2


def _uncited(raw: Raw, path: str, annotations: list[Annotation]) -> list[tuple[Raw, str]]:
    """The block, or in place of one with citations its text; these become annotations."""
    block = Reader(raw, path)
    if block.left.keys() != {"citationsContent"}:
        return [(raw, path)]
    cited = block.object("citationsContent")
    annotations += [annotation(Reader(item, where).left) for item, where in cited.list("citations")]
    return cited.list("content")


def _content(parts: Sequence[OrderedPart]) -> str | list[ContentPart]:
    """The content that *parts* are: text, where they are nothing else."""
    if not parts:
        return ""
    first = parts[0]
    if len(parts) == 1 and isinstance(first, TextPart) and first == TextPart(text=first.text):
        return first.text
    return [part for part in parts if not isinstance(part, FunctionToolCall | CustomToolCall)]
