"""The parts of a message in their order, each with the path by which a loss names it."""

from __future__ import annotations

from collections.abc import Iterator

from ..types import Message, OrderedPart, ReasoningPart, TextPart


def named_parts(message: Message, path: str) -> Iterator[tuple[str, OrderedPart]]:
    """What `message.ordered` holds, under the names of the fields that it stands in; *path* is the message's own."""
    if message.parts is not None:
        for place, part in enumerate(message.parts):
            yield f"{path}.parts[{place}]", part
        return
    if message.reasoning_content:
        yield f"{path}.reasoning_content", ReasoningPart(text=message.reasoning_content)
    if isinstance(message.content, str):
        yield f"{path}.content", TextPart(text=message.content)
    else:
        for place, part in enumerate(message.content or ()):
            yield f"{path}.content[{place}]", part
    for place, call in enumerate(message.tool_calls or ()):
        yield f"{path}.tool_calls[{place}]", call
