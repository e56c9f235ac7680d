"""Events and answers of the Messages API into events: https://platform.claude.com/docs/en/build-with-claude/streaming.

A stream ends at `message_stop`; without that marker, at a clean end of the body once there was a stop reason.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Final, TypeVar

from msgspec import Raw

from ...errors import Failure
from ...events import ChoiceFinished, Delta, RefusalDelta, Started, TextDelta, UsageReported
from ..codec import Terms
from ..error_body import of_error
from ..lenient import UnreadableError, read
from ..records import RecordDecoder
from . import wire
from .arriving import Answer, Block, CallBlock, OpaqueBlock, TextBlock, ThinkingBlock
from .failures import of_facts
from .finish import canonical
from .usage import update, usage
from .wire import Event, UsagePiece, decode_event

T = TypeVar("T")

_Begin = Callable[[Answer, wire.BlockStart, Raw, list[Delta]], Block]

_BLOCKS: Final[dict[str, _Begin]] = {"text": TextBlock, "thinking": ThinkingBlock, "tool_use": CallBlock}
# The block that a delta belongs to whose own never began.
_OF_DELTA: Final = {
    "text_delta": wire.BlockStart(type="text"),
    "citations_delta": wire.BlockStart(type="text"),
    "thinking_delta": wire.BlockStart(type="thinking"),
    "signature_delta": wire.BlockStart(type="thinking"),
}


class MessagesDecoder(RecordDecoder[Event]):
    """The `Decoder` of messages.  *custom* are the names of tools that stand for ones of free text."""

    failure: Failure | None

    __slots__ = ("_answer", "_block", "_index", "_reason", "_spoke", "_started", "_usage")

    def __init__(self, terms: Terms, custom: frozenset[str] = frozenset()) -> None:
        super().__init__(terms, Event, decode_event)
        self._answer = Answer(custom)
        self._block: Block | None = None  # what has begun and not ended: blocks come one after the other
        self._index: int | None = None
        self._spoke = False  # something came that tells the fold of an answer
        self._started = False
        self._reason: str | None = None
        self._usage = UsagePiece()

    def finish(self) -> list[Delta]:
        """Take the clean end of a stream without its marker."""
        self.complete = self._reason is not None
        return []

    def _take(self, item: Event, record: bytes | bytearray, events: list[Delta]) -> None:
        block, delta = self._block, item.delta
        if item.type == "content_block_delta" and block is not None and delta is not None and item.index == self._index:
            block.add(delta, record, events)
        elif item.error is not None:
            self._fail_with(item.error, record)
        elif (handle := self._HANDLERS.get(item.type or "")) is not None:
            handle(self, item, record, events)

    def _take_document(self, item: Event, body: bytes | bytearray, events: list[Delta]) -> None:
        if item.error is not None:
            self._fail_with(item.error, body)
            return
        message = self._again(body, wire.decode_message, wire.Message) or wire.Message()
        if message.content is None:
            return
        self._take_message(message, events)
        for raw in message.content:
            if (block := self._begin(raw, events)) is None:
                return
            block.stop(events)
        self._stop(message, events)
        self._complete(events)

    def _fail_with(self, error: object, record: bytes | bytearray) -> None:
        self.failure = of_facts(of_error(error), record)

    def _again(self, record: bytes | bytearray, decode: Callable[[bytes | bytearray], T], shape: type[T]) -> T | None:
        """What else stands in a record that was read once; None, and `failure` is set, where it is not the API's."""
        try:
            return read(record, decode, shape, self._depth, self.notes)
        except UnreadableError as exc:
            self._fail("protocol", f"an event is {exc}", record)
            return None

    def _start_message(self, item: Event, record: bytes | bytearray, events: list[Delta]) -> None:  # noqa: ARG002
        start = self._again(record, wire.decode_message_start, wire.MessageStart)
        if start is not None and start.message is not None:
            self._take_message(start.message, events)

    def _take_message(self, message: wire.Message, events: list[Delta]) -> None:
        self._started = True
        tier = message.service_tier or (message.usage and message.usage.service_tier)
        events.append(Started(message.id, None, message.model, tier or None))
        self._take_usage(message.usage, events)

    def _take_usage(self, piece: UsagePiece | None, events: list[Delta]) -> None:
        if piece is not None:
            update(self._usage, piece)
            events.append(UsageReported(usage(self._usage)))

    def _start_block(self, item: Event, record: bytes | bytearray, events: list[Delta]) -> None:  # noqa: ARG002
        self._end_block(events)
        if item.content_block is not wire.NOTHING:
            self._block, self._index = self._begin(item.content_block, events), item.index

    def _begin(self, raw: Raw, events: list[Delta]) -> Block | None:
        self._spoke = True
        start = self._again(bytes(raw), wire.decode_block, wire.BlockStart)
        return None if start is None else _BLOCKS.get(start.type or "", OpaqueBlock)(self._answer, start, raw, events)

    def _begin_late(self, item: Event, record: bytes | bytearray, events: list[Delta]) -> None:
        """Take a delta of a block that never began."""
        delta = item.delta or wire.Delta()
        if (start := _OF_DELTA.get(delta.type or "")) is not None:
            self._end_block(events)
            self._spoke = True
            self._block, self._index = _BLOCKS[str(start.type)](self._answer, start, Raw(b"{}"), events), item.index
            self._block.add(delta, record, events)

    def _stop_block(self, item: Event, record: bytes | bytearray, events: list[Delta]) -> None:  # noqa: ARG002
        self._end_block(events)

    def _end_block(self, events: list[Delta]) -> None:
        if self._block is not None:
            self._block.stop(events)
            self._block = None

    def _take_delta(self, item: Event, record: bytes | bytearray, events: list[Delta]) -> None:  # noqa: ARG002
        self._end_block(events)
        change = self._again(record, wire.decode_message_delta, wire.MessageDelta) or wire.MessageDelta()
        if change.delta is not None:
            self._stop(change.delta, events)
        self._take_usage(change.usage, events)

    def _stop(self, stop: wire.Stop, events: list[Delta]) -> None:
        native = stop.stop_reason
        if native is None or native == self._reason:
            return
        self._reason = native
        self._spoke = True
        if stop.stop_details is not None and stop.stop_details.explanation:
            events.append(RefusalDelta(stop.stop_details.explanation))
        reason = canonical(native, calls=self._answer.ended_calls > 0)
        events.append(ChoiceFinished(reason, None if native == reason else native, stop_sequence=stop.stop_sequence))

    def _stop_message(self, item: Event, record: bytes | bytearray, events: list[Delta]) -> None:  # noqa: ARG002
        if self._started or self._spoke:
            self._complete(events)
        else:
            self._fail("protocol", "the stream is over and no message came", record)

    def _complete(self, events: list[Delta]) -> None:
        self._end_block(events)
        self.complete = True
        if not self._spoke:
            events.append(TextDelta(""))  # an empty answer is one

    _HANDLERS: ClassVar[dict[str, Callable[[MessagesDecoder, Event, bytes | bytearray, list[Delta]], None]]] = {
        "message_start": _start_message,
        "content_block_start": _start_block,
        "content_block_delta": _begin_late,
        "content_block_stop": _stop_block,
        "message_delta": _take_delta,
        "message_stop": _stop_message,
    }
