"""Answers that are bytes: given on piece by piece, and gathered only where they are not streamed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Generic, TypeVar

from ...errors import Failure, LocalProtocolError
from ...events import Data, Delta
from ...types import ChatResponse
from ..codec import Reading, Terms

R = TypeVar("R")


class DownloadDecoder(Generic[R]):
    """Decoder and fold in one; *answer* makes the response of all the bytes, or of None where they were streamed."""

    __slots__ = ("_answer", "_pieces", "_response", "complete", "failure", "notes")

    def __init__(self, answer: Callable[[bytes | None], R], *, stream: bool) -> None:
        self.complete = False
        self.failure: Failure | None = None
        self.notes: list[str] = []
        self._answer = answer
        self._pieces: list[bytes] | None = None if stream else []
        self._response: R | None = None

    def receive(self, records: Sequence[bytes]) -> list[Delta]:
        """Take the next pieces."""
        if self._pieces is not None:
            self._pieces += records
        return [Data(record) for record in records]

    def receive_document(self, body: bytes | bytearray) -> list[Delta]:
        """Take all of them at once."""
        return [*self.receive([bytes(body)]), *self.finish()]

    def finish(self) -> list[Delta]:
        """Take the end, which is all that tells that they are all."""
        self._response = self._answer(None if self._pieces is None else b"".join(self._pieces))
        self.complete = True
        return []

    def extend(self, events: Iterable[Delta]) -> None:
        """What they hold is gathered already."""

    def response(self) -> R:
        """The response, once they are all there."""
        if self._response is None:
            raise LocalProtocolError("there is no response yet")
        return self._response

    def partial(self) -> ChatResponse | None:
        """Half a file is no answer."""
        return None


def download(terms: Terms, answer: Callable[[bytes | None], R]) -> Reading[R]:
    """The reading of an answer that is bytes, whatever they are."""
    decoder = DownloadDecoder(answer, stream=terms.stream)
    return Reading(decoder, decoder, "bytes")
