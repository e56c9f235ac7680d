"""A request as the list of what it says, so that requests in different words can be compared.

What is not in the list differs between APIs without a difference in meaning: how what one speaker says is cut into messages
and parts, the ids of calls, whether a file's place is an id or a URL, the spelling of JSON, names of schemas, tools that the choice rules out, parameters of tools
without tools, and values that change nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import msgspec
from msgspec import UNSET

from sansio.dialects.narrowing import narrowed
from sansio.dialects.parameters import DEFAULTS
from sansio.types import (
    AudioPart,
    ChatRequest,
    CustomTool,
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
    TextFormat,
    TextPart,
    Thinking,
    Tool,
)

STREAMS: Final = ("instructions", "said", "thought")
"""Kinds of which the order counts; a fact of theirs says a `Said`."""

# Roles and parameters that are one to most APIs.
_SPEAKERS: Final = {"developer": "system", "model": "assistant"}
_ONE: Final = {"max_completion_tokens": "max_tokens", "safety_identifier": "user"}
_REASONING: Final = ("reasoning_effort", "thinking")
_FOR_TOOLS: Final = frozenset({"tools", "tool_choice", "parallel_tool_calls"})
_APART: Final = {"model", "messages", "stream", "stream_options", "schema_as_tool", *_FOR_TOOLS, *_REASONING}
_NO_PARAMETERS: Final = {"type": "object", "properties": {}}


class Said(NamedTuple):
    """What somebody says: a text, or another thing."""

    speaker: str
    thing: object


class Call(NamedTuple):
    """A call of a tool, which is known by its place."""

    name: str
    arguments: object


class File(NamedTuple):
    """A file: its data, or where it is."""

    place: str | None


class Fact(NamedTuple):
    """One thing that a request says: of what kind, what, and the paths by which a loss may name it."""

    kind: str
    said: object
    paths: tuple[str, ...]

    def is_covered(self, losses: Sequence[Loss]) -> bool:
        """Whether a loss names it, a part of it, or what it is a part of."""
        return any(_within(path, loss.path) or _within(loss.path, path) for path in self.paths for loss in losses)


def _within(path: str, whole: str) -> bool:
    return path == whole or path.startswith((f"{whole}.", f"{whole}["))


def facts(request: ChatRequest) -> list[Fact]:
    """All that a request says."""
    return [*_conversation(request.conversation), *_tools(request), *_reasoning(request), *_parameters(request)]


# -- messages -----------------------------------------------------------------------------------------------------


def _conversation(conversation: Sequence[Message]) -> Iterator[Fact]:
    places: dict[str | None, int] = {}  # of the calls: some APIs have ids of their own
    begun = False
    for position, message in enumerate(conversation):
        path = f"messages[{position}]"
        speaker = _SPEAKERS.get(message.role, message.role)
        if message.role == "tool":
            speaker = f"result {places.get(message.tool_call_id)}"
        elif message.name is not None:
            yield Fact("name", message.name, (f"{path}.name", path))
        if speaker == "system" and begun and message.text:
            yield Fact("place", message.text, (path,))
        begun = begun or speaker != "system"
        for names, part in _named(message):
            if isinstance(part, FunctionToolCall | CustomToolCall):
                places[part.id] = len(places)
            yield from _facts_of(speaker, part, tuple(f"{path}.{name}" for name in names))


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


def _facts_of(speaker: str, part: OrderedPart, paths: tuple[str, ...]) -> Iterator[Fact]:
    kind = "thought" if isinstance(part, ReasoningPart) else "instructions" if speaker == "system" else "said"
    if (thing := _thing(part)) != "":
        yield Fact(kind, Said(speaker, thing), paths)
    for name, value in _members(part):
        if value is not None:
            yield Fact(name.rpartition(".")[2], value, tuple(f"{path}.{name}" for path in paths))


def _thing(part: OrderedPart) -> object:
    match part:
        case TextPart(text=text) | ReasoningPart(text=text) | RefusalPart(refusal=text):
            return text
        case ImagePart(image_url=image):
            return image.url
        case FilePart(file=file):
            return File(file.file_data or file.file_url or file.file_id)
        case FunctionToolCall(function=call):
            return Call(call.name, msgspec.json.decode(call.arguments))
        case CustomToolCall(custom=custom):
            return Call(custom.name, {"input": custom.input})
        case _:
            return part


def _members(part: OrderedPart) -> Iterator[tuple[str, object]]:
    """What stands beside the thing, by its path in the part."""
    if isinstance(part, Part):
        yield "cache_control", part.cache_control
    match part:
        case TextPart(state=state) | ReasoningPart(state=state) | FunctionToolCall(state=state):
            yield "state", state
        case ImagePart(image_url=image):
            yield "image_url.detail", image.detail
        case FilePart(file=file):
            yield "file.filename", file.filename
        case RefusalPart() | CustomToolCall():
            yield "type", type(part)
        case _:
            return


# -- parameters ---------------------------------------------------------------------------------------------------


def _tools(request: ChatRequest) -> Iterator[Fact]:
    if not request.tools:
        return
    left, mode = narrowed(request.tools, request.tool_choice)
    if mode == "none":
        return
    if mode != "auto":
        yield Fact("tool_choice", mode, ("tool_choice",))
    if request.parallel_tool_calls is False:
        yield Fact("parallel_tool_calls", "no", ("parallel_tool_calls",))
    for tool in left:
        yield from _tool(tool, f"tools[{list(request.tools).index(tool)}]")


def _tool(tool: Tool, path: str) -> Iterator[Fact]:
    match tool:
        case FunctionTool(function=function, cache_control=mark):
            yield Fact("tool", (function.name, function.description, function.parameters or _NO_PARAMETERS), (path,))
            if function.strict:
                yield Fact("strict", function.name, (f"{path}.function.strict",))
            if mark is not None:
                yield Fact("cache_control", mark, (f"{path}.cache_control",))
        case CustomTool(custom=custom):
            yield Fact("custom", custom, (path,))
        case Opaque():
            yield Fact("tool", tool, (path,))


def _reasoning(request: ChatRequest) -> Iterator[Fact]:
    """Not to reason can be said in two ways; to reason at all is said by any effort."""
    effort, thinking = request.reasoning_effort, request.thinking
    if isinstance(thinking, Thinking) and thinking.type == "disabled":
        effort = effort or "none"
    elif isinstance(thinking, Thinking) and (thinking.budget_tokens is not None or not effort):
        yield Fact("thinking", (thinking.type, thinking.budget_tokens), _REASONING)
    if effort:
        yield Fact("reasoning_effort", effort, _REASONING)


def _parameters(request: ChatRequest) -> Iterator[Fact]:
    for name, value in msgspec.structs.asdict(request).items():
        if name not in _APART and value is not UNSET and value is not None and value != DEFAULTS.get(name):
            yield from _parameter(name, value)


def _parameter(name: str, value: object) -> Iterator[Fact]:
    match value:
        case TextFormat():
            return
        case JsonSchemaFormat(json_schema=schema):
            yield Fact(name, schema.schema, (name,))
            if schema.description is not None:
                yield Fact("description", schema.description, (f"{name}.json_schema.description",))
        case str() if name == "stop":
            yield Fact(name, [value], (name,))
        case _:
            yield Fact(_ONE.get(name, name), value, (name,))
