"""The results of a batch, a line each: what the decoders of the dialects share that have such files."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

import msgspec

from ..events import Delta
from ..types import BatchResult, BatchResults, ChatResponse
from .codec import Terms
from .records import RecordDecoder

L = TypeVar("L")


class BatchDecoder(RecordDecoder[L]):
    """Decoder and fold in one: every line is a record, of which a dialect says in `_result` what became of which request."""

    __slots__ = ("_results", "_terms")

    def __init__(self, terms: Terms, shape: type[L], decode: Callable[[bytes | bytearray], L]) -> None:
        super().__init__(terms, shape, decode)
        self._terms = msgspec.structs.replace(terms, stream=False)
        self._results: list[BatchResult] = []

    def receive_document(self, body: bytes | bytearray) -> list[Delta]:
        """Take all the lines at once."""
        events = self.receive([line for line in bytes(body).split(b"\n") if line.strip()])
        return [*events, *self.finish()]

    def finish(self) -> list[Delta]:
        """Take the end, which is all that tells that the lines are all."""
        self.complete = self.failure is None
        return []

    def extend(self, events: Iterable[Delta]) -> None:
        """There are none."""

    def response(self) -> BatchResults:
        """The results so far."""
        return BatchResults(results=self._results)

    def partial(self) -> ChatResponse | None:
        """There is no chat to show."""
        return None

    def _take(self, item: L, record: bytes | bytearray, events: list[Delta]) -> None:  # noqa: ARG002
        if (result := self._result(item, record)) is None:
            self._explain(record)
        else:
            self._results.append(result)

    def _result(self, line: L, record: bytes | bytearray) -> BatchResult | None:
        """What *record*, read as *line*, says; None where it is no result."""
        raise NotImplementedError
