"""Lines and answers of Ollama's chat into events: https://github.com/ollama/ollama/blob/main/docs/api.md.

A stream ends with the line that is `done`; a line with an `error` is a failure.
"""

from __future__ import annotations

import msgspec
from msgspec import Raw

from ...events import (
    ChoiceFinished,
    Delta,
    LogprobsDelta,
    ReasoningDelta,
    Started,
    TextDelta,
    ToolCallDelta,
    ToolCallStarted,
    UsageReported,
)
from ...types import Usage
from ..calls import derived_id
from ..codec import Terms
from ..error_body import of_error
from ..failures import kind_of
from ..records import RecordDecoder
from .failures import RULES_OF_OLLAMA
from .wire import CallPiece, FunctionPiece, Line, decode_line

_FINISH = {"load": "stop", "unload": "stop"}  # answers to a prompt without messages

_text = msgspec.json.Decoder(str).decode


class ChatDecoder(RecordDecoder[Line]):
    """The `Decoder` of chats."""

    __slots__ = ("_begun", "_calls")

    def __init__(self, terms: Terms) -> None:
        super().__init__(terms, Line, decode_line)
        self._begun = False
        self._calls = 0

    def _take(self, item: Line, record: bytes | bytearray, events: list[Delta]) -> None:
        if item.error is not None:
            self._take_error(item.error, record)
            return
        if not self._begun:  # the names are the same on every line
            self._begun = True
            events.append(Started(None, _seconds(item.created_at), item.model))
        if (message := item.message) is not None:
            if message.thinking:
                events.append(ReasoningDelta(message.thinking))
            if message.content:
                events.append(TextDelta(message.content))
            for call in message.tool_calls or ():
                self._take_call(call, events)
        if item.logprobs:
            events.append(LogprobsDelta(item.logprobs))
        if item.done:
            self._end(item, events)

    def _take_document(self, item: Line, body: bytes | bytearray, events: list[Delta]) -> None:
        """A whole answer is a stream of one line."""
        if item.done or item.error is not None:
            self._take(item, body, events)

    def _take_error(self, error: object, record: bytes | bytearray) -> None:
        facts = of_error(error)
        self._fail(kind_of(facts, None, RULES_OF_OLLAMA), facts.message, record)

    def _take_call(self, piece: CallPiece, events: list[Delta]) -> None:
        index, self._calls = self._calls, self._calls + 1
        function = piece.function or FunctionPiece()
        id_ = piece.id or derived_id(0, index)
        events.append(ToolCallStarted(index, id_, function.name or "", derived=not piece.id))
        events.append(ToolCallDelta(index, _arguments(function.arguments)))

    def _end(self, item: Line, events: list[Delta]) -> None:
        self.complete = True
        read, written = item.prompt_eval_count, item.eval_count
        if read is not None or written is not None:
            total = None if read is None or written is None else read + written
            events.append(UsageReported(Usage(read, written, total)))
        native = item.done_reason
        if native is None:
            if not self._calls:
                events.append(TextDelta(""))  # there is an answer, be it empty
            return
        reason = _FINISH.get(native, native.lower())
        if reason == "stop" and self._calls:
            reason = "tool_calls"
        events.append(ChoiceFinished(reason, native if native != reason else None))


def _arguments(raw: Raw) -> str:
    """The arguments as JSON text; where a server has text, which a model wrote that is no object, that text."""
    text = bytes(raw).decode("utf-8", "replace")
    return _text(raw) if text.startswith('"') else text


def _seconds(created_at: str | None) -> int | None:
    """The Unix time of an RFC 3339 date, to the second; None for the year 1, which stands for no date."""
    if not created_at:
        return None
    from datetime import UTC, datetime

    try:
        at = datetime.fromisoformat(created_at)
    except ValueError:
        return None
    seconds = int(at.replace(tzinfo=at.tzinfo or UTC).timestamp())
    return seconds if seconds > 0 else None
