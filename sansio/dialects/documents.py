"""Answers that are one JSON document and no chat: read whole, into the response that they are."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

import msgspec

from ..errors import Failure, LocalProtocolError
from ..events import Delta, Fold, UsageReported
from ..types import ChatResponse, Usage
from .codec import Reading, Terms
from .failures import BODY_KEPT
from .records import RecordDecoder

T = TypeVar("T")
R = TypeVar("R")


class Unanswered(msgspec.Struct, frozen=True):
    """What a document in the shape of an answer says instead of one; and the usage that it states all the same."""

    failure: Failure
    usage: Usage | None = None


class DocumentDecoder(RecordDecoder[T], Generic[T, R]):
    """Decoder and fold in one: the document is read into a struct, and *answer* makes the response of it.

    *answer* returns None for what is not the API's answer; then the document may say what is wrong.
    """

    __slots__ = ("_answer", "_partial", "_response")

    failure: Failure | None

    def __init__(
        self,
        terms: Terms,
        shape: type[T],
        decode: Callable[[bytes | bytearray], T],
        answer: Callable[[T], R | Unanswered | None],
    ) -> None:
        super().__init__(terms, shape, decode)
        self._answer = answer
        self._partial = Fold()
        self._response: R | None = None

    def extend(self, events: Iterable[Delta]) -> None:
        """Gather what came, for the case that it is no answer."""
        self._partial.extend(events)

    def response(self) -> R:
        """The response, once the document was read."""
        if self._response is None:
            raise LocalProtocolError("there is no response yet")
        return self._response

    def partial(self) -> ChatResponse | None:
        """What came; half a document is nothing."""
        return self._partial.partial()

    def _take(self, item: T, record: bytes | bytearray, events: list[Delta]) -> None:
        """A document in the form of an event is one all the same."""
        self._take_document(item, record, events)

    def _take_document(self, item: T, body: bytes | bytearray, events: list[Delta]) -> None:
        answer = self._answer(item)
        if not isinstance(answer, Unanswered):
            self._response = answer
            self.complete = answer is not None
            return
        self.failure = msgspec.structs.replace(answer.failure, body=bytes(body[:BODY_KEPT]))
        if answer.usage is not None:
            events.append(UsageReported(answer.usage))


def document(
    terms: Terms,
    shape: type[T],
    decode: Callable[[bytes | bytearray], T],
    answer: Callable[[T], R | Unanswered | None],
) -> Reading[R]:
    """The reading of an answer that is one document."""
    decoder = DocumentDecoder(terms, shape, decode, answer)
    return Reading(decoder, decoder)
