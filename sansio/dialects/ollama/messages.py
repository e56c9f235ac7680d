"""Messages on their way out: their content is one text, their images are base64 beside it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from msgspec import Raw

from ...types import (
    CustomToolCall,
    FunctionToolCall,
    ImagePart,
    Message,
    Opaque,
    OrderedPart,
    Part,
    ReasoningPart,
    RefusalPart,
    TextPart,
    ToolCall,
)
from ..calls import arguments_object
from ..losses import Losses
from ..media import inline

_ROLES: Final = {"developer": "system"}
_UNSAID: Final = ("audio", "function_call")


class MessageEncoder:
    """Messages as members of JSON objects; what the API cannot say goes to the *losses*."""

    def __init__(self, losses: Losses) -> None:
        self._losses = losses
        self._called: dict[str, ToolCall] = {}  # the calls so far by id, which counts anew in every answer

    def messages(self, conversation: Sequence[Message]) -> list[dict[str, object]]:
        """The messages in their order.  Raises LocalProtocolError for arguments of a call that are no JSON object."""
        return [self._message(message, f"messages[{n}]") for n, message in enumerate(conversation)]

    def _message(self, message: Message, path: str) -> dict[str, object]:
        for name in _UNSAID:
            if getattr(message, name) is not None:
                self._losses.drop(f"{path}.{name}", "the API has nothing like it")
        texts: list[str] = []
        thoughts: list[str] = []
        images: list[str] = []
        calls: list[object] = []
        for n, part in enumerate(message.ordered):
            self._take(part, f"{path}.content[{n}]", (texts, thoughts, images, calls))
        if message.refusal is not None:
            self._losses.approximate(f"{path}.refusal", "the API has refusals as text")
            texts.append(message.refusal)
        members: dict[str, object] = {"role": _ROLES.get(message.role, message.role)}
        if texts:
            members["content"] = "\n".join(texts) if message.parts is None else "".join(texts)
        optional = {"thinking": "".join(thoughts), "images": images, "tool_calls": calls}
        members |= {name: value for name, value in optional.items() if value}
        return {**members, **self._names(message, path), **(message.extra or {})}

    def _take(self, part: OrderedPart, path: str, into: tuple[list[str], list[str], list[str], list[object]]) -> None:
        texts, thoughts, images, calls = into
        if isinstance(part, Part) and (part.cache_control or part.prompt_cache_breakpoint):
            self._losses.drop(f"{path}.cache_control", "the API has no such mark")
        match part:
            case TextPart(text=text, state=state):
                self._losses.own(state, f"{path}.state")
                texts.append(text)
            case ReasoningPart(text=text, state=state):
                self._losses.own(state, f"{path}.state")
                thoughts.append(text)
            case RefusalPart(refusal=text):
                self._losses.approximate(path, "the API has refusals as text")
                texts.append(text)
            case ImagePart():
                images += self._image(part, path)
            case FunctionToolCall():
                self._losses.own(part.state, f"{path}.state")
                self._called[part.id] = part
                calls.append(_call(part, path))
            case CustomToolCall():
                self._called[part.id] = part
                self._losses.drop(path, "the API has calls of functions only")
            case Opaque():
                self._losses.own(part, path)
            case _:
                self._losses.drop(path, "the API takes text and images")

    def _image(self, part: ImagePart, path: str) -> list[str]:
        if part.image_url.detail is not None:
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


def _call(call: FunctionToolCall, path: str) -> dict[str, object]:
    """A call; an id of ours is left out, as it was left out by the server."""
    arguments: Raw = arguments_object(call.arguments, f"{path}.function.arguments")
    function = {"name": call.name, "arguments": arguments, **(call.function.extra or {})}
    own = {} if call.native_id is None else {"id": call.native_id}
    return {**own, "function": function, **(call.extra or {})}
