"""Events of ConverseStream, and answers of Converse, into events.

https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html.  A stream ends with `messageStop` and
the `metadata` behind it; without those, at a clean end of the body behind `messageStop`.
"""

from __future__ import annotations

from typing import Final, cast

import msgspec
from msgspec import Raw

from ...events import ChoiceFinished, Delta, ModerationReported, Started, TextDelta, UsageReported
from ...types import Opaque
from ..codec import Terms
from ..lenient import read, value
from ..records import RecordDecoder
from .blocks import Blocks
from .content import RESPONSE_FIELDS
from .failures import of_exception
from .finish import canonical
from .usage import usage
from .wire import (
    DIALECT,
    Answer,
    Event,
    MessageStop,
    Metadata,
    Record,
    Trace,
    decode_answer,
    decode_event,
    decode_record,
)

_NOTHING: Final = frozenset({b"", b"{}", b"null"})


class ConverseDecoder(RecordDecoder[Record]):
    """The `Decoder` of Converse."""

    __slots__ = ("_blocks", "_is_told", "_stopped", "_terms")

    def __init__(self, terms: Terms) -> None:
        super().__init__(terms, Record, decode_record)
        self._terms = terms
        self._blocks = Blocks()
        self._stopped = False
        self._is_told = False  # the metadata came

    def receive_document(self, body: bytes | bytearray) -> list[Delta]:
        """Take a whole answer: complete where it has a message."""
        whole = _AnswerDecoder(self._terms)
        events = whole.receive_document(body)
        self.complete, self.failure, self.notes = whole.complete, whole.failure, whole.notes
        return events

    def finish(self) -> list[Delta]:
        """Take the clean end of a stream, which is one if the message has ended."""
        self.complete = self._stopped
        return []

    def _take(self, item: Record, record: bytes | bytearray, events: list[Delta]) -> None:
        delta = item.content_block_delta
        if (
            delta is None
            or (piece := delta.delta) is None
            or not self._blocks.add(delta.content_block_index, piece, events)
        ):
            self._take_event(record, events)

    def _take_event(self, record: bytes | bytearray, events: list[Delta]) -> None:
        # It is an object, as the first look at it has shown, so that this one finds something too.
        event = read(record, decode_event, Event, self._depth, self.notes)
        blocks = self._blocks
        if (delta := event.content_block_delta) is not None:
            blocks.add_other(delta.content_block_index, delta.delta or {}, events)
        elif (started := event.content_block_start) is not None:
            blocks.start(started.content_block_index, started.start or {}, events)
        elif (stopped := event.content_block_stop) is not None:
            blocks.stop(stopped.content_block_index, events)
        elif event.message_stop is not None:
            self._stopped = True
            events += _stop(event.message_stop, blocks)
            self.complete = self._is_told
        elif event.metadata is not None:
            self._is_told = True
            events += _tell(event.metadata)
            self.complete = self._stopped
        elif event.message_start is None:
            self._take_unknown(record)

    def _take_unknown(self, record: bytes | bytearray) -> None:
        """Take an exception, or an event that does not belong to the message: it is none of the output."""
        said = value(record)
        for name, payload in cast("dict[str, object]", said).items() if isinstance(said, dict) else ():
            if name == "error" or name.endswith("Exception"):
                self.failure = of_exception(name, payload, record)
            else:
                self.notes.append(f"$.{name}")


class _AnswerDecoder(RecordDecoder[Answer]):
    """The same for an answer that is not streamed."""

    __slots__ = ()

    def __init__(self, terms: Terms) -> None:
        super().__init__(terms, Answer, decode_answer)

    def _take_document(self, item: Answer, body: bytes | bytearray, events: list[Delta]) -> None:  # noqa: ARG002
        if item.output is None or (message := item.output.message) is None:
            return
        blocks = Blocks()
        for index, block in enumerate(message.content or ()):
            if bytes(block)[:1] == b"{":
                blocks.receive_whole(index, block, events)
            else:
                self.notes.append(f"$.output.message.content[{index}]")
        events += _stop(MessageStop(item.stop_reason, item.additional_model_response_fields), blocks)
        events += _tell(item)
        self.complete = True


def _stop(stop: MessageStop, blocks: Blocks) -> list[Delta]:
    """The end of the message.  Members of the model's own answer that were asked for stay with it, as an item."""
    events: list[Delta] = []
    blocks.close(events)
    fields = stop.additional_model_response_fields
    if bytes(fields) not in _NOTHING:
        events.append(Opaque(DIALECT, Raw(msgspec.json.encode({RESPONSE_FIELDS: fields}))))
    if native := stop.stop_reason:
        reason = canonical(native, called=blocks.called)
        events.append(ChoiceFinished(reason, native if native != reason else None))
    else:
        events.append(TextDelta(""))  # that there was an answer at all
    return events


def _tell(metadata: Metadata) -> list[Delta]:
    """What is known once the message has ended."""
    events: list[Delta] = []
    trace = metadata.trace or Trace()
    model = trace.prompt_router and trace.prompt_router.invoked_model_id
    tier = metadata.service_tier and metadata.service_tier.type
    if model or tier:
        events.append(Started(model=model or None, service_tier=tier or None))
    if bytes(trace.guardrail) not in _NOTHING:
        events.append(ModerationReported(Raw(msgspec.json.encode({"guardrail": trace.guardrail}))))
    if metadata.usage is not None:
        events.append(UsageReported(usage(metadata.usage)))
    return events
