"""The server's way out when it streams: the events of a chat to the messages of an AWS event stream.

https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html
"""

from __future__ import annotations

from typing import Final

import msgspec
from msgspec import Raw

from ...events import (
    AnnotationAdded,
    ChoiceFinished,
    Completed,
    Data,
    Event,
    Failed,
    ReasoningDelta,
    RefusalDelta,
    StateAdded,
    TextDelta,
    ToolCallDelta,
    ToolCallStarted,
    unfold,
)
from ...framing.eventstream import EventStreamMessage, encode
from ...types import ChatRequest, ChatResponse, Opaque
from ..calls import HeldCalls
from .citations import citation
from .content import RESPONSE_FIELDS, Block
from .finish import native
from .server_failure import encode_exception
from .server_response import metadata, response_fields
from .wire import DIALECT, decode_members

_TEXT: Final = "text"
_REASONING: Final = "reasoning"
_EMPTY: Final = Raw(b"{}")
_NOTHING: Final = Raw(b"[]")
_json = msgspec.json.Encoder().encode


def _message(event: str, payload: object) -> bytes:
    headers = {":event-type": event, ":content-type": "application/json", ":message-type": "event"}
    return encode(EventStreamMessage(headers, _json(payload)))


class Encoder:
    """The events of one streamed answer to messages of an event stream.

    `ended` is set with the last message, which a Completed or a Failed brings.  Converse has one choice, so others go
    unsaid.  One block is open at a time; a piece for a call whose block is closed still names that block.
    """

    __slots__ = ("_begun", "_calls", "_fields", "_finished", "_held", "_kind", "_next", "_open", "ended")

    def __init__(self, request: ChatRequest) -> None:  # noqa: ARG002  # Converse has no options of a stream
        self._begun = False
        self._kind: str | int | None = None  # of the open block: text, reasoning, or the index of a call
        self._open = 0  # its index
        self._next = 0
        self._calls: dict[int, int] = {}  # the blocks of calls, by their index among the calls
        self._held = HeldCalls()
        self._fields: Raw | None = None  # the members of the model's own answer
        self._finished: ChoiceFinished | None = None
        self.ended = False

    def encode(self, event: Event[ChatResponse]) -> bytes:
        """The messages that say *event*; b"" where there is nothing to say, yet or in this dialect."""
        match event:
            case TextDelta(text, 0) | RefusalDelta(text, 0):
                return self._delta(_TEXT, {"text": text}) if text else b""
            case ReasoningDelta(text, 0):
                return self._delta(_REASONING, {"reasoningContent": {"text": text}}) if text else b""
            case ToolCallStarted(choice=0) | ToolCallDelta(choice=0) if self._held.hold(event):
                return b""
            case ToolCallDelta(index, arguments, 0):
                return self._arguments(index, arguments)
            case ToolCallStarted(index=index, choice=0) if index not in self._calls:
                return self._call(event)
            case StateAdded(state=state, part="reasoning", choice=0) if state.dialect == DIALECT:
                return self._state(state)
            case AnnotationAdded(annotation, 0):
                return self._delta(_TEXT, {"citation": citation(annotation)})
            case Opaque(dialect=dialect) if dialect == DIALECT:
                return self._opaque(event)
            case ChoiceFinished(choice=0):
                self._finished = event
                return b""
            case Data(data):
                return data
            case Failed(failure):
                self.ended = True
                return self._release() + encode_exception(failure)
            case Completed(response):
                return self._complete(response)
            case _:  # told at the end by the response, or of another choice, or what has no place here
                return b""

    def _begin(self) -> bytes:
        if self._begun:
            return b""
        self._begun = True
        return _message("messageStart", {"role": "assistant"})

    def _enter(self, kind: str | int) -> bytes:
        """Open a block, unless the one that is open is it."""
        if kind == self._kind:
            return b""
        before = self._begin() + self._leave()
        self._kind, self._open = kind, self._next
        self._next += 1
        return before

    def _leave(self) -> bytes:
        """Close the block that is open."""
        if self._kind is None:
            return b""
        self._kind = None
        return _message("contentBlockStop", {"contentBlockIndex": self._open})

    def _delta(self, kind: str | int, delta: object) -> bytes:
        return self._enter(kind) + _piece(self._open, delta)

    def _call(self, event: ToolCallStarted) -> bytes:
        before = self._enter(event.index)
        self._calls[event.index] = self._open
        return before + _start(self._open, {"toolUse": {"toolUseId": event.id, "name": event.name}})

    def _arguments(self, index: int, arguments: str) -> bytes:
        before = b""
        if index not in self._calls:
            before = self._call(ToolCallStarted(index, f"call_0_{index}", "", derived=True))
        return before + _piece(self._calls[index], {"toolUse": {"input": arguments}})

    def _state(self, state: Opaque) -> bytes:
        """What stands beside the reasoning ends its block; none of it keeps two blocks apart."""
        pieces = [
            self._delta(_REASONING, {"reasoningContent": {name: value}})
            for name, value in decode_members(state.raw).items()
        ]
        return b"".join(pieces) + self._leave()

    def _opaque(self, item: Opaque) -> bytes:
        """A block in one piece behind its beginning; the members of the model's own answer are kept for the end."""
        if (fields := response_fields(item)) is not None:
            self._fields = fields
            return b""
        messages = [self._leave()]
        for kind, raw in decode_members(item.raw).items():
            start, delta = _parted(kind, raw)
            messages += [self._enter(kind), _start(self._open, {kind: start})]
            messages += [_piece(self._open, {kind: delta})] if delta is not None else []
            messages.append(self._leave())
        return b"".join(messages)

    def _complete(self, response: ChatResponse) -> bytes:
        self.ended = True
        said = [self._release()]
        if not self._begun:  # what was not streamed is said now: an answer out of a cache may have no other event
            said += [self.encode(event) for event in unfold(response)]
            said.append(self._release())
        choice = response.choices[0] if response.choices else None
        finished = self._finished or ChoiceFinished(
            (choice and choice.finish_reason) or "stop", choice.native_finish_reason if choice else None
        )
        stop: Block = {"stopReason": native(finished.reason, finished.native_reason)}
        if self._fields is not None:
            stop[RESPONSE_FIELDS] = self._fields
        end = _message("messageStop", stop) + _message("metadata", metadata(response))
        return b"".join(said) + self._begin() + self._leave() + end

    def _release(self) -> bytes:
        """The calls that were held until they were whole."""
        return b"".join([self.encode(event) for event in self._held.release()])


def _start(index: int, start: object) -> bytes:
    return _message("contentBlockStart", {"contentBlockIndex": index, "start": start})


def _piece(index: int, delta: object) -> bytes:
    return _message("contentBlockDelta", {"contentBlockIndex": index, "delta": delta})


# What a block begins with, of those that come in pieces.
_BEGINNINGS: Final = {
    "image": frozenset({"format"}),
    "toolResult": frozenset({"status", "toolUseId", "type"}),
    "toolUse": frozenset({"name", "toolUseId", "type"}),
}


def _parted(kind: str, raw: Raw) -> tuple[object, object]:
    """The beginning of a block and its one piece, None where the beginning is all."""
    if kind not in _BEGINNINGS:
        return raw, None
    members = decode_members(raw)
    start = {name: value for name, value in members.items() if name in _BEGINNINGS[kind]}
    rest = {name: value for name, value in members.items() if name not in start}
    match kind:
        case "toolUse":
            return start, {"input": bytes(rest.get("input", _EMPTY)).decode()}
        case "toolResult":
            return start, rest.get("content", _NOTHING)
        case _:
            return start, rest
