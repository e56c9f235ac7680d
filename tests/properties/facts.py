"""A request as the list of what it says, so that requests in different words can be compared.

What is not in the list differs between APIs without a difference in meaning: how what one speaker says is cut into messages
and parts, the ids of calls, whether a file's place is an id or a URL, the spelling of JSON, names of schemas, tools that the choice rules out, parameters of tools
without tools, words for the usual service tier, and values that change nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Final, NamedTuple, cast

import msgspec
from msgspec import UNSET

from sansio.dialects.narrowing import narrowed
from sansio.dialects.ordered import named_parts
from sansio.dialects.parameters import DEFAULTS
from sansio.types import (
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
"""Kinds of facts whose order counts: what somebody says."""

# Roles and parameters that are one to most APIs.
_SPEAKERS: Final = {"developer": "system", "model": "assistant"}
_ONE: Final = {"max_completion_tokens": "max_tokens", "safety_identifier": "user"}
_REASONING: Final = ("reasoning_effort", "thinking")
_FOR_TOOLS: Final = frozenset({"tools", "tool_choice", "parallel_tool_calls"})
_APART: Final = {"model", "messages", "stream", "stream_options", "schema_as_tool", "dialect", *_FOR_TOOLS, *_REASONING}
_USUAL_TIERS: Final = frozenset({"auto", "default", "standard", "standard_only"})
_NO_PARAMETERS: Final[dict[str, object]] = {"type": "object", "properties": {}}


class Call(NamedTuple):
    """A call of a tool, which is known by its place."""

    name: str
    arguments: object


class File(NamedTuple):
    """An image or a document: its data, or where it is."""

    place: str | None


class Fact(NamedTuple):
    """One thing that a request says: of what kind, what, the paths by which a loss may name it, and who says it."""

    kind: str
    said: object
    paths: tuple[str, ...]
    speaker: str = ""

    def is_covered(self, losses: Sequence[Loss]) -> bool:
        """Whether a loss names it, a part of it, or what it is a part of."""
        return any(_within(path, loss.path) or _within(loss.path, path) for path in self.paths for loss in losses)

    def is_named(self, losses: Sequence[Loss]) -> bool:
        """Whether a loss names such a member, of a part that may stand elsewhere by now."""
        names = {loss.path.rpartition(".")[2] for loss in losses}
        return any(path.rpartition(".")[2] in names for path in self.paths)


def _within(path: str, whole: str) -> bool:
    return path == whole or path.startswith((f"{whole}.", f"{whole}["))


def facts(request: ChatRequest) -> list[Fact]:
    """All that a request says."""
    said = [*_conversation(request.conversation), *_places(request.conversation)]
    return [*said, *_tools(request), *_reasoning(request), *_parameters(request)]


# -- messages -----------------------------------------------------------------------------------------------------


def _conversation(conversation: Sequence[Message]) -> Iterator[Fact]:
    places: dict[str | None, int] = {}  # of the calls: some APIs have ids of their own
    for position, message in enumerate(conversation):
        path = f"messages[{position}]"
        speaker = _SPEAKERS.get(message.role, message.role)
        if message.role == "tool":
            speaker = f"result {places.get(message.tool_call_id)}"
        elif message.name is not None:
            yield Fact("name", message.name, (f"{path}.name", path))
        for paths, part in _named(message, path):
            if isinstance(part, FunctionToolCall | CustomToolCall):
                places[part.id] = len(places)
            yield from _facts_of(speaker, part, paths)


def _places(conversation: Sequence[Message]) -> Iterator[Fact]:
    """The instructions that stand within the conversation, those that follow one another as one."""
    begun = False
    for is_instruction, run in groupby(enumerate(conversation), key=lambda item: _is_instruction(item[1])):
        messages = list(run)
        text = "".join(message.text for _, message in messages).replace("\n", "")
        if is_instruction and begun and text:
            yield Fact("place", text, tuple(f"messages[{position}]" for position, _ in messages))
        begun = begun or not is_instruction


def _is_instruction(message: Message) -> bool:
    return message.role in {"developer", "system"}


def _named(message: Message, path: str) -> Iterator[tuple[tuple[str, ...], OrderedPart]]:
    """The parts in their order, with the paths by which a loss may name them."""
    calls = 0
    for where, part in named_parts(message, path):
        if isinstance(part, FunctionToolCall | CustomToolCall):
            yield (where, f"{path}.tool_calls[{calls}]"), part
            calls += 1
        else:
            yield (where, f"{path}.reasoning_content") if isinstance(part, ReasoningPart) else (where,), part
    if message.refusal is not None:
        yield (f"{path}.refusal",), RefusalPart(refusal=message.refusal)


def _facts_of(speaker: str, part: OrderedPart, paths: tuple[str, ...]) -> Iterator[Fact]:
    kind = "thought" if isinstance(part, ReasoningPart) else "instructions" if speaker == "system" else "said"
    if (thing := _thing(part)) != "":
        yield Fact(kind, thing, paths, speaker)
    for name, value in _members(part):
        if value is not None:
            where = (name, "file") if isinstance(part, FilePart) else (name,)  # a mark goes with the file that it is on
            yield Fact(name.rpartition(".")[2], value, tuple(f"{path}.{member}" for path in paths for member in where))


def _thing(part: OrderedPart) -> object:
    match part:
        case TextPart(text=text) | ReasoningPart(text=text) | RefusalPart(refusal=text):
            return text
        case ImagePart(image_url=image):
            return File(image.url)
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
    elif isinstance(thinking, Thinking):
        if thinking.budget_tokens is not None:
            yield Fact("budget_tokens", thinking.budget_tokens, ("thinking.budget_tokens",))
        if not effort:
            yield Fact("thinking", thinking.type, _REASONING)
    if effort:
        yield Fact("reasoning_effort", effort, _REASONING)


def _parameters(request: ChatRequest) -> Iterator[Fact]:
    given = msgspec.structs.asdict(request)
    if given["max_tokens"] == given["max_completion_tokens"]:
        del given["max_tokens"]
    for name, value in given.items():
        if name not in _APART and value is not UNSET and value is not None and value != DEFAULTS.get(name):
            yield from _parameter(name, value)


def _open(schema: object) -> object:
    """The schema without what some APIs want to have said: that its objects have no further members."""
    if isinstance(schema, Mapping):
        members = cast("Mapping[str, object]", schema)
        return {
            name: _open(value) for name, value in members.items() if (name, value) != ("additionalProperties", False)
        }
    return schema


def _parameter(name: str, value: object) -> Iterator[Fact]:
    match value:
        case TextFormat():
            return
        case str() if name == "service_tier" and value in _USUAL_TIERS:
            return
        case JsonSchemaFormat(json_schema=schema):
            own = {**(schema.schema or {})}
            description = own.pop("description", None) or schema.description  # some have it in the schema
            yield Fact(name, _open(own), (name,))
            if description is not None:
                yield Fact("description", description, (f"{name}.json_schema.description",))
        case str() if name == "stop":
            yield Fact(name, [value], (name,))
        case _:
            yield Fact(_ONE.get(name, name), value, (name,))
