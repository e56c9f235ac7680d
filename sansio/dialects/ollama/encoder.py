"""The server's way out when it streams: the events of a chat to lines of JSON."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from ...events import (
    ChoiceFinished,
    Completed,
    Data,
    Event,
    Failed,
    Fold,
    LogprobsDelta,
    ReasoningDelta,
    RefusalDelta,
    Started,
    TextDelta,
    ToolCallDelta,
    ToolCallStarted,
    UsageReported,
)
from ...types import ChatResponse, Choice, ToolCall
from ..calls import is_whole
from ..deprecated import modern_answer
from .answer import Names, calls_json, end, line, whole
from .server_failure import encode_error

_json = msgspec.json.Encoder().encode


class Encoder:
    """The events of one streamed answer, of which the API has the first choice, to lines.

    Calls are whole in this API, so they are held until the choice ends.
    """

    __slots__ = ("_begun", "_head", "_names", "_rest", "ended")

    def __init__(self, model: str) -> None:
        self._names = Names(model)
        self._head = _head(self._names)
        self._begun = False
        self._rest = Fold()  # what the last line tells
        self.ended = False

    def encode(self, event: Event[ChatResponse]) -> bytes:
        """The lines that say *event*; b"" where there is nothing to say, yet or in this dialect."""
        match event:
            case TextDelta(text, 0) | RefusalDelta(text, 0):
                self._begun = True
                return b'%b"content":%b},"done":false}\n' % (self._head, _json(text))
            case ReasoningDelta(text, 0):
                self._begun = True
                return b'%b"content":"","thinking":%b},"done":false}\n' % (self._head, _json(text))
            case ToolCallStarted(choice=0) | ToolCallDelta(choice=0):
                self._begun = True
                self._rest.receive(event)
            case ChoiceFinished(choice=0) | UsageReported():
                self._rest.receive(event)
            case LogprobsDelta(content, choice=0):
                self._begun = True
                return b'%b"content":""},"logprobs":%b,"done":false}\n' % (self._head, _json(content or []))
            case Started():
                self._start(event)
            case Data(data):
                return data
            case Failed(failure):
                self.ended = True
                whole_calls = [call for call in modern_answer(self._rest.response()).tool_calls if is_whole(call)]
                return self._calls(whole_calls) + encode_error(failure) + b"\n"
            case Completed(response):
                return self._complete(response)
            case _:  # other choices, and what the API cannot say
                return b""
        return b""

    def _start(self, event: Started) -> None:
        names = self._names
        created = names.created if event.created is None else event.created
        self._names = Names(event.model or names.model, created)
        self._head = _head(self._names)

    def _complete(self, response: ChatResponse) -> bytes:
        self.ended = True
        response = modern_answer(response)
        choice = response.choices[0] if response.choices else Choice(0, response.message, None)
        if not self._begun:  # an answer out of a cache may have no other event
            return whole(self._names, choice, response.usage)
        told = modern_answer(self._rest.response())
        calls = told.tool_calls
        finished = told.choices[0] if told.finish_reason is not None else choice
        usage = told.usage or response.usage
        ending = end(finished.finish_reason, finished.native_finish_reason, usage)
        return self._calls(calls) + line(self._names, {}, ending)

    def _calls(self, calls: Sequence[ToolCall]) -> bytes:
        return line(self._names, {"tool_calls": calls_json(calls)}) if calls else b""


def _head(names: Names) -> bytes:
    """A line up to what its message says."""
    rest = b'"content":""},"done":false}\n'
    return line(names, {}).removesuffix(rest)
