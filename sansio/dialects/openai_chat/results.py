"""Results of tools that hold more than text, which the API does not have: media follow in a message of the user's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from ...types import AudioPart, ContentPart, FilePart, ImagePart, Message, user
from ..losses import Losses

_MEDIA = (AudioPart, FilePart, ImagePart)


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
            media += found
            message = msgspec.structs.replace(message, content=_rest(message))  # noqa: PLW2901
        yield position, message
    if media:
        yield len(conversation) - 1, user(media)


def _media(message: Message) -> list[ContentPart]:
    content = message.content
    return [] if content is None or isinstance(content, str) else [part for part in content if isinstance(part, _MEDIA)]


def _rest(message: Message) -> str | list[ContentPart]:
    """What is left of the content; a result has one, if an empty one."""
    return [
        part for part in message.content or () if not isinstance(part, str | AudioPart | FilePart | ImagePart)
    ] or ""
