"""A request from one dialect to another: what differs on the other side is accounted for by a loss."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import UNSET

from sansio.dialects.narrowing import narrowed
from sansio.dialects.parameters import DEFAULTS
from sansio.errors import LocalProtocolError, UnsupportedParameterError
from sansio.exchange import Exchange
from sansio.types import (
    AudioPart,
    ChatRequest,
    CustomToolCall,
    FilePart,
    FunctionTool,
    FunctionToolCall,
    ImagePart,
    JsonSchemaFormat,
    Loss,
    Message,
    Opaque,
    OrderedPart,
    Part,
    ReasoningPart,
    RefusalPart,
    TextPart,
    Tool,
)
from tests.properties.crossing import DOUBLES, PAIRS, heard, requests, sent


class Fact(NamedTuple):
    """One thing that a request says: of what kind, the thing, and the paths by which a loss may name it."""

    kind: str
    said: object
    paths: tuple[str, ...]

    def is_covered(self, losses: Sequence[Loss]) -> bool:
        """Whether a loss names it, a part of it, or what it is a part of."""
        return any(_within(path, loss.path) or _within(loss.path, path) for path in self.paths for loss in losses)


def _within(path: str, whole: str) -> bool:
    return path == whole or path.startswith((f"{whole}.", f"{whole}["))


# -- what a request says ------------------------------------------------------------------------------------------
#
# What is not said here differs between APIs without a difference in meaning: how messages of one speaker are cut into
# messages and parts, ids of calls, the spelling of JSON, names of schemas, tools that the choice rules out.

# Roles that are one to most APIs.
_SPEAKERS: Final = {"developer": "system", "model": "assistant"}


def facts(request: ChatRequest) -> list[Fact]:
    """All that a request says."""
    return [*_conversation(request), *_tools(request), *_parameters(request)]


def _conversation(request: ChatRequest) -> Iterator[Fact]:
    places: dict[str | None, int] = {}
    for position, message in enumerate(request.conversation):
        path = f"messages[{position}]"
        speaker = _SPEAKERS.get(message.role, message.role)
        if message.role == "tool":
            speaker = f"result {places.get(message.tool_call_id)}"
        elif message.name is not None:
            yield Fact("name", message.name, (f"{path}.name", path))
        if speaker == "system" and any(_SPEAKERS.get(m.role) != "system" != m.role for m in request.conversation[:position]):
            yield Fact("place", message.text, (path,))
        for paths, part in _named(message):
            if isinstance(part, FunctionToolCall | CustomToolCall):
                places[part.id] = len(places)
            yield from _part(speaker, part, _member((path,), *paths))


def _named(message: Message) -> Iterator[tuple[list[str], OrderedPart]]:
    """The parts in their order, with the names that they go by."""
    calls = 0
    for place, part in enumerate(message.ordered):
        if isinstance(part, FunctionToolCall | CustomToolCall):
            yield [f"parts[{place}]", f"tool_calls[{calls}]"], part
            calls += 1
        elif isinstance(part, ReasoningPart):
            yield [f"parts[{place}]", f"content[{place}]", "reasoning_content"], part
        else:
            yield [f"parts[{place}]", f"content[{place}]", "content"], part
    if message.refusal is not None:
        yield ["refusal"], RefusalPart(refusal=message.refusal)


def _part(speaker: str, part: OrderedPart, paths: tuple[str, ...]) -> Iterator[Fact]:
    for kind, said, *member in _of_part(speaker, part):
        if said is not None:
            yield Fact(kind, said, _member(paths, *member) if member else paths)


def _of_part(speaker: str, part: OrderedPart) -> Iterator[tuple[str, object] | tuple[str, object, str]]:
    if isinstance(part, Part):
        yield "mark", part.cache_control, "cache_control"
    if isinstance(part, TextPart | ReasoningPart | FunctionToolCall):
        yield "state", part.state, "state"
    match part:
        case TextPart(text=text):
            yield speaker, text or None
        case ReasoningPart(text=text):
            yield f"{speaker} thinks", text or None
        case ImagePart(image_url=image):
            yield speaker, image
            yield "detail", image.detail, "image_url.detail"
        case FilePart(file=file):
            yield speaker, (file.file_id, file.file_url, file.file_data)
            yield "filename", file.filename, "file.filename"
        case AudioPart(input_audio=audio):
            yield speaker, audio
        case RefusalPart(refusal=refusal):
            yield speaker, refusal
            yield "refusal", refusal
        case FunctionToolCall(function=call):
            yield speaker, (call.name, msgspec.json.decode(call.arguments))
        case CustomToolCall(custom=custom):
            yield speaker, (custom.name, {"input": custom.input})
            yield "custom", custom
        case Opaque():
            yield speaker, part


def _member(paths: tuple[str, ...], *names: str) -> tuple[str, ...]:
    return tuple(f"{path}.{name}" for path in paths for name in names)
