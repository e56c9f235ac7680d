"""The conversation as Converse has it: instructions apart, and turns of the user and the assistant, one after the other.

https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Message.html
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ...errors import LocalProtocolError
from ...types import Message, TextPart
from ..losses import Losses
from ..ordered import named_parts
from .content import Block, BlockWriter

_INSTRUCTIONS: Final = frozenset({"developer", "system"})
_TURNS: Final = {"assistant": "assistant", "tool": "user", "user": "user"}


class Conversation(BlockWriter):
    """Turns messages into `system` and `messages`."""

    def __init__(self, losses: Losses, lacks: frozenset[str] = frozenset()) -> None:
        super().__init__(losses, lacks)
        self.system: list[Block] = []
        self.messages: list[Block] = []
        self._content: list[Block] = []  # of the last message
        self.paths: list[str] = []  # of the first message in each of `messages`
        self.has_tools = False  # the conversation has calls of tools, or their results

    @property
    def begins_answer(self) -> bool:
        """Whether the last message is the beginning of the answer, in text."""
        return self.messages[-1]["role"] == "assistant" and bool(self._content) and "text" in self._content[-1]

    def add(self, conversation: Sequence[Message]) -> None:
        """Add the messages; neighbours of one role become one, as the API wants it."""
        for position, message in enumerate(conversation):
            path = f"messages[{position}]"
            if message.role in _INSTRUCTIONS:
                self._add_instructions(message, path)
            else:
                self._add_turn(message, path)

    def _add_instructions(self, message: Message, path: str) -> None:
        if self.messages:
            self._losses.approximate(path, "the API has instructions in front of the conversation only")
        self._lose_members(message, path)
        if message.extra:
            self._losses.drop(f"{path}.extra", "instructions have no members")
        self.system += self._blocks(message, path)

    def _add_turn(self, message: Message, path: str) -> None:
        if (role := _TURNS.get(message.role)) is None:
            self._losses.approximate(f"{path}.role", "the API has users and assistants only")
            role = "user"
        self._lose_members(message, path)
        blocks = self._blocks(message, path)
        extra = message.extra or {}
        if message.role == "tool":
            blocks, extra = self._result(message, blocks, path), {}
        self.has_tools = self.has_tools or any("toolUse" in block or "toolResult" in block for block in blocks)
        if not blocks and not extra:
            return  # it says nothing
        if not self.messages or self.messages[-1]["role"] != role:
            self._content = []
            self.messages.append({"role": role, "content": self._content})
            self.paths.append(path)
        self._content += blocks
        self.messages[-1] |= extra

    def _blocks(self, message: Message, path: str) -> list[Block]:
        blocks = [block for where, part in named_parts(message, path) for block in self.of(part, where)]
        if message.refusal:
            self._losses.approximate(f"{path}.refusal", "the API has no refusals, only text")
            blocks += self.of(TextPart(text=message.refusal), path)
        return blocks

    def _result(self, message: Message, blocks: list[Block], path: str) -> list[Block]:
        """The result of a tool; marks of the cache stand behind it and not within."""
        if message.tool_call_id is None:
            raise LocalProtocolError(f"{path}: the message of a tool needs a tool_call_id")
        marks = [block for block in blocks if "cachePoint" in block]
        content = [block for block in blocks if "cachePoint" not in block]
        if any("cachePoint" in block for block in blocks[:-1]):
            self._losses.approximate(f"{path}.content", "a mark of the cache stands behind the whole result")
        id_ = message.tool_call_id
        return [{"toolResult": {"toolUseId": id_, "content": content, **(message.extra or {})}}, *marks[:1]]

    def _lose_members(self, message: Message, path: str) -> None:
        """Annotations are what the API said of an answer, so leaving them out loses nothing."""
        lost = {"audio": message.audio, "function_call": message.function_call, "name": message.name}
        for name, value in lost.items():
            if value is not None and not (name == "name" and message.role == "tool"):
                self._losses.drop(f"{path}.{name}", "the API has no such member")
