"""A conversation as the items of `input`: https://platform.openai.com/docs/api-reference/responses/create#responses-create-input.

A message of the assistant becomes one item after the other, in the order of its parts: texts, reasonings as they came,
calls, and whatever else the API once said.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias

import msgspec
from msgspec import Raw

from ...types import (
    AudioPart,
    ContentPart,
    CustomToolCall,
    FilePart,
    FunctionToolCall,
    ImagePart,
    Message,
    Opaque,
    OrderedPart,
    ReasoningPart,
    RefusalPart,
    TextPart,
    ToolCall,
)
from ..losses import Losses
from ..media import inline
from ..ordered import named_parts
from .wire import FILE_MEMBERS, given

Json: TypeAlias = dict[str, object]

_members = msgspec.json.Decoder(dict[str, Raw]).decode
_NO_MARK: Final = "the API has no such mark"
# Members of messages that the API lacks, and why.
_LOST: Final = {
    "audio": "the API takes no audio back",
    "function_call": "the API has no calls without an id",
    "name": "the API has no names of speakers",
}


class InputWriter:
    """Writes the items of one request, and lists among the *losses* what they cannot say.

    Annotations are what the API said of an answer, and are not given back.
    """

    def __init__(self, roles: Mapping[str, str], losses: Losses) -> None:
        self._roles = roles
        self._losses = losses

    def items(self, conversation: Sequence[Message], first: int = 0) -> list[object]:
        """The items of the messages from the one at *first* on."""
        custom: set[str] = set()  # the calls of custom tools so far, by their ids
        items: list[object] = []
        for position, message in enumerate(conversation[first:], first):
            if _is_plain(message) and message.role not in self._roles:
                items.append(message)  # the wire's own
                continue
            path = f"messages[{position}]"
            custom |= {
                call.id for call in message.parts or message.tool_calls or () if isinstance(call, CustomToolCall)
            }
            for name, reason in _LOST.items():
                if getattr(message, name) is not None:
                    self._losses.drop(f"{path}.{name}", reason)
            if message.role == "tool":
                items.append(self._result(message, path, custom))
            elif message.role == "assistant" or message.parts is not None:
                items += self._ordered(message, path)
            else:
                items += self._message(message, path)
        return items

    def _message(self, message: Message, path: str) -> list[object]:
        content = message.content
        if content is not None and not isinstance(content, str):
            wire = self._content(content, path, "input_text")
            if content and not wire:
                return []  # nothing is left of it
            return [self._item(message.role, wire, message.extra)]
        return [self._item(message.role, content or "", message.extra)]

    def _item(self, role: str, content: object, extra: Mapping[str, object] | None) -> Json:
        return {"role": self._roles.get(role, role), "content": content, **(extra or {})}

    def _result(self, message: Message, path: str, custom: set[str]) -> Json:
        content, id_ = message.content, message.tool_call_id
        output = self._content(content, path, "input_text") if isinstance(content, Sequence) else ""
        return {
            "type": "custom_tool_call_output" if id_ in custom else "function_call_output",
            "call_id": id_,
            "output": content if isinstance(content, str) else output,
            **(message.extra or {}),
        }

    def _content(self, content: str | Sequence[ContentPart], path: str, text: str) -> list[object]:
        parts = () if isinstance(content, str) else content
        found = [self._part(part, f"{path}.content[{position}]", text) for position, part in enumerate(parts)]
        return [part for part in found if part is not None]

    def _part(self, part: ContentPart, path: str, text: str) -> object:
        """A part of a message's content; *text* is the type of its texts."""
        if isinstance(part, Opaque):
            own = self._losses.own(part, path)
            return None if own is None else own.raw
        if part.cache_control is not None:
            self._losses.omit(f"{path}.cache_control", _NO_MARK)
        if (members := self._members_of(part, path, text)) is None:
            return None
        if part.prompt_cache_breakpoint is not None:
            members["prompt_cache_breakpoint"] = part.prompt_cache_breakpoint
        return {**members, **(part.extra or {})}

    def _members_of(self, part: ContentPart, path: str, text: str) -> Json | None:
        match part:
            case TextPart():
                return {"type": text, "text": part.text}
            case RefusalPart():
                return {"type": "refusal", "refusal": part.refusal}
            case ImagePart(image_url=image):
                return {"type": "input_image", "image_url": image.url, **given(detail=image.detail)}
            case FilePart(file=file):
                return {"type": "input_file", **given(**{name: getattr(file, name) for name in FILE_MEMBERS})}
            case AudioPart():
                self._losses.drop(path, "the API takes no audio")
            case _:
                self._losses.omit(path, "the API takes reasoning back only as an item of its own")
        return None

    # -- what the assistant said ------------------------------------------------------------------------------

    def _ordered(self, message: Message, path: str) -> list[object]:
        items: list[object] = []
        run = _Run(message, "output_text" if message.role == "assistant" else "input_text")
        for where, part in _named_parts(message, path):
            match part:
                case FunctionToolCall() | CustomToolCall():
                    self._end(run, items)
                    items.append(self._call(part, where))
                case ReasoningPart():
                    self._end(run, items)
                    items += self._own(part.state, f"{where}.state") or self._no_reasoning(part, where)
                case Opaque():
                    self._end(run, items)
                    items += self._own(part, where)
                case ImagePart() if run.role == "assistant":
                    self._end(run, items)
                    items += self._image(part, where)
                case TextPart(state=Opaque() as state):
                    self._add(run, part, where)
                    run.members = self._own_members(state, f"{where}.state")
                    self._end(run, items)
                case _:
                    self._add(run, part, where)
        self._end(run, items)
        if run.extra:
            self._losses.drop(f"{path}.extra", "the message has no item of its own")
        return items

    def _add(self, run: _Run, part: ContentPart, path: str) -> None:
        if run.wire and isinstance(part, TextPart) and part.state is not None and not part.text:
            return  # it only holds the state of the message
        if (wire := self._part(part, path, run.text_type)) is not None:
            run.wire.append(wire)
            run.text = _plain_text(part) if len(run.wire) == 1 else None

    def _end(self, run: _Run, items: list[object]) -> None:
        """End the message item at hand, if there is one; a single text is its content."""
        if run.wire and not (run.text == "" and run.is_partial and not run.members):
            is_plain = run.text is not None and "id" not in run.members  # the API's own messages have parts
            content = run.text if is_plain else run.wire
            items.append({**self._item(run.role, content, run.members), **run.extra})
            run.extra = {}
        run.wire, run.members, run.text = [], {}, None

    def _call(self, call: ToolCall, path: str) -> Json:
        if isinstance(call, CustomToolCall):
            said: Json = {"type": "custom_tool_call", "call_id": call.id, "name": call.name, "input": call.arguments}
            inner = call.custom.extra
        else:
            said = {"type": "function_call", "call_id": call.id, "name": call.name, "arguments": call.arguments}
            inner = call.function.extra
        return {**said, **self._own_members(call.state, f"{path}.state"), **(inner or {}), **(call.extra or {})}

    def _image(self, part: ImagePart, path: str) -> list[object]:
        """An image that the API made goes back as the item that it was; it is known by its id."""
        image, extra = inline(part.image_url.url), part.extra or {}
        if image is None or "id" not in extra:
            self._losses.drop(path, "the API takes images of the assistant back only as the item that it gave")
            return []
        return [{"type": "image_generation_call", "result": image.data, **extra}]

    def _own(self, item: Opaque | None, path: str) -> list[object]:
        own = self._losses.own(item, path)
        return [] if own is None else [own.raw]

    def _own_members(self, state: Opaque | None, path: str) -> Mapping[str, Raw]:
        own = self._losses.own_state(state, path)
        return {} if own is None else _members(own.raw)

    def _no_reasoning(self, part: ReasoningPart, path: str) -> list[object]:
        if part.state is None:
            self._losses.omit(path, "the API takes reasoning back only as the item that it gave")
        return []


def _is_plain(message: Message) -> bool:
    """Whether a message is a role and a text, as most are."""
    return (
        isinstance(message.content, str)
        and message.role != "tool"
        and message.parts is None
        and message.tool_calls is None
        and message.name is None
        and message.refusal is None
        and message.reasoning_content is None
        and message.audio is None
        and message.function_call is None
        and message.extra is None
    )


class _Run:
    """The message item at hand: its parts, its text where it is nothing else, and its members from its text's state.

    `extra` is the message's own, which goes to the first item; `is_partial` says that the message has other parts, so
    that an item of an empty text would say nothing.
    """

    __slots__ = ("extra", "is_partial", "members", "role", "text", "text_type", "wire")

    def __init__(self, message: Message, text_type: str) -> None:
        self.role = message.role
        self.text_type = text_type
        self.extra: Mapping[str, object] = message.extra or {}
        self.is_partial = len(message.ordered) > 1 or message.refusal is not None
        self.wire: list[object] = []
        self.text: str | None = None
        self.members: Mapping[str, object] = {}


def _named_parts(message: Message, path: str) -> list[tuple[str, OrderedPart]]:
    """The parts in order, with their paths; a refusal stands behind the text, and before calls.

    A refusal that was all of a message stands before the empty text that holds the message's state.
    """
    parts = list(named_parts(message, path))
    if message.refusal is not None:
        states = [n for n, (_, part) in enumerate(parts) if isinstance(part, TextPart) and part.state and not part.text]
        calls = [n for n, (_, part) in enumerate(parts) if isinstance(part, FunctionToolCall | CustomToolCall)]
        place = (states or calls or [len(parts)])[0]
        parts.insert(place, (f"{path}.refusal", RefusalPart(refusal=message.refusal)))
    return parts


def _plain_text(part: ContentPart) -> str | None:
    """The text of a part that is nothing else."""
    if isinstance(part, TextPart) and part.extra is None and part.prompt_cache_breakpoint is None:
        return part.text
    return None
