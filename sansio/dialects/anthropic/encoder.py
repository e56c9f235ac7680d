"""The server's way out when it streams: the events of a chat to server-sent events of the Messages API.

https://platform.claude.com/docs/en/build-with-claude/streaming.  The API's blocks come one after the other, while other
APIs interleave theirs: so blocks wait in a queue, whose first is said as it grows.
"""

from __future__ import annotations

from collections import deque
from typing import Final

import msgspec
from msgspec import Raw

from ...events import (
    ChoiceFinished,
    Completed,
    Data,
    Event,
    Failed,
    ReasoningDelta,
    RefusalDelta,
    Started,
    StateAdded,
    TextDelta,
    ToolCallDelta,
    ToolCallStarted,
    UsageReported,
    finish_of,
    unfold,
)
from ...events.choice import Text
from ...types import ChatRequest, ChatResponse, Opaque
from .blocks import DIALECT, Members
from .outgoing import Outgoing, OutgoingCall, line
from .server_failure import encode_error
from .server_response import call_start, own_members, refuses, stop_members
from .usage import usage_json

_json = msgspec.json.Encoder().encode
_THINKING: Final = b'{"type":"thinking","thinking":"","signature":""}'
_TEXT: Final = b'{"type":"text","text":""}'
_TEXT_APART: Final = b'{"type":"text","text":"","citations":[]}'  # which joins no text before it
_STOP: Final = b'event: message_stop\ndata: {"type":"message_stop"}\n\n'


class Encoder:
    """The events of one streamed answer to server-sent events.

    Only the first choice can be said.  `ended` is set with the last event, which a Completed or a Failed brings.
    """

    __slots__ = (
        "_begun",
        "_calls",
        "_finished",
        "_index",
        "_names",
        "_parted",
        "_queue",
        "_refusal",
        "_tail",
        "_usage",
        "ended",
    )

    def __init__(self, request: ChatRequest) -> None:
        self._names = Started(model=request.model)
        self._begun = False  # message_start was said
        self._queue: deque[Outgoing] = deque()
        self._tail: Outgoing | None = None  # the block that came last, while more of its kind joins it
        self._calls: dict[int, OutgoingCall] = {}
        self._parted = False  # the block that came last is text that was ended
        self._index = 0  # of the first block in the queue
        self._refusal: Text | None = None
        self._finished: ChoiceFinished | None = None
        self._usage: Members | None = None
        self.ended = False

    def encode(self, event: Event[ChatResponse]) -> bytes:
        """The events that say *event*; b"" where there is nothing to say, yet or in this dialect."""
        match event:
            case TextDelta(text, 0):
                return self._say(_TEXT, b'{"type":"text_delta","text":%b}' % _json(text)) if text else b""
            case ReasoningDelta(text, 0):
                return self._say(_THINKING, b'{"type":"thinking_delta","thinking":%b}' % _json(text)) if text else b""
            case ToolCallDelta(choice=0):
                return self._take_arguments(event)
            case ToolCallStarted(choice=0):
                return self._start_call(event)
            case StateAdded(choice=0):
                return self._take_state(event)
            case RefusalDelta(text, 0):
                self._refusal = self._refusal or Text()
                self._refusal.append(text)
            case ChoiceFinished(choice=0):
                self._finished = event
            case UsageReported(usage):
                self._usage = usage_json(usage)
            case Started():
                self._start(event)
            case Opaque(dialect, raw) if dialect == DIALECT:
                return self._append(Outgoing(line(raw)), joins=False)
            case Data(data):
                return data
            case Failed():
                self.ended = True
                refusal = b"" if self._refusal is None else self._say_refusal(str(self._refusal))
                said = self._advance(force=True) if self._queue else b""
                return refusal + said + b"event: error\ndata: %b\n\n" % encode_error(event.failure)
            case Completed(response):
                return self._complete(response)
            case _:  # another choice's, or what the API has no word for
                return b""
        return b""

    def _start(self, event: Started) -> None:
        given = {name: value for name, value in msgspec.structs.asdict(event).items() if value is not None}
        self._names = msgspec.structs.replace(self._names, **given)

    def _begin(self) -> bytes:
        """The event `message_start`, before the first block."""
        if self._begun:
            return b""
        self._begun = True
        usage = {**(self._usage or usage_json(None)), "output_tokens": 0}
        if self._names.service_tier is not None:
            usage["service_tier"] = self._names.service_tier
        message: Members = {
            "id": self._names.id or "",
            "type": "message",
            "role": "assistant",
            "model": self._names.model or "",
            "content": [],
            "stop_reason": None,
            "stop_sequence": None,
            "usage": usage,
        }
        return b'event: message_start\ndata: {"type":"message_start","message":%b}\n\n' % _json(message)

    def _say(self, start: bytes, delta: bytes) -> bytes:
        """A piece of the block that begins with *start*: of the last one, or of a new one."""
        if self._tail is not None and self._tail.kind is start:
            return self._grow(self._tail, delta)
        apart = start is _TEXT and self._parted
        return self._append(Outgoing(_TEXT_APART if apart else start, delta, kind=start))

    def _say_refusal(self, refusal: str) -> bytes:
        """A refusal that does not explain the end is text."""
        return self._say(_TEXT, b'{"type":"text_delta","text":%b}' % _json(refusal))

    def _append(self, block: Outgoing, *, joins: bool = True) -> bytes:
        self._queue.append(block)
        self._tail = block if joins else None
        self._parted = False
        return self._advance()

    def _grow(self, block: Outgoing, delta: bytes) -> bytes:
        if not block.open:
            block.waiting.append(delta)
            return self._advance()
        said = block.delta(self._index, delta)
        return said if len(self._queue) == 1 else said + self._advance()

    def _advance(self, *, force: bool = False, close: bool = False) -> bytes:
        """Say what can be said: the first block, and the next after each one that is over.

        *force* says all of them, whatever they may lack; *close* ends the last one too.
        """
        said = [self._begin()]
        while queue := self._queue:
            block, last = queue[0], len(queue) == 1
            if last and not (block.ready or force):
                break
            said.append(block.say(self._index))
            if (last and not close) or not (block.over or force):
                break
            said.append(block.close(self._index))
            queue.popleft()
            self._index += 1
        return b"".join(said)

    def _start_call(self, event: ToolCallStarted) -> bytes:
        id_ = "" if event.type == "function_call" else event.id
        start = _json({**call_start(id_, event.name, event.index), "input": {}})
        if (call := self._calls.get(event.index)) is not None:
            call.start = start  # its name or id came late; what was said of it stays
            return b""
        self._calls[event.index] = call = OutgoingCall(start, wrapped=event.type == "custom")
        return self._append(call, joins=False)

    def _take_arguments(self, event: ToolCallDelta) -> bytes:
        if (call := self._calls.get(event.index)) is None:
            return self._start_call(ToolCallStarted(event.index, "", "")) + self._take_arguments(event)
        return self._grow(call, call.argument(event.arguments)) if event.arguments and not call.closed else b""

    def _take_state(self, event: StateAdded) -> bytes:
        """What this dialect has beside a part; any state ends the part."""
        members = own_members(event.state)
        said = b""
        if event.part == "reasoning" and (signature := members.get("signature")) is not None:
            said = self._say(_THINKING, b'{"type":"signature_delta","signature":%b}' % line(signature))
        elif event.part == "text":
            for citation in msgspec.json.decode(members.get("citations", b"[]"), type=list[Raw]):
                said += self._say(_TEXT, b'{"type":"citations_delta","citation":%b}' % line(citation))
        if event.part != "call":
            self._tail = None
            self._parted = event.part == "text"
        return said

    def _complete(self, response: ChatResponse) -> bytes:
        self.ended = True
        said: list[bytes] = []
        if not self._begun and self._refusal is None:
            # Nothing was streamed: an answer out of a cache may have no other event.
            said += [self.encode(event) for event in unfold(response)]
        finished = self._ending(response)
        refusal = None if self._refusal is None else str(self._refusal)
        if refusal and not refuses(None if finished is None else finished.reason, refusal):
            said.append(self._say_refusal(refusal))
        said.append(self._advance(force=True, close=True))
        usage = self._usage or usage_json(response.usage)
        delta = {"delta": stop_members(finished, refusal), "usage": usage}
        said.append(b"event: message_delta\ndata: %b\n\n" % _json({"type": "message_delta", **delta}))
        return b"".join(said) + _STOP

    def _ending(self, response: ChatResponse) -> ChoiceFinished | None:
        """The finish reason, as it was streamed or as the response has it."""
        choice = response.choices[0] if response.choices else None
        return self._finished or (None if choice is None else finish_of(choice))
