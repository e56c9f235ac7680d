"""A conversation as `contents` and `systemInstruction`: two roles, that take turns, and instructions above them.

https://ai.google.dev/api/caching#Content
"""

from __future__ import annotations

from typing import Final

import msgspec
from msgspec import Raw

from ...errors import LocalProtocolError
from ...types import CustomToolCall, FunctionToolCall, Message, TextPart, ToolCall
from ..lenient import REFUSALS
from .objects import merged
from .parts import PartJson, PartsWriter

_ROLES: Final = {"assistant": "model", "model": "model", "tool": "tool", "user": "user"}
_INSTRUCTIONS: Final = frozenset({"system", "developer"})
_UNSIGNED: Final = "skip_thought_signature_validator"  # .../docs/thought-signatures, for calls of other models
_object = msgspec.json.Decoder(dict[str, Raw]).decode


class _Turn:
    """One content in the making; results of tools stand in one of their own, in the order of their calls."""

    __slots__ = ("members", "results", "role")

    def __init__(self, role: str) -> None:
        self.role = role
        self.members: dict[str, object] = {}
        self.results: list[tuple[int, list[PartJson]]] = []  # the place of each group of parts, and the group

    @property
    def parts(self) -> list[PartJson]:
        return [part for _, group in sorted(self.results, key=_place) for part in group]

    def json(self) -> dict[str, object]:
        return {"role": "user" if self.role == "tool" else self.role, "parts": self.parts, **self.members}


def _calls(part: PartJson) -> bool:
    return isinstance(part, dict) and "functionCall" in part


def _place(result: tuple[int, list[PartJson]]) -> int:
    return result[0]


class Contents:
    """Writes messages; *lacks* are features of the API that the model does not have.

    These are `system_instruction`, and `result_media`: images among a function's results, which then follow it.
    *wants_signatures* says that it refuses calls of others as they are.
    """

    __slots__ = ("_calls", "_lacks", "_turns", "_wants_signatures", "_writer", "instructions")

    def __init__(self, writer: PartsWriter, lacks: frozenset[str], *, wants_signatures: bool) -> None:
        self._writer = writer
        self._wants_signatures = wants_signatures
        self._lacks = lacks
        self._turns: list[_Turn] = []
        self._calls: dict[str, tuple[int, ToolCall]] = {}  # of the turns so far, by id: an id may come again
        self.instructions: list[PartJson] = []

    @property
    def json(self) -> list[dict[str, object]]:
        """The `contents`; a message that says nothing is none."""
        return [turn.json() for turn in self._turns if any(group for _, group in turn.results)]

    def add(self, message: Message, path: str) -> None:
        """Take the next message."""
        role = _ROLES.get(message.role, "user")
        if message.role in _INSTRUCTIONS and "system_instruction" not in self._lacks:
            if self._turns:
                self._writer.losses.approximate(path, "the API has instructions above the conversation only")
            self._drop_name(message, path)
            self.instructions += self._writer.message(message, path)
            return
        if role == "tool":
            self._add_result(message, path)
            return
        self._drop_name(message, path)
        turn = self._turn(role)
        parts = self._writer.message(message, path)
        if self._wants_signatures and not any(map(_calls, turn.parts)):
            self._sign(parts, path)
        turn.results.append((0, parts))
        turn.members |= message.extra or {}
        calls = [part for part in message.ordered if isinstance(part, FunctionToolCall | CustomToolCall)]
        self._calls |= {call.id: (place, call) for place, call in enumerate(calls)}

    def _sign(self, parts: list[PartJson], path: str) -> None:
        """Have the first call of a turn signed: where there is no signature, the API has a word for that."""
        first = next(filter(_calls, parts), None)
        if isinstance(first, dict) and "thoughtSignature" not in first:
            first["thoughtSignature"] = _UNSIGNED
            self._writer.losses.fill(f"{path}.tool_calls[0].state", "the API wants the first call of a turn signed")

    def _turn(self, role: str) -> _Turn:
        if not self._turns or self._turns[-1].role != role:
            self._turns.append(_Turn(role))
        return self._turns[-1]

    def _drop_name(self, message: Message, path: str) -> None:
        if message.name is not None:
            self._writer.losses.drop(f"{path}.name", "the API has no names of speakers")

    def _add_result(self, message: Message, path: str) -> None:
        place, call = self._calls.get(message.tool_call_id or "", (0, None))
        name = call.name if call is not None else message.name
        if name is None:
            raise LocalProtocolError(
                f"{path} answers the call {message.tool_call_id!r}, which no message before it makes"
            )
        members: dict[str, object] = {"name": name, "response": _response(message.text)}
        id_ = message.tool_call_id if call is None else call.native_id
        if id_ and self._writer.sends_ids:
            members["id"] = id_
        media: list[PartJson] = []
        for position, part in enumerate(() if isinstance(message.content, str) else message.content or ()):
            wire = self._writer.part(part, f"{path}.content[{position}]")
            media += () if isinstance(part, TextPart) else wire  # the texts are the response
        beside = "result_media" in self._lacks
        if media and not beside:
            members["parts"] = media
        result: PartJson = merged({"functionResponse": members}, message.extra)
        self._turn("tool").results.append((place, [result, *(media if beside else ())]))


def _response(text: str) -> object:
    """The result as an object: JSON that is one stays as it is, anything else is the `output`."""
    try:
        _object(text)
    except REFUSALS:
        return {"output": text}
    return Raw(text.encode())
