"""Events and answers of Cohere's chat into events of ours: https://docs.cohere.com/reference/chat-stream.

What an event says shows in its members, so its `type`, which some leave out, decides only where there are none.  A
stream ends with `message-end`; one that says ERROR there is a failure.
"""

from __future__ import annotations

from typing import Final

import msgspec
from msgspec import Raw

from ...events import (
    AnnotationAdded,
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
from ...types import Opaque, TokenLogprob
from ..calls import derived_id
from ..codec import Terms
from ..error_body import of_error
from ..failures import kind_of
from ..lenient import REFUSALS, read
from ..records import RecordDecoder
from .citations import annotation
from .failures import RULES_OF_COHERE
from .finish import FAILED, canonical
from .usage import usage
from .wire import (
    DIALECT,
    CallPiece,
    ContentPiece,
    DeltaPiece,
    LogprobPiece,
    MessagePiece,
    Record,
    RecordView,
    UsagePiece,
    decode_record,
    decode_view,
)

# Events without a member of ours; what ends is known by what follows, but for calls, which are complete then.
_CALL_END: Final = "tool-call-end"
_SILENT: Final = frozenset({None, "citation-end", "content-end", "debug", _CALL_END})
_PARTS: Final = frozenset({None, "text", "thinking"})

_part = msgspec.json.Decoder(ContentPiece).decode


class ChatDecoder(RecordDecoder[Record]):
    """The `Decoder` of chats with *model*, which answers do not name."""

    __slots__ = ("_begun", "_call", "_called", "_created", "_model", "_whole")

    def __init__(self, terms: Terms, model: str) -> None:
        super().__init__(terms, Record, decode_record)
        self._model = model
        self._created = None if terms.unix is None else int(terms.unix)
        self._begun = False
        self._call = 0  # the index of the call that came last
        self._called: set[int] = set()  # the indexes of all calls, and of those that are whole
        self._whole: set[int] = set()

    def _reread(self, record: bytes | bytearray, *, whole: bool) -> Record | None:
        """The last record may be a marker that says nothing more; without the end before it, it is none."""
        return None if record.startswith(b"[DONE]") and not whole else super()._reread(record, whole=whole)

    def _take(self, item: Record, record: bytes | bytearray, events: list[Delta]) -> None:
        if not self._begun and item.error is None:
            self._begin(item, events)
        delta = item.delta
        if delta is not None and (message := delta.message) is not None:
            content = message.content
            # Nearly every event is one more piece of text.
            if isinstance(content, ContentPiece) and item.logprobs is None:
                if content.text:
                    events.append(TextDelta(content.text))
                    return
                if content.thinking:
                    events.append(ReasoningDelta(content.thinking))
                    return
            self._take_message(message, item, record, events)
        elif isinstance(item.message, str) or item.error is not None:
            self._explain(record)
        elif item.type == "message-end" or (delta is not None and delta.finish_reason is not None):
            self._end(delta or DeltaPiece(), record, events)
        elif item.type == _CALL_END:
            self._whole.add(self._call if item.index is None else item.index)
        elif item.type not in _SILENT:
            events.append(Opaque(DIALECT, Raw(bytes(record))))

    def _take_document(self, item: Record, body: bytes | bytearray, events: list[Delta]) -> None:
        if not isinstance(item.message, MessagePiece):
            return
        self._begin(item, events)
        self._take_message(item.message, item, body, events)
        self._whole = self._called
        self._end(DeltaPiece(None, item.finish_reason, item.usage, item.error), body, events)

    def _begin(self, item: Record, events: list[Delta]) -> None:
        self._begun = True
        events.append(Started(item.id, self._created, self._model))

    def _take_message(
        self, message: MessagePiece, item: Record, record: bytes | bytearray, events: list[Delta]
    ) -> None:
        if message.tool_plan:
            events.append(ReasoningDelta(message.tool_plan))
        self._take_content(message, record, events)
        if isinstance(calls := message.tool_calls, CallPiece):
            self._take_call(calls, item.index, events)
        elif calls is not None:
            for index, call in enumerate(calls):
                self._take_call(call, index, events)
        if isinstance(citations := message.citations, dict):
            events.append(AnnotationAdded(annotation(citations)))
        elif citations is not None:
            events += [AnnotationAdded(annotation(members)) for members in citations]
        if isinstance(logprobs := item.logprobs, LogprobPiece):
            events.append(LogprobsDelta([_logprob(logprobs)]))
        elif logprobs:
            events.append(LogprobsDelta([_logprob(piece) for piece in logprobs]))

    def _take_content(self, message: MessagePiece, record: bytes | bytearray, events: list[Delta]) -> None:
        match message.content:
            case ContentPiece(type=type_, text=text, thinking=thinking) as part:
                if text is None and thinking is None and type_ not in _PARTS:
                    self._take_unknown(record, events)
                else:
                    events += _content(part)
            case str(text) if text:
                events.append(TextDelta(text))
            case list(parts):
                for raw in parts:
                    known = _read_part(raw)
                    events += [Opaque(DIALECT, raw.copy())] if known is None else _content(known)
            case _:
                return

    def _take_unknown(self, record: bytes | bytearray, events: list[Delta]) -> None:
        """Keep a part of a new type, as far as its first event has it."""
        view = read(record, decode_view, RecordView, self._depth, self.notes)
        events.append(Opaque(DIALECT, view.delta.message.content.copy()))

    def _take_call(self, piece: CallPiece, index: int | None, events: list[Delta]) -> None:
        function = piece.function
        index = self._call if index is None else index
        if piece.id is not None or (function is not None and function.name is not None):
            self._call = index
            self._called.add(index)
            id_ = piece.id or derived_id(0, index)
            name = (function and function.name) or ""
            events.append(ToolCallStarted(index, id_, name, derived=not piece.id))
        if function is not None and function.arguments:
            events.append(ToolCallDelta(index, function.arguments))

    def _end(self, delta: DeltaPiece, record: bytes | bytearray, events: list[Delta]) -> None:
        self._take_usage(delta.usage, events)
        native = delta.finish_reason
        if delta.error or native in FAILED:
            self._fail_with_reason(delta, record)
            return
        self.complete = True
        if native is None:
            if not self._called:
                events.append(TextDelta(""))  # there is an answer, be it empty
            return
        reason = canonical(native)
        if reason == "stop" and self._called and self._called == self._whole:
            reason = "tool_calls"
        events.append(ChoiceFinished(reason, native if native != reason else None))

    def _fail_with_reason(self, delta: DeltaPiece, record: bytes | bytearray) -> None:
        native = delta.finish_reason
        facts = of_error(delta.error or f"the generation ended with {native}")
        kind = "timeout" if native == "TIMEOUT" else kind_of(facts, None, RULES_OF_COHERE)
        self._fail(kind, facts.message, record)

    def _take_usage(self, piece: UsagePiece | None, events: list[Delta]) -> None:
        if piece is not None and (found := usage(piece)) is not None:
            events.append(UsageReported(found))


def _content(part: ContentPiece) -> list[Delta]:
    """The events of a piece of content; the empty ones that begin a part say nothing."""
    thought: list[Delta] = [ReasoningDelta(part.thinking)] if part.thinking else []
    return [*thought, TextDelta(part.text)] if part.text else thought


def _read_part(raw: Raw) -> ContentPiece | None:
    """A part of a list; None for one that is neither text nor thinking."""
    try:
        part = _part(raw)
    except REFUSALS:
        return None
    return part if part.type in _PARTS else None


def _logprob(piece: LogprobPiece) -> TokenLogprob:
    """The log probability of a piece of text, which is the sum of its tokens'."""
    return TokenLogprob(piece.text or "", sum(piece.logprobs or (), 0.0))
