"""Results of tools that hold more than text, which the API does not have: media follow in a message of the user's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from ...types import AudioPart, ContentPart, FilePart, ImagePart, Message, user
from ..losses import Losses

_MEDIA = (AudioPart, FilePart, ImagePart)


def with_media_apart(conversation: Sequence[Message], losses: Losses) -> Sequence[Message]:
    """The conversation with the media of results behind the last result of the same turn; itself where there are none."""
    if not any(message.role == "tool" and _media(message) for message in conversation):
        return conversation
    return list(_apart(conversation, losses))


def _apart(conversation: Sequence[Message], losses: Losses) -> Iterator[Message]:
    media: list[ContentPart] = []
    for position, message in enumerate(conversation):
        if message.role != "tool":
            if media:
                yield user(media)
                media = []
            yield message
            continue
        if found := _media(message):
            losses.approximate(f"messages[{position}].content", "the API has no media in results; the user shows them")
            media += found
            message = msgspec.structs.replace(message, content=_rest(message))  # noqa: PLW2901
        yield message
    if media:
        yield user(media)


def _media(message: Message) -> list[ContentPart]:
    content = message.content
    return [] if content is None or isinstance(content, str) else [part for part in content if isinstance(part, _MEDIA)]


def _rest(message: Message) -> str | list[ContentPart]:
    """What is left of the content; a result has one, if an empty one."""
    return [
        part for part in message.content or () if not isinstance(part, str | AudioPart | FilePart | ImagePart)
    ] or ""
