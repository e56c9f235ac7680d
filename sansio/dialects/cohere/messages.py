"""Messages on their way out: https://docs.cohere.com/reference/chat, `messages`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

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
from ..calls import arguments_of
from ..extras import with_extra
from ..lenient import REFUSALS
from ..losses import Losses
from ..media import unformatted
from ..ordered import named_parts
from .citations import own_citation
from .wire import Members

_ROLES: Final = {"developer": "system"}
_NO_ARGUMENTS: Final = frozenset({"", "null", '"null"'})  # what models write for functions without any
_UNSAID: Final = ("audio", "function_call")
_EVENT: Final = frozenset({"delta", "index"})

_members = msgspec.json.Decoder(Members).decode


class MessageEncoder:
    """Messages as members of JSON objects; what the API cannot say goes to the *losses*."""

    def __init__(self, losses: Losses) -> None:
        self._losses = losses

    def messages(self, conversation: Sequence[Message]) -> list[dict[str, object]]:
        """The messages in their order."""
        return [self._message(message, f"messages[{n}]") for n, message in enumerate(conversation)]

    def assistant(self, message: Message) -> dict[str, object]:
        """The members of the model's message in an answer."""
        return self._assistant(message, "message")

    def _message(self, message: Message, path: str) -> dict[str, object]:
        members: dict[str, object] = {"role": _ROLES.get(message.role, message.role)}
        if message.name is not None and message.role != "tool":  # a tool's is that of the call
            self._losses.drop(f"{path}.name", "the API has no names of participants")
        for name in _UNSAID:
            if getattr(message, name) is not None:
                self._losses.drop(f"{path}.{name}", "the API has nothing like it")
        members |= self._assistant(message, path) if message.role == "assistant" else self._plain(message, path)
        return {**members, **(message.extra or {})}

    def _plain(self, message: Message, path: str) -> dict[str, object]:
        """The members of a message that holds no calls."""
        content = message.content if message.parts is None else message.parts
        if content is None:
            members: dict[str, object] = {}
        elif isinstance(content, str):
            members = {"content": content}
        else:
            wire = (
                self._part(part, where, images=message.role != "tool") for where, part in named_parts(message, path)
            )
            members = {"content": [part for part in wire if part is not None]}
        if message.tool_call_id is not None:
            members["tool_call_id"] = message.tool_call_id
        return members

    def _assistant(self, message: Message, path: str) -> dict[str, object]:
        """The members of the model's message.  Its reasoning before calls is their plan, which stands by itself."""
        parts = list(named_parts(message, path))
        calls = [(where, part) for where, part in parts if isinstance(part, FunctionToolCall | CustomToolCall)]
        members: dict[str, object] = {}
        if calls:
            self._tell_order(message.ordered, path)
            members["tool_calls"] = [self._call(call, where) for where, call in calls]
        plan: list[str] = []
        content: list[object] = []
        for where, part in parts:
            if isinstance(part, ReasoningPart) and calls:
                self._losses.own_state(part.state, f"{where}.state")
                plan.append(part.text)
            elif not isinstance(part, FunctionToolCall | CustomToolCall):
                content.append(self._part(part, where))
        if text := "".join(plan):
            members["tool_plan"] = text
        if message.refusal is not None:
            content.append(self._part(RefusalPart(refusal=message.refusal), f"{path}.refusal"))
        members |= _content([part for part in content if part is not None], message, called=bool(calls))
        citations = [own_citation(annotation) for annotation in message.annotations or ()]
        if own := [citation for citation in citations if citation is not None]:
            members["citations"] = own
        return members

    def _tell_order(self, parts: Sequence[OrderedPart], path: str) -> None:
        called = False
        for part in parts:
            is_call = isinstance(part, FunctionToolCall | CustomToolCall)
            if called and not is_call and not isinstance(part, Opaque):
                self._losses.approximate(f"{path}.parts", "the API has content before tool calls only")
                return
            called = called or is_call

    def _part(self, part: OrderedPart, path: str, *, images: bool = True) -> object:
        """A part of a content; None where there is nothing to send."""
        self._losses.omit_marks(part, path)
        if isinstance(part, Part) and (part.cache_control or part.prompt_cache_breakpoint):
            part = msgspec.structs.replace(part, cache_control=None, prompt_cache_breakpoint=None)
        match part:
            case Opaque():
                own = self._losses.own(part, path)
                return own.raw if own is not None and is_part(own) else None
            case TextPart(text=text, state=state):
                self._losses.own_state(state, f"{path}.state")
                return _text(text, part)
            case ReasoningPart(text=text, state=state):
                self._losses.own_state(state, f"{path}.state")
                return {"type": "thinking", "thinking": text, **(part.extra or {})} if text else None
            case RefusalPart(refusal=text):
                self._losses.approximate(path, "the API has refusals as text")
                return _text(text, part)
            case ImagePart() if images:
                return with_extra(unformatted(part))
            case _:
                self._losses.drop(path, "the API takes text and documents, and images from users")
                return None

    def _call(self, call: ToolCall, path: str) -> dict[str, object]:
        """A call with its id, also where we derived that, since the tool's message names it."""
        self._losses.own_state(call.state, f"{path}.state")
        if isinstance(call, CustomToolCall):
            self._losses.approximate(path, "the API has calls of functions only, of which the text is a member")
        given = arguments_of(call)
        arguments = "{}" if given.strip() in _NO_ARGUMENTS else given
        extra = call.custom.extra if isinstance(call, CustomToolCall) else call.function.extra
        inner = {"name": call.name, "arguments": arguments, **(extra or {})}
        return {"id": call.id, "type": "function", "function": inner, **(call.extra or {})}


def _text(text: str, part: Part | None = None) -> dict[str, object]:
    return {"type": "text", "text": text, **((part and part.extra) or {})}


def _content(wire: list[object], message: Message, *, called: bool) -> dict[str, object]:
    """The member `content`: a text where it was one, and nothing beside calls without any."""
    if isinstance(message.content, str) and message.parts is None and wire == [_text(message.content)]:
        return {} if called and not message.content else {"content": message.content}
    if isinstance(message.content, str) and not message.content:
        wire = [part for part in wire if part != _text("")]
    return {"content": wire} if wire else {}


def is_part(item: Opaque) -> bool:
    """Whether it is a part, and no event of a stream, which no API takes back."""
    try:
        return _EVENT.isdisjoint(_members(item.raw))
    except REFUSALS:
        return False
