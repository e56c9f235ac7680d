"""A conversation as the API takes it: instructions apart from the messages, and turns of users and assistants."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from ...errors import LocalProtocolError
from ...types import Message, RefusalPart
from ..losses import Losses
from ..ordered import named_parts
from .blocks import Block, BlockWriter, Members


class Turn(msgspec.Struct):
    """Messages of one side, merged: the results of tools first, as the API wants them; `path` is the first message's."""

    role: str
    path: str
    results: list[Block]
    content: list[Block]
    extra: Members

    def wire(self) -> Members:
        """The message of the API."""
        return {"role": self.role, "content": [*self.results, *self.content], **self.extra}


class ConversationWriter:
    """Writes messages into `system` and `turns`.

    *lacks* are what the model does not have: `system_turns` (instructions within the conversation; they are put in front)
    and `prefill` (an answer that the caller begins).
    """

    def __init__(self, writer: BlockWriter, losses: Losses, lacks: frozenset[str], roles: dict[str, str]) -> None:
        self.system: list[Block] = []
        self.turns: list[Turn] = []
        self._writer = writer
        self._losses = losses
        self._lacks = lacks
        self._roles = roles

    def write(self, conversation: Sequence[Message]) -> None:
        """Take all messages.  Raises LocalProtocolError where the first one left is not the user's, and for an answer begun in vain."""
        for position, message in enumerate(conversation):
            self._write(message, f"messages[{position}]")
        self.turns = [turn for turn in self.turns if turn.results or turn.content or turn.extra]
        if not self.turns:
            raise LocalProtocolError("messages: the API needs one that says something, beside the instructions")
        if self.turns[0].role != "user":
            raise LocalProtocolError(f"{self.turns[0].path}: the API requires that the first message is the user's")
        self._check_prefill()

    def _write(self, message: Message, path: str) -> None:
        match self._roles.get(message.role, message.role):
            case "user":
                self._add("user", self._content(message, path), message, path)
            case "assistant":
                self._add("assistant", self._answer(message, path), message, path)
            case "tool":
                self._add_result(message, path)
            case "system" | "developer":
                self._add_instructions(message, path)
            case role:
                self._losses.drop(path, f"the API has no role {role!r}")
                return
        if message.name is not None and message.role != "tool":  # a tool's is known by its call
            self._losses.drop(f"{path}.name", "the API has no names of speakers")

    def _content(self, message: Message, path: str) -> list[Block]:
        return self._writer.blocks(named_parts(message, path))

    def _answer(self, message: Message, path: str) -> list[Block]:
        parts = list(named_parts(message, path))
        if message.refusal:
            parts.append((f"{path}.refusal", RefusalPart(refusal=message.refusal)))
        for name in ("audio", "function_call"):
            if getattr(message, name) is not None:
                self._losses.drop(f"{path}.{name}", "the API has no such member of a message")
        return self._writer.blocks(parts)

    def _turn(self, role: str, path: str) -> Turn:
        if not self.turns or self.turns[-1].role != role:
            self.turns.append(Turn(role, path, [], [], {}))
        return self.turns[-1]

    def _add(self, role: str, blocks: list[Block], message: Message, path: str) -> None:
        turn = self._turn(role, path)
        turn.content += blocks
        turn.extra |= message.extra or {}

    def _add_result(self, message: Message, path: str) -> None:
        if message.tool_call_id is None:
            raise LocalProtocolError(f"{path}: the message of a tool needs a tool_call_id")
        text = message.content
        content = text if isinstance(text, str) else self._content(message, path)
        between = self.turns.pop() if self.turns and self.turns[-1].role == "system" else None
        turn = self._turn("user", path)
        if turn.content or between is not None:
            self._losses.approximate(path, "the API has the results of tools right behind their calls")
        turn.results.append({**self._writer.result(message.tool_call_id, content), **(message.extra or {})})
        if between is not None:
            self.turns.append(between)

    def _add_instructions(self, message: Message, path: str) -> None:
        blocks = self._content(message, path)
        if self.turns and "system_turns" not in self._lacks:
            self._add("system", blocks, message, path)
            return
        if self.turns:
            self._losses.approximate(path, "instructions within the conversation are put in front of it")
        if message.extra:
            self._losses.drop(f"{path}.extra", "instructions are no message in the API")
        self.system += blocks

    def _check_prefill(self) -> None:
        """The last message may be the beginning of the answer, which must not end in white space."""
        last = self.turns[-1]
        block = last.content[-1] if last.role == "assistant" and last.content else None
        if not isinstance(block, dict) or block["type"] != "text":
            return
        if "prefill" in self._lacks:
            raise LocalProtocolError(
                "messages: the model takes no answer that is begun for it, at least while it thinks: the last must be a user's"
            )
        text = str(block["text"])
        if text != (stripped := text.rstrip()):
            self._losses.approximate("messages[-1].content", "the API refuses white space at its end")
            last.content[-1:] = [{**block, "text": stripped}] if stripped else []
