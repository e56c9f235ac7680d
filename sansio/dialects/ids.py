"""The ids by which results are paired with calls, as an API takes them: each stands for one call of the conversation."""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from ..types import CustomToolCall, FunctionToolCall, Message, OrderedPart, ToolCall
from .conversation import calls_of


def with_own_ids(conversation: Sequence[Message], refused: re.Pattern[str] | None = None) -> Sequence[Message]:
    """The conversation with an id of its own for each call; messages that need no other ones stay as they are.

    An id that comes again is another call's, as derived ids are, which count anew in every answer: it gets a number at its
    end.  What matches *refused* becomes an underscore.  A result goes to the nearest message before it that made a call of
    its id which has none yet, and there to the first of these; if all have one, to the call that got the last.
    """
    for message in conversation:
        if message.tool_calls or message.parts or message.tool_call_id is not None:
            break
    else:
        return conversation
    ids = _Ids(refused)
    return [ids.message(message) for message in conversation]


class _Ids:
    """Gives each call the id that it has on the wire, and its result the same."""

    def __init__(self, refused: re.Pattern[str] | None) -> None:
        self._refused = refused
        self._taken: set[str] = set()
        self._counts: dict[str, int] = {}  # how often each came
        self._open: dict[
            str, list[list[str]]
        ] = {}  # by the caller's id and message: its calls without a result, the last first
        self._answered: dict[str, str] = {}  # the wire's id of the call that got the last result

    def message(self, message: Message) -> Message:
        """The message with the ids of the wire."""
        if message.tool_call_id is not None:
            wire = self._of_result(message.tool_call_id)
            return message if wire == message.tool_call_id else msgspec.structs.replace(message, tool_call_id=wire)
        if not (calls := calls_of(message)):
            return message
        wires = self._of_calls(calls)
        if all(wire == call.id for wire, call in zip(wires, calls, strict=True)):
            return message
        renamed = [msgspec.structs.replace(call, id=wire) for wire, call in zip(wires, calls, strict=True)]
        if message.parts is None:
            return msgspec.structs.replace(message, tool_calls=renamed)
        left = iter(renamed)
        parts: list[OrderedPart] = [
            next(left) if isinstance(part, FunctionToolCall | CustomToolCall) else part for part in message.parts
        ]
        return msgspec.structs.replace(message, tool_calls=renamed if message.tool_calls else None, parts=parts)

    def _of_calls(self, calls: Sequence[ToolCall]) -> list[str]:
        """The ids of the calls of one message."""
        wires = [self._next(call.id) for call in calls]
        new: dict[str, list[str]] = {}
        for wire, call in zip(reversed(wires), reversed(calls), strict=True):
            new.setdefault(call.id, []).append(wire)
        for id_, mine in new.items():
            self._open.setdefault(id_, []).append(mine)
        return wires

    def _next(self, id_: str) -> str:
        wire = stem = self._stem(id_)
        count = self._counts.get(stem, 1)
        while wire in self._taken:
            count += 1
            wire = f"{stem}_{count}"
        self._counts[stem] = count
        self._taken.add(wire)
        return wire

    def _of_result(self, id_: str) -> str:
        waiting = self._open.get(id_)
        if not waiting:
            return self._answered.get(id_) or self._stem(id_)
        wire = self._answered[id_] = waiting[-1].pop()
        if not waiting[-1]:
            waiting.pop()
        return wire

    def _stem(self, id_: str) -> str:
        return id_ if self._refused is None else self._refused.sub("_", id_)
