"""What the decoders of all dialects share: records to structs, leniently, and the two ends of a response."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from ..errors import Failure, Kind
from ..events import Delta
from .codec import Terms
from .error_body import of_body, of_value
from .failures import BODY_KEPT, of_facts
from .lenient import REFUSALS, UnreadableError, check_depth, read, value

T = TypeVar("T")


class RecordDecoder(Generic[T]):
    """A `Decoder` whose records are JSON objects of one wide struct.

    They are read into *shape* by *decode*, its decoder; a dialect says in `_take` and `_take_document` what they mean.
    """

    __slots__ = ("_decode", "_depth", "_shape", "complete", "failure", "notes")

    def __init__(self, terms: Terms, shape: type[T], decode: Callable[[bytes | bytearray], T]) -> None:
        self._shape = shape
        self._decode = decode
        self.complete = False
        self.failure: Failure | None = None
        self.notes: list[str] = []
        self._depth = terms.limits.depth

    def receive(self, records: Sequence[bytes]) -> list[Delta]:
        """Take the next records of a stream."""
        events: list[Delta] = []
        for record in records:
            if (item := self._read(record)) is not None:
                self._take(item, record, events)
            if self.complete or self.failure is not None:
                break
        return events

    def receive_document(self, body: bytes | bytearray) -> list[Delta]:
        """Take a whole answer."""
        events: list[Delta] = []
        if (item := self._read(body, whole=True)) is not None:
            self._take_document(item, body, events)
            if not self.complete and self.failure is None:
                self._explain(body)
        return events

    def finish(self) -> list[Delta]:
        """Take the clean end of a stream without a marker."""
        return []

    def _take(self, item: T, record: bytes | bytearray, events: list[Delta]) -> None:
        """Add the events of one record."""
        raise NotImplementedError

    def _take_document(self, item: T, body: bytes | bytearray, events: list[Delta]) -> None:
        """Add the events of a whole answer, and set `complete` if it is one."""
        raise NotImplementedError

    def _read(self, record: bytes | bytearray, *, whole: bool = False) -> T | None:
        """A record as the struct; None where it is none, and `failure` is set then."""
        try:
            if len(record) > 2 * self._depth:  # shorter JSON cannot nest deeper, since every bracket is closed
                check_depth(record, self._depth)
            return self._decode(record)
        except REFUSALS:
            return self._reread(record, whole=whole)

    def _reread(self, record: bytes | bytearray, *, whole: bool) -> T | None:
        try:
            return read(record, self._decode, self._shape, self._depth, self.notes)
        except UnreadableError as exc:
            if whole:
                page = of_body(bytes(record[:BODY_KEPT])) if exc.kind == "protocol" else None
                self._fail(exc.kind, f"{exc}: {page.message}" if page else str(exc), record)
            else:  # the framing says that the record is whole, so it is not cut
                self._fail("protocol" if exc.kind == "truncated" else exc.kind, f"an event is {exc}", record)
            return None

    def _explain(self, body: bytes | bytearray) -> None:
        """Set the failure of a document that is no answer: the error that it tells of, or that it tells nothing."""
        if (facts := of_value(value(body))) is not None:
            self.failure = of_facts(facts, body)
        else:
            self._fail("protocol", "the answer is not the API's", body)

    def _fail(self, kind: Kind, message: str, record: bytes | bytearray) -> None:
        self.failure = Failure(kind=kind, message=message, body=bytes(record[:BODY_KEPT]))
