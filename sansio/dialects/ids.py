"""The ids by which results are paired with calls, as an API takes them: each stands for one call of the conversation."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import msgspec

from ..types import CustomToolCall, FunctionToolCall, Message, OrderedPart, ToolCall
from .conversation import calls_of

SHORT_ID: Final = re.compile(r"[A-Za-z0-9]{9}")
"""The only ids of an API that lacks `long_ids`."""


def with_own_ids(
    conversation: Sequence[Message], refused: re.Pattern[str] | None = None, *, only: re.Pattern[str] | None = None
) -> Sequence[Message]:
    """The conversation with an id of its own for each call; messages that need no other ones stay as they are.

    An id that comes again is another call's, as derived ids are, which count anew in every answer: it gets a number at its
    end.  What matches *refused* becomes an underscore.  Where an API takes *only* ids of one form, calls whose id does not
    come to that are numbered (`call00001`).

    A result goes to the nearest message before it that made a call of its id which has none yet, and there to the first of
    these; if all have one, to the call that got the last.
    """
    made = [call.id for message in conversation for call in calls_of(message)]
    if len(set(made)) == len(made) and only is None:
        if refused is None:
            return conversation
        answered = (message.tool_call_id for message in conversation if message.tool_call_id is not None)
        if not any(map(refused.search, (*made, *answered))):
            return conversation
    ids = _Ids(refused, only)
    return [ids.message(message) for message in conversation]


class _Ids:
    """Gives each call the id that it has on the wire, and its result the same."""

    def __init__(self, refused: re.Pattern[str] | None, only: re.Pattern[str] | None) -> None:
        self._refused = refused
        self._only = only
        self._number = 0
        self._taken: set[str] = set()
        self._counts: dict[str, int] = {}  # how often each came
        self._open: dict[str, list[list[str]]] = {}  # calls without a result: by id, and message, the last first
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
        while wire in self._taken or (self._only is not None and self._only.fullmatch(wire) is None):
            self._number += 1
            wire = f"call{self._number:05}"
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
