"""Messages, parts and tools on their way out: those that are the wire's own pass as they are, the others are rewritten."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import msgspec
from msgspec import Raw

from ...types import (
    Content,
    ContentPart,
    CustomTool,
    CustomToolCall,
    FilePart,
    FunctionTool,
    FunctionToolCall,
    ImagePart,
    Message,
    Opaque,
    OrderedPart,
    Quirks,
    ReasoningPart,
    TextPart,
    Tool,
    ToolCall,
)
from ..extras import with_extra
from ..ids import SHORT_ID, with_own_ids
from ..losses import Losses
from ..media import unformatted
from .forms import part_in_form, thinking_part
from .neighbours import joined
from .results import with_media_apart
from .unknown import calls_in, is_unknown_call


class Rewriter:
    """Rewrites what the API does not have, and lists among the *losses* what it cannot say.

    Annotations are what the API said of an answer; no API takes them back, so leaving them out loses nothing.
    """

    def __init__(self, quirks: Quirks, losses: Losses) -> None:
        self._losses = losses
        self._states: dict[str, list[Raw]] = {}  # what the reasoning of the message at hand has as state, by member
        self._roles = quirks.roles
        self._named = quirks.named
        self._forms = quirks.forms
        self._lacks = quirks.lacks & _PARTS
        self._ids = SHORT_ID if "long_ids" in quirks.lacks else None
        self._joins = "repeated_roles" in quirks.lacks
        self._keeps_media = "user_after_tool" in quirks.lacks  # in results: there is nowhere else for them
        self._reasoning_field = quirks.reasoning_field
        self._always = quirks.reasoning_field if quirks.forms.get("history") == "reasoned" else None

    def messages(self, conversation: Sequence[Message]) -> list[object]:
        """The messages, each as it is or as the members of a JSON object."""
        conversation = with_own_ids(conversation, only=self._ids)
        roles, plain = self._roles, self._named is None and not self._forms and not self._lacks
        placed = enumerate(conversation) if self._keeps_media else with_media_apart(conversation, self._losses)
        if self._joins:
            return joined([(position, self._message(message, f"messages[{position}]")) for position, message in placed])
        return [
            message
            if (
                (plain or isinstance(message.content, str))
                and (message.name is None or self._named is None)
                and message.parts is None
                and (isinstance(message.content, str) or _are_wire(message.content))
                and (message.tool_calls is None or _are_wire_calls(message.tool_calls))
                and message.reasoning_content is None
                and message.annotations is None
                and message.audio is None
                and (message.function_call is None or message.function_call.extra is None)
                and message.extra is None
                and message.role not in roles
                and (self._always is None or message.role != "assistant")
            )
            else self._message(message, f"messages[{position}]")
            for position, message in placed
        ]

    def tools(self, tools: Sequence[Tool]) -> list[object]:
        """The tools, each as it is or as the members of a JSON object."""
        return [
            wire for position, tool in enumerate(tools) if (wire := self._tool(tool, f"tools[{position}]")) is not None
        ]

    def opaque(self, item: Opaque, path: str) -> object:
        """The item as it came, for its own dialect; else a loss and None."""
        own = self._losses.own(item, path)
        return None if own is None else own.raw

    def _tool(self, tool: Tool, path: str) -> object:
        if isinstance(tool, Opaque):
            return self.opaque(tool, path)
        if isinstance(tool, FunctionTool):
            tool = self._function(tool, path)
        inner = tool.custom if isinstance(tool, CustomTool) else tool.function
        return tool if tool.extra is None and inner.extra is None else with_extra(tool)

    def _function(self, tool: FunctionTool, path: str) -> FunctionTool:
        if tool.cache_control is not None and self._forms.get("cache_control") != "part":
            self._losses.omit(f"{path}.cache_control", _NO_MARK)
            tool = msgspec.structs.replace(tool, cache_control=None)
        if tool.function.parameters is None and self._forms.get("parameters") == "required":
            self._losses.fill(f"{path}.function.parameters", "the API requires a schema")
            function = msgspec.structs.replace(tool.function, parameters={"type": "object", "properties": {}})
            tool = msgspec.structs.replace(tool, function=function)
        return tool

    def _message(self, message: Message, path: str) -> dict[str, object]:
        members: dict[str, object] = {"role": self._roles.get(message.role, message.role)}
        thoughts: list[str] = []
        calls: Sequence[ToolCall | Opaque]
        if message.parts is None:
            thoughts += [message.reasoning_content] if message.reasoning_content else []
            members["content"], calls = self._content(message.content, path, thoughts), message.tool_calls or []
        else:
            calls = calls_in(message.parts)
            members["content"] = self._ordered(message.parts, path, thoughts)
        if message.name is not None and (self._named is None or message.role in self._named):
            members["name"] = message.name
        elif message.name is not None and message.role != "tool":  # whose call has the name
            self._losses.drop(f"{path}.name", "the provider takes no names in such messages")
        for name in _PLAIN_MEMBERS:
            if (value := getattr(message, name)) is not None:
                members[name] = with_extra(value) if isinstance(value, msgspec.Struct) else value
        if calls:
            members["tool_calls"] = [self._call(call, f"{path}.tool_calls[{n}]") for n, call in enumerate(calls)]
        if message.audio is not None:
            members["audio"] = {"id": message.audio.id}  # the API knows the rest by its id
        if reasoning := "".join(thoughts):
            self._give_back(reasoning, members, path)
        elif self._always is not None and message.role == "assistant":
            members[self._always] = ""
        states, self._states = self._states, {}
        return {**members, **states, **(message.extra or {})}

    def _ordered(self, parts: Sequence[OrderedPart], path: str, thoughts: list[str]) -> object:
        """The content of a message whose parts stand in order: one text, or a list where other parts are among them."""
        called = False
        content: list[tuple[str, ContentPart]] = []
        for place, part in enumerate(parts):
            if isinstance(part, FunctionToolCall | CustomToolCall) or is_unknown_call(part):
                called = True
                continue
            content.append((f"{path}.parts[{place}]", part))
            if called and not isinstance(part, ReasoningPart):
                self._losses.approximate(f"{path}.parts", "the API has content before tool calls only")
                called = False
        wire = self._parts(content, thoughts)
        texts = [part.text for part in wire if isinstance(part, TextPart)]
        return ("".join(texts) or None) if len(texts) == len(wire) else wire

    def _content(self, content: Content, path: str, thoughts: list[str]) -> object:
        if content is None or isinstance(content, str):
            return content
        named = ((f"{path}.content[{place}]", part) for place, part in enumerate(content))
        return self._joined(self._parts(named, thoughts))

    def _parts(self, content: Iterable[tuple[str, ContentPart]], thoughts: list[str]) -> list[object]:
        wire = [self._part(part, where, thoughts) for where, part in content]
        return [item for item in wire if item is not None]

    def _joined(self, parts: list[object]) -> object:
        """The content as one text, where the server wants that and nothing else is in it."""
        if self._forms.get("text") != "joined":
            return parts
        texts = [part.text for part in parts if isinstance(part, TextPart)]
        return "".join(texts) if texts and len(texts) == len(parts) else parts

    def _part(self, part: ContentPart, path: str, thoughts: list[str]) -> object:
        if isinstance(part, Opaque):
            return self.opaque(part, path)
        if (tag := part.__struct_config__.tag) in self._lacks:
            self._losses.drop(path, f"the provider takes no part of the type {tag}")
            return None
        if part.cache_control is not None and self._forms.get("cache_control") != "part":
            self._losses.omit(f"{path}.cache_control", _NO_MARK)
            part = msgspec.structs.replace(part, cache_control=None)
        if isinstance(part, ReasoningPart):
            thoughts.append(part.text)
            self._take_state(part.state, path)
            return None
        if isinstance(part, TextPart) and part.state is not None:
            self._losses.omit(f"{path}.state", "the API has no state of texts")
            part = msgspec.structs.replace(part, state=None)
        if isinstance(part, ImagePart | FilePart):
            part = unformatted(part)
        if (formed := part_in_form(part, self._forms)) is not None:
            return formed | dict(part.extra or {})
        if isinstance(part, FilePart) and part.file.file_url is not None:
            self._losses.drop(f"{path}.file.file_url", "the API takes files by id or as data")
            file = msgspec.structs.replace(part.file, file_url=None)
            if file.file_id is None and file.file_data is None:
                return None
            part = msgspec.structs.replace(part, file=file)
        return with_extra(part)

    def _take_state(self, state: Opaque | None, path: str) -> None:
        """Keep the members of the state of a reasoning, lists such as openrouter's `reasoning_details`."""
        if (own := self._losses.own_state(state, f"{path}.state")) is not None:
            for name, items in msgspec.json.decode(own.raw, type=dict[str, list[Raw]]).items():
                self._states.setdefault(name, []).extend(items)

    def _call(self, call: ToolCall | Opaque, path: str) -> object:
        """The call with its id, also where we derived that, since the tool's message names it; and with its state."""
        if isinstance(call, Opaque):
            return call.raw
        state = call.state
        if call.derived or state is not None:
            call = msgspec.structs.replace(call, derived=False, state=None)
        wire = with_extra(call)
        if (own := self._losses.own_state(state, f"{path}.state")) is None:
            return wire
        members = msgspec.json.decode(msgspec.json.encode(wire), type=dict[str, Raw])
        return members | msgspec.json.decode(own.raw, type=dict[str, Raw])

    def _give_back(self, reasoning: str, members: dict[str, object], path: str) -> None:
        if self._forms.get("reasoning") == "thinking_part":
            content = members.get("content")
            text = [{"type": "text", "text": content}] if isinstance(content, str) and content else []
            members["content"] = [thinking_part(reasoning), *(content if isinstance(content, list) else text)]
        elif self._reasoning_field is None:
            self._losses.omit(f"{path}.reasoning_content", "the provider does not take reasoning back")
        else:
            members[self._reasoning_field] = reasoning


_NO_MARK = "the API has no such mark"
_PARTS: Final = frozenset({"file", "image_url", "input_audio", "refusal", "text"})  # types that a provider may lack
_PLAIN_MEMBERS = ("tool_call_id", "refusal", "function_call")


def _are_wire(content: Sequence[ContentPart] | None) -> bool:
    return content is None or all(map(_is_wire_part, content))


def _is_wire_part(part: ContentPart) -> bool:
    if isinstance(part, Opaque | ReasoningPart) or part.cache_control is not None or part.extra is not None:
        return False
    if isinstance(part, TextPart):
        return part.state is None
    if isinstance(part, ImagePart):
        return part.image_url.format is None
    return not isinstance(part, FilePart) or (part.file.file_url is None and part.file.format is None)


def _are_wire_calls(calls: Sequence[ToolCall]) -> bool:
    return bool(calls) and all(map(_is_wire_call, calls))  # the API refuses an empty list


def _is_wire_call(call: ToolCall) -> bool:
    inner = call.custom if isinstance(call, CustomToolCall) else call.function
    return not call.derived and call.state is None and call.extra is None and inner.extra is None
