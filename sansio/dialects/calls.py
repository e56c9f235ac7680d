"""Tool calls between APIs that disagree about them: arguments as text or as an object, ids that are there or not."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from msgspec import Raw

from ..events import ToolCallDelta, ToolCallStarted
from ..events.choice import Text
from ..types import CustomToolCall, FunctionToolCall, Message, ToolCall
from .lenient import REFUSALS
from .losses import Losses

CUSTOM_INPUT = "input"
"""The member that holds the text of a custom tool's call, where an API has calls with objects only."""

_object = msgspec.json.Decoder(dict[str, Raw]).decode
_EMPTY = Raw(b"{}")


def derived_id(choice: int, index: int) -> str:
    """The id of a call that has none, from its position."""
    return f"call_{choice}_{index}"


def arguments_object(arguments: str, path: str, losses: Losses) -> Raw:
    """The arguments as the JSON of an object: nothing, or null, is an empty one.

    Models write what is no object, too, or were cut off within it.  All of that is then the text of a member, as that of
    a custom tool is: an approximation of *path* among the *losses*.
    """
    if (whole := object_of(arguments)) is not None:
        return whole
    losses.approximate(path, "the API takes an object, in which what is none is sent as a member")
    return Raw(custom_arguments(arguments).encode())


def object_of(arguments: str) -> Raw | None:
    """The arguments as the JSON of an object: nothing, or null, is an empty one.  None for what is no JSON object."""
    if arguments.strip() in {"", "null", '"null"'}:
        return _EMPTY
    try:
        _object(arguments)
    except REFUSALS:
        return None
    return Raw(arguments.encode())


def arguments_of(call: ToolCall) -> str:
    """The arguments of any call as those of a function: the text of a custom tool's is a member of an object."""
    return custom_arguments(call.arguments) if isinstance(call, CustomToolCall) else call.arguments


def custom_arguments(text: str) -> str:
    """The JSON of the object in which the text for a custom tool is a member."""
    return msgspec.json.encode({CUSTOM_INPUT: text}).decode()


def is_whole(call: ToolCall) -> bool:
    """Whether the arguments are a JSON object, by which a call that was cut off can be told from one that was not."""
    try:
        _object(call.arguments)
    except REFUSALS:
        return False
    return isinstance(call, FunctionToolCall)


class HeldCalls:
    """Calls of custom tools, held until they are whole, by encoders of APIs that have calls of functions only."""

    __slots__ = ("_calls",)

    def __init__(self) -> None:
        self._calls: dict[int, tuple[ToolCallStarted, Text]] = {}

    def hold(self, event: ToolCallStarted | ToolCallDelta) -> bool:
        """Whether *event* is of such a call, and is kept here."""
        if isinstance(event, ToolCallStarted) and event.type == "custom":
            self._calls[event.index] = event, self._calls.get(event.index, (event, Text()))[1]
        elif isinstance(event, ToolCallDelta) and event.index in self._calls:
            self._calls[event.index][1].append(event.arguments)
        return event.index in self._calls

    def release(self) -> list[ToolCallStarted | ToolCallDelta]:
        """The events of the functions that the calls are in such an API; none the next time."""
        held, self._calls = self._calls, {}
        return [
            event
            for start, text in held.values()
            for event in (
                msgspec.structs.replace(start, type="function"),
                ToolCallDelta(start.index, custom_arguments(str(text)), start.choice),
            )
        ]


def names_by_id(conversation: Iterable[Message]) -> dict[str, str]:
    """The name of the tool that each call in the conversation calls, by the call's id."""
    return {
        part.id: part.name
        for message in conversation
        for part in message.ordered
        if isinstance(part, FunctionToolCall | CustomToolCall)
    }
