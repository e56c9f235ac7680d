"""Answers that are bytes: given on piece by piece, and gathered only where they are not streamed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Generic, TypeVar, cast

from ...errors import Failure, LocalProtocolError
from ...events import Data, Delta
from ...framing.pieces import Pieces
from ...types import ChatResponse
from ..codec import Reading, Terms
from ..error_body import of_value
from ..failures import BODY_KEPT, of_facts
from ..lenient import value

R = TypeVar("R")


class DownloadDecoder(Generic[R]):
    """Decoder and fold in one; *answer* makes the response of all the bytes, or of None where they were streamed.

    *explains* says that an error object in their place is no answer, nor any object that comes as a document.
    """

    __slots__ = ("_answer", "_explains", "_pieces", "_response", "complete", "failure", "notes")

    def __init__(self, answer: Callable[[bytes | None], R], *, stream: bool, explains: bool) -> None:
        self.complete = False
        self.failure: Failure | None = None
        self.notes: list[str] = []
        self._answer = answer
        self._explains = explains
        self._pieces = None if stream else Pieces()
        self._response: R | None = None

    def receive(self, records: Sequence[bytes]) -> list[Delta]:
        """Take the next pieces."""
        if self._pieces is not None:
            for record in records:
                self._pieces.append(record)
        return [Data(record) for record in records]

    def receive_document(self, body: bytes | bytearray) -> list[Delta]:
        """Take all of them at once."""
        if self._explains and isinstance(said := value(body), dict | list):
            facts = of_value(cast("object", said))
            nothing = Failure(kind="protocol", message="the answer is not the API's", body=bytes(body[:BODY_KEPT]))
            self.failure = nothing if facts is None else of_facts(facts, body)
            return []
        return [*self.receive([bytes(body)]), *self.finish()]

    def finish(self) -> list[Delta]:
        """Take the end, which is all that tells that they are all."""
        content = None if self._pieces is None else self._pieces.take()
        if content is not None and self._explains:
            self.failure = error_in(content)
        if self.failure is None:
            self._response = self._answer(content)
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


def download(terms: Terms, answer: Callable[[bytes | None], R], *, explains: bool = False) -> Reading[R]:
    """The reading of an answer that is bytes, whatever they are, or with *explains* whatever but JSON that explains itself."""
    decoder = DownloadDecoder(answer, stream=terms.stream, explains=explains)
    return Reading(decoder, decoder, "bytes", unless_json=explains)


def error_in(content: bytes | bytearray) -> Failure | None:
    """The failure that an error object stands for in the place of something that is no JSON; None where there is none."""
    said = value(content) if content[:1] == b"{" else None
    facts = of_value(cast("object", said)) if isinstance(said, dict) and "error" in said else None
    return None if facts is None else of_facts(facts, content)
