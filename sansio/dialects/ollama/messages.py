"""Messages on their way out: their content is one text, their images are base64 beside it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from ...types import (
    ContentPart,
    CustomToolCall,
    FunctionToolCall,
    ImagePart,
    Message,
    Opaque,
    ReasoningPart,
    RefusalPart,
    TextPart,
    ToolCall,
)
from ..calls import arguments_object, arguments_of
from ..losses import Losses
from ..media import inline
from ..ordered import named_parts

_ROLES: Final = {"developer": "system"}
_UNSAID: Final = ("audio", "function_call")


class _Said(msgspec.Struct):
    """What a message says, by the member that says it."""

    texts: list[str] = []
    thoughts: list[str] = []
    images: list[str] = []
    calls: list[dict[str, object]] = []


class MessageEncoder:
    """Messages as members of JSON objects; what the API cannot say goes to the *losses*."""

    def __init__(self, losses: Losses) -> None:
        self._losses = losses
        self._called: dict[str, ToolCall] = {}  # the calls so far by id, which counts anew in every answer

    def messages(self, conversation: Sequence[Message]) -> list[dict[str, object]]:
        """The messages in their order."""
        return [self._message(message, f"messages[{n}]") for n, message in enumerate(conversation)]

    def _message(self, message: Message, path: str) -> dict[str, object]:
        for name in _UNSAID:
            if getattr(message, name) is not None:
                self._losses.drop(f"{path}.{name}", "the API has nothing like it")
        said = _Said()
        for where, part in named_parts(message, path):
            if isinstance(part, FunctionToolCall | CustomToolCall):
                self._call(part, where, said)
            else:
                self._part(part, where, said)
        if message.refusal is not None:
            self._part(RefusalPart(refusal=message.refusal), f"{path}.refusal", said)
        members: dict[str, object] = {"role": _ROLES.get(message.role, message.role)}
        if said.texts:
            members["content"] = ("" if message.parts else "\n").join(filter(None, said.texts))
        optional = {"thinking": "".join(said.thoughts), "images": said.images, "tool_calls": said.calls}
        members |= {name: value for name, value in optional.items() if value}
        return {**members, **self._names(message, path), **(message.extra or {})}

    def _part(self, part: ContentPart, path: str, said: _Said) -> None:
        self._losses.omit_marks(part, path)
        match part:
            case TextPart(text=text, state=state):
                self._losses.own_state(state, f"{path}.state")
                said.texts.append(text)
            case ReasoningPart(text=text, state=state):
                self._losses.own_state(state, f"{path}.state")
                said.thoughts.append(text)
            case RefusalPart(refusal=text):
                self._losses.approximate(path, "the API has refusals as text")
                said.texts.append(text)
            case ImagePart():
                said.images += self._image(part, path)
            case Opaque():
                self._losses.drop(path, "the API has no such part")
            case _:
                self._losses.drop(path, "the API takes text and images")

    def _call(self, call: ToolCall, path: str, said: _Said) -> None:
        """A call; an id of ours is left out, as it was left out by the server."""
        self._called[call.id] = call
        if isinstance(call, CustomToolCall):
            self._losses.approximate(path, "the API has calls of functions only, of which the text is a member")
        self._losses.own_state(call.state, f"{path}.state")
        arguments = arguments_object(arguments_of(call), f"{path}.function.arguments", self._losses)
        extra = call.custom.extra if isinstance(call, CustomToolCall) else call.function.extra
        function = {"name": call.name, "arguments": arguments, **(extra or {})}
        own = {} if call.native_id is None else {"id": call.native_id}
        said.calls.append({**own, "function": function, **(call.extra or {})})

    def _image(self, part: ImagePart, path: str) -> list[str]:
        if part.image_url.detail not in {None, "auto"}:
            self._losses.drop(f"{path}.image_url.detail", "the API has no such choice")
        data = inline(part.image_url.url)
        if data is None:
            self._losses.drop(path, "the API takes images as data only")
            return []
        return [data.data]

    def _names(self, message: Message, path: str) -> dict[str, object]:
        """Whose result a tool's message is: the tool's name, and the call's id where the server gave one."""
        if message.role != "tool":
            if message.name is not None:
                self._losses.drop(f"{path}.name", "the API has no names of participants")
            return {}
        call = self._called.get(message.tool_call_id or "")
        name = message.name if call is None else call.name
        id_ = message.tool_call_id if call is None else call.native_id
        named = {"tool_name": name, "tool_call_id": id_}
        return {member: value for member, value in named.items() if value is not None}
