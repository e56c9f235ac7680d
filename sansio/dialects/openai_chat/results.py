"""Results of tools that hold more than text, which the API does not have: media follow in a message of the user's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

import msgspec

from ...types import AudioPart, ContentPart, FilePart, ImagePart, Message, Opaque, user
from ..losses import Losses

Medium: TypeAlias = AudioPart | FilePart | ImagePart


def with_media_apart(conversation: Sequence[Message], losses: Losses) -> Iterable[tuple[int, Message]]:
    """The messages with their places, and the media of results behind the last result of the same turn, at its place."""
    if not any(message.role == "tool" and _media(message) for message in conversation):
        return enumerate(conversation)
    return list(_apart(conversation, losses))


def _apart(conversation: Sequence[Message], losses: Losses) -> Iterator[tuple[int, Message]]:
    media: list[ContentPart] = []
    for position, message in enumerate(conversation):
        if message.role != "tool":
            if media:
                yield position - 1, user(media)
                media = []
            yield position, message
            continue
        if found := _media(message):
            losses.approximate(f"messages[{position}].content", "the API has no media in results; the user shows them")
            media += [_unmarked(part, f"messages[{position}].content[{place}]", losses) for place, part in found]
            message = _without_media(message, f"messages[{position}]", losses)  # noqa: PLW2901
        yield position, message
    if media:
        yield len(conversation) - 1, user(media)


def _media(message: Message) -> list[tuple[int, Medium]]:
    """The media of a message, with their places."""
    if isinstance(message.content, str):  # whose items are its characters
        return []
    return [(place, part) for place, part in enumerate(message.content or ()) if isinstance(part, Medium)]


def _unmarked(part: ContentPart, path: str, losses: Losses) -> ContentPart:
    """The part without a mark of the cache, which would mark another place."""
    if isinstance(part, Opaque) or part.cache_control is None:
        return part
    losses.omit(f"{path}.cache_control", "the mark would stand elsewhere than in the result")
    return msgspec.structs.replace(part, cache_control=None)


def _without_media(message: Message, path: str, losses: Losses) -> Message:
    """The result with what is left of its content; it has one, if an empty one."""
    rest = [
        _unmarked(part, f"{path}.content[{place}]", losses)
        for place, part in enumerate(message.content or ())
        if not isinstance(part, str | Medium)
    ]
    return msgspec.structs.replace(message, content=rest or "")
