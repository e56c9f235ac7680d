"""A request from one dialect to another: what differs on the other side is accounted for by a loss."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import Final, TypeAlias

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sansio.errors import LocalProtocolError, UnsupportedParameterError
from sansio.exchange import Exchange
from sansio.types import (
    ChatRequest,
    CustomToolCall,
    FunctionToolCall,
    Loss,
    Message,
    OrderedPart,
    TextPart,
    user,
)
from tests.properties.crossing import DOUBLES, PAIRS, heard, requests, sent
from tests.properties.facts import STREAMS, Fact, Said, facts

Losses: TypeAlias = Sequence[Loss]

# -- how dialects arrange what is said ------------------------------------------------------------------------------


def _calls_last(messages: Sequence[Message], losses: Losses) -> list[Message]:
    """Calls stand behind the content; where they did not, a loss says so."""
    moved = {loss.path for loss in losses if loss.action == "approximated"}
    return [
        msgspec.structs.replace(message, parts=sorted(message.parts, key=_is_call))
        if message.parts is not None and f"messages[{position}].parts" in moved
        else message
        for position, message in enumerate(messages)
    ]


def _is_call(part: OrderedPart) -> bool:
    return isinstance(part, FunctionToolCall | CustomToolCall)


def _is_media(part: OrderedPart) -> bool:
    return not isinstance(part, TextPart) and not _is_call(part)


def _texts_first(messages: Sequence[Message], _losses: Losses) -> list[Message]:
    """The texts of a result are its output, and its media stand beside it."""
    return [_sorted(message) if message.role == "tool" else message for message in messages]


def _one_text(messages: Sequence[Message], losses: Losses) -> list[Message]:
    """All texts of a message are one, and its images stand beside it."""
    return [_sorted(message) if message.role != "assistant" else message for message in _calls_last(messages, losses)]


def _sorted(message: Message) -> Message:
    content = message.content
    if content is None or isinstance(content, str):
        return message
    return msgspec.structs.replace(message, content=sorted(content, key=_is_media))


def _shown_by_the_user(messages: Sequence[Message], losses: Losses) -> list[Message]:
    """The media of results are shown by the user behind them; a loss says so."""
    arranged: list[Message] = []
    for is_result, run in groupby(_calls_last(messages, losses), key=lambda message: message.role == "tool"):
        said = list(run)
        if is_result:
            media = [part for message in said for part in message.ordered if _is_media(part)]
            said = [_without_media(message) for message in said] + [user(media)]
        arranged += said
    return arranged
