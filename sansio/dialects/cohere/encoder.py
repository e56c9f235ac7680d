"""The server's way out when it streams: the events of a chat to Cohere's: https://docs.cohere.com/reference/chat-stream."""

from __future__ import annotations

from typing import Final

import msgspec

from ...events import (
    AnnotationAdded,
    ChoiceFinished,
    Completed,
    Data,
    Event,
    Failed,
    LogprobsDelta,
    ReasoningDelta,
    RefusalDelta,
    Started,
    TextDelta,
    ToolCallDelta,
    ToolCallStarted,
    UsageReported,
    unfold,
)
from ...types import ChatResponse, Opaque, Usage
from ..calls import HeldCalls, derived_id
from .citations import citation
from .finish import native
from .messages import is_part
from .server_response import logprobs_json
from .usage import usage_json
from .wire import DIALECT

DONE: Final = b"data: [DONE]\n\n"

_SPACED: Final = bytes.maketrans(b"\r\n", b"  ")
_START: Final[dict[str, object]] = {
    "role": "assistant",
    "content": [],
    "tool_plan": "",
    "tool_calls": [],
    "citations": [],
}
_json = msgspec.json.Encoder().encode


class Encoder:
    """The events of one streamed answer, of which the API has the first choice, to server-sent events.

    Reasoning is thinking: whether it is the plan of calls is not known before they come.
    """

    __slots__ = (
        "_begun",
        "_call",
        "_calls",
        "_citations",
        "_finished",
        "_held",
        "_id",
        "_index",
        "_part",
        "_usage",
        "ended",
    )

    def __init__(self) -> None:
        self._id = ""
        self._begun = False
        self._part: str | None = None  # the type of the part of the content that is open, at `_index`
        self._index = -1
        self._calls: set[int] = set()
        self._call: int | None = None  # the call that is open
        self._held = HeldCalls()
        self._citations = 0
        self._finished: ChoiceFinished | None = None
        self._usage: Usage | None = None
        self.ended = False

    def encode(self, event: Event[ChatResponse]) -> bytes:
        """The records that say *event*; b"" where there is nothing to say, yet or in this dialect."""
        match event:
            case TextDelta(text, 0) | RefusalDelta(text, 0):
                return self._piece("text", text)
            case ReasoningDelta(text, 0):
                return self._piece("thinking", text)
            case ToolCallDelta(index, arguments, 0) if index in self._calls:
                return _delta("tool-call-delta", {"tool_calls": {"function": {"arguments": arguments}}}, index)
            case ToolCallStarted(choice=0) | ToolCallDelta(choice=0) if self._held.hold(event):
                return b""
            case ToolCallStarted(choice=0):
                return self._start_call(event)
            case AnnotationAdded(annotation, 0):
                return self._cite(citation(annotation))
            case LogprobsDelta(content, choice=0):
                return self._open("text") + b"".join(self._logprob(piece) for piece in logprobs_json(content or ()))
            case ChoiceFinished(choice=0):
                self._finished = event
            case Started():
                self._id = event.id or self._id
            case UsageReported(usage):
                self._usage = usage
            case Data(data):
                return data
            case Opaque():
                return self._opaque(event)
            case Failed():
                return self._fail(event)
            case Completed(response):
                return self._complete(response)
            case _:  # other choices, and what the API cannot say
                return b""
        return b""

    def _begin(self) -> bytes:
        if self._begun:
            return b""
        self._begun = True
        return _record({"id": self._id, "type": "message-start", "delta": {"message": _START}})

    def _piece(self, type_: str, text: str) -> bytes:
        if self._part == type_:  # nearly always
            return (
                b'event: content-delta\ndata: {"type":"content-delta","index":%d,"delta":{"message":{"content":{"%b":%b}}}}\n\n'
                % (self._index, type_.encode(), _json(text))
            )
        return self._open(type_) + self._piece(type_, text)

    def _open(self, type_: str) -> bytes:
        """What begins a part of the content, and ends what was open; nothing where it is open."""
        if self._part == type_:
            return b""
        closed = self._close()
        self._part = type_
        self._index += 1
        return closed + _delta("content-start", {"content": {"type": type_, type_: ""}}, self._index)

    def _close(self) -> bytes:
        """What begins the message, or ends the part or the call that is open."""
        begun = self._begin()
        if self._part is not None:
            self._part = None
            return begun + _end("content-end", self._index)
        if self._call is not None:
            index, self._call = self._call, None
            return begun + _end("tool-call-end", index)
        return begun

    def _start_call(self, event: ToolCallStarted) -> bytes:
        """The beginning of a call; another one with the same index has the name or the id that the first lacked."""
        closed = b"" if event.index == self._call else self._close()
        self._calls.add(event.index)
        self._call = event.index
        call = {
            "id": event.id or derived_id(0, event.index),
            "type": "function",
            "function": {"name": event.name, "arguments": ""},
        }
        return closed + _delta("tool-call-start", {"tool_calls": call}, event.index)

    def _cite(self, members: dict[str, object]) -> bytes:
        index, self._citations = self._citations, self._citations + 1
        return self._begin() + _delta("citation-start", {"citations": members}, index) + _end("citation-end", index)

    def _logprob(self, piece: dict[str, object]) -> bytes:
        delta = {"message": {"content": {"text": ""}}}
        return _record({"type": "content-delta", "index": self._index, "delta": delta, "logprobs": piece})

    def _opaque(self, item: Opaque) -> bytes:
        if item.dialect != DIALECT:
            return b""
        if not is_part(item):
            return self._close() + b"data: %b\n\n" % bytes(item.raw).translate(_SPACED)
        closed = self._close()
        self._index += 1
        start = _delta("content-start", {"content": item.raw}, self._index)
        return closed + start + _end("content-end", self._index)

    def _fail(self, event: Failed) -> bytes:
        self.ended = True
        reason = "TIMEOUT" if event.failure.kind == "timeout" else "ERROR"
        return self._release() + self._close() + self._finish({"finish_reason": reason, "error": event.failure.message})

    def _complete(self, response: ChatResponse) -> bytes:
        self.ended = True
        said = self._release()
        if not self._begun:  # an answer out of a cache may have no other event
            said += b"".join([self.encode(event) for event in unfold(response)]) + self._release()
        finished = self._finished
        if finished is None and response.choices and (reason := response.finish_reason) is not None:
            finished = ChoiceFinished(reason, response.choices[0].native_finish_reason)
        self._usage = self._usage or response.usage
        delta: dict[str, object] = {}
        if finished is not None:
            delta["finish_reason"] = native(finished.reason, finished.native_reason)
        return said + self._close() + self._finish(delta)

    def _release(self) -> bytes:
        """The calls that were held until they were whole."""
        return b"".join([self.encode(event) for event in self._held.release()])

    def _finish(self, delta: dict[str, object]) -> bytes:
        if self._usage is not None:
            delta["usage"] = usage_json(self._usage)
        return _record({"type": "message-end", "id": self._id, "delta": delta}) + DONE


def _delta(type_: str, message: dict[str, object], index: int) -> bytes:
    return _record({"type": type_, "index": index, "delta": {"message": message}})


def _end(type_: str, index: int) -> bytes:
    return _record({"type": type_, "index": index})


def _record(members: dict[str, object]) -> bytes:
    """An event under its name; in what a peer wrote, line ends are white space between tokens."""
    return b"event: %b\ndata: %b\n\n" % (str(members["type"]).encode(), _json(members).translate(_SPACED))
