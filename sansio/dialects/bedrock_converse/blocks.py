"""The content blocks of one answer, whole or in pieces, into events.

Text and reasoning come in pieces without a beginning, calls begin with their name.  What only Converse understands (its
own tools and their results, images) is gathered until it is whole and stays as it came.
"""

from __future__ import annotations

import msgspec
from msgspec import Raw

from ...events import (
    AnnotationAdded,
    Delta,
    ReasoningDelta,
    StateAdded,
    TextDelta,
    ToolCallDelta,
    ToolCallStarted,
)
from ...events.choice import Text
from ...types import Opaque
from ..calls import derived_id
from ..lenient import REFUSALS, is_json
from .citations import annotation
from .wire import (
    DIALECT,
    Block,
    Citations,
    Members,
    Piece,
    Reasoning,
    ReasoningPiece,
    ReasoningText,
    ToolUse,
    decode_block,
    decode_members,
    decode_tool_use,
)

_text = msgspec.json.Decoder(str).decode
_list = msgspec.json.Decoder(list[Raw]).decode
_NO_INPUT = "{}"
_CLIENTS = frozenset({None, "tool_use"})  # types of calls that the client is to answer


class _Call:
    """A call: its place among the calls, and whether it has any input."""

    __slots__ = ("has_input", "place")

    def __init__(self, place: int) -> None:
        self.place = place
        self.has_input = False


class _Gathered:
    """A block that is kept as it comes: its kind, the members it began with, and its pieces."""

    __slots__ = ("input", "items", "kind", "members")

    def __init__(self, kind: str, members: Members) -> None:
        self.kind = kind
        self.members = members
        self.input: Text | None = None
        self.items: list[Raw] = []

    def block(self) -> Opaque:
        """The block as an answer that is not streamed has it."""
        members: dict[str, object] = {**self.members}
        if self.input is not None:
            text = str(self.input)
            members["input"] = Raw(text.encode()) if is_json(text.encode()) else text
        if self.items:
            members["content"] = self.items
        return Opaque(DIALECT, Raw(msgspec.json.encode({self.kind: members})))


class _Thought:
    """The reasoning that came last, as long as nothing of another kind came behind it: its block, and its signature."""

    __slots__ = ("index", "signature")

    def __init__(self, index: int | None) -> None:
        self.index = index
        self.signature: Text | None = None

    def state(self) -> StateAdded:
        """What has to be given back with the text; it also keeps the text of two blocks apart."""
        members = {} if self.signature is None else {"signature": str(self.signature)}
        return StateAdded(Opaque(DIALECT, Raw(msgspec.json.encode(members))))


class Blocks:
    """Turns blocks into events; a block is known by its index."""

    __slots__ = ("_calls", "_gathered", "_thought")

    def __init__(self) -> None:
        self._calls: dict[int | None, _Call] = {}
        self._gathered: dict[int | None, _Gathered] = {}
        self._thought: _Thought | None = None

    @property
    def called(self) -> bool:
        """Whether the model called tools of the client's."""
        return bool(self._calls)

    def add(self, index: int | None, piece: Piece, events: list[Delta]) -> bool:
        """Add the events of a piece of the block *index*; False where it is a piece of another kind."""
        if (text := piece.text) is not None:
            if self._thought is not None:
                self._end_thought(events)
            if text:
                events.append(TextDelta(text))
        elif (tool := piece.tool_use) is not None:
            self._add_input(index, tool.input or "", events)
        elif (reasoning := piece.reasoning_content) is not None:
            self._add_reasoning(index, reasoning, events)
        else:
            return False
        return True

    def start(self, index: int | None, start: Members, events: list[Delta]) -> None:
        """Take the beginning of a block."""
        self._end_thought(events)
        for kind, raw in start.items():
            tool = _tool_use(raw) if kind == "toolUse" else None
            if tool is not None and tool.type in _CLIENTS:
                self._start_call(index, tool, events)
            else:
                self._gathered[index] = _Gathered(kind, _copied(raw))

    def add_other(self, index: int | None, delta: Members, events: list[Delta]) -> None:
        """Take a piece of a kind that few answers have."""
        self._end_thought(events)
        for kind, raw in delta.items():
            if kind == "citation":
                events.append(AnnotationAdded(annotation(_copied(raw))))
                continue
            gathered = self._gathered.setdefault(index, _Gathered(kind, {}))
            if kind == "toolResult":
                gathered.items += _items(raw)
            else:
                gathered.members |= _copied(raw)

    def stop(self, index: int | None, events: list[Delta]) -> None:
        """Take the end of a block."""
        thought = self._thought
        if thought is not None and thought.index == index and thought.signature is not None:
            self._end_thought(events)
        if (gathered := self._gathered.pop(index, None)) is not None:
            events.append(gathered.block())

    def close(self, events: list[Delta]) -> None:
        """Take the end of all blocks: what was not stopped is whole, and a call without any input has an empty one."""
        self._end_thought(events)
        events += [gathered.block() for gathered in self._gathered.values()]
        self._gathered.clear()
        events += [ToolCallDelta(call.place, _NO_INPUT) for call in self._calls.values() if not call.has_input]

    def receive_whole(self, index: int, raw: Raw, events: list[Delta]) -> None:
        """Take a block of an answer that is not streamed."""
        block = _block(raw)
        if block.text is not None:
            self.add(index, Piece(text=block.text), events)
        elif (tool := block.tool_use) is not None and tool.type in _CLIENTS:
            self._start_call(index, tool, events)
            self._add_input(index, _arguments(tool.input), events)
        elif (reasoning := block.reasoning_content) is not None:
            self._receive_reasoning(index, reasoning, events)
        elif (citations := block.citations_content) is not None:
            self._receive_citations(citations, events)
        else:
            self._end_thought(events)
            events.append(Opaque(DIALECT, raw.copy()))

    def _receive_reasoning(self, index: int, reasoning: Reasoning, events: list[Delta]) -> None:
        text = reasoning.reasoning_text or ReasoningText()
        piece = ReasoningPiece(text.text, text.signature, reasoning.redacted_content)
        if piece != ReasoningPiece():
            self._add_reasoning(index, piece, events)
            self.stop(index, events)

    def _receive_citations(self, block: Citations, events: list[Delta]) -> None:
        self._end_thought(events)
        events += [TextDelta(piece.text) for piece in block.content or () if piece.text]
        events += [AnnotationAdded(annotation(citation)) for citation in block.citations or ()]

    def _start_call(self, index: int | None, tool: ToolUse, events: list[Delta]) -> None:
        self._end_thought(events)
        call = self._calls[index] = _Call(len(self._calls))
        id_ = tool.tool_use_id or derived_id(0, call.place)
        events.append(ToolCallStarted(call.place, id_, tool.name or "", derived=not tool.tool_use_id))

    def _add_input(self, index: int | None, text: str, events: list[Delta]) -> None:
        if (gathered := self._gathered.get(index)) is not None:
            gathered.input = gathered.input or Text()
            gathered.input.append(text)
            return
        if (call := self._calls.get(index)) is None:
            self._start_call(index, ToolUse(), events)
            call = self._calls[index]
        if text:
            call.has_input = True
            events.append(ToolCallDelta(call.place, text))

    def _add_reasoning(self, index: int | None, piece: ReasoningPiece, events: list[Delta]) -> None:
        thought = self._thought
        if thought is not None and (thought.index != index or piece.redacted_content is not None):
            events.append(thought.state())
            thought = None
        if thought is None:
            thought = self._thought = _Thought(index)
            events.append(ReasoningDelta(piece.text or ""))
        elif piece.text:
            events.append(ReasoningDelta(piece.text))
        if piece.signature:
            thought.signature = thought.signature or Text()
            thought.signature.append(piece.signature)
        if piece.redacted_content is not None:
            self._thought = None
            redacted = msgspec.json.encode({"redactedContent": piece.redacted_content})
            events.append(StateAdded(Opaque(DIALECT, Raw(redacted))))

    def _end_thought(self, events: list[Delta]) -> None:
        thought, self._thought = self._thought, None
        if thought is not None and thought.signature is not None:
            events.append(thought.state())


def _block(raw: Raw) -> Block:
    """The block as far as it is of a known kind."""
    try:
        return decode_block(raw)
    except REFUSALS:
        return Block()


def _arguments(raw: Raw) -> str:
    """The input as the model wrote it; what is no object comes as text."""
    try:
        return _text(raw)
    except REFUSALS:
        return bytes(raw).decode("utf-8", "replace")


def _tool_use(raw: Raw) -> ToolUse | None:
    try:
        return decode_tool_use(raw)
    except REFUSALS:
        return None


def _copied(raw: Raw) -> Members:
    """The members of an object, none of anything else; copies, which do not hold the whole record in memory."""
    try:
        return {name: member.copy() for name, member in decode_members(raw).items()}
    except REFUSALS:
        return {}


def _items(raw: Raw) -> list[Raw]:
    try:
        return [item.copy() for item in _list(raw)]
    except REFUSALS:
        return []
