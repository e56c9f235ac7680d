"""Answers that are one document, or events with a `type` up to a last one that says it all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Generic, TypeVar

from ...events import Delta
from ..documents import DocumentDecoder
from ..operation import Piece

DONE: Final = b"[DONE]"


class EventPiece(Piece):
    """A document, or an event."""

    type: str | None = None


T = TypeVar("T", bound=EventPiece)
R = TypeVar("R")


class StreamDecoder(DocumentDecoder[T, R], Generic[T, R]):
    """What the events mean is said in `_take_event`; whether they are an answer, at the marker, in `_conclude`.

    A clean end is no marker: the last event says that it is the last.
    """

    __slots__ = ()

    def receive(self, records: Sequence[bytes]) -> list[Delta]:
        """Take the next events; a marker behind the last one, as some servers have it, says nothing more."""
        events = super().receive([record for record in records if record != DONE])
        if DONE in records and not self.complete and self.failure is None:
            self._conclude()
            if not self.complete:
                self._fail("protocol", "the stream ended without an answer", DONE)
        return events

    def _take(self, item: T, record: bytes | bytearray, events: list[Delta]) -> None:
        if item.error or item.type == "error":
            self._explain(record)
        elif item.type is None:
            self._take_document(item, record, events)
        else:
            self._take_event(item, item.type, record, events)

    def _take_event(self, item: T, kind: str, record: bytes | bytearray, events: list[Delta]) -> None:
        """Take one event; one that has no meaning here is passed over."""

    def _conclude(self) -> None:
        """Set `complete` if what came is an answer; most are none without their last event."""

    def _answered(self, response: R) -> None:
        self._response = response
        self.complete = True
