"""Answers that are one JSON document and no chat: read whole, into the response that they are."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

from ..errors import LocalProtocolError
from ..events import Delta
from ..types import ChatResponse
from .codec import Reading, Terms
from .records import RecordDecoder

T = TypeVar("T")
R = TypeVar("R")


class DocumentDecoder(RecordDecoder[T], Generic[T, R]):
    """Decoder and fold in one: the document is read into a struct, and *answer* makes the response of it.

    *answer* returns None for what is not the API's answer; then the document may say what is wrong.
    """

    __slots__ = ("_answer", "_response")

    def __init__(
        self,
        terms: Terms,
        shape: type[T],
        decode: Callable[[bytes | bytearray], T],
        answer: Callable[[T], R | None],
    ) -> None:
        super().__init__(terms, shape, decode)
        self._answer = answer
        self._response: R | None = None

    def extend(self, events: Iterable[Delta]) -> None:
        """There are none."""

    def response(self) -> R:
        """The response, once the document was read."""
        if self._response is None:
            raise LocalProtocolError("there is no response yet")
        return self._response

    def partial(self) -> ChatResponse | None:
        """Half a document is nothing."""
        return None

    def _take(self, item: T, record: bytes | bytearray, events: list[Delta]) -> None:
        """A document in the form of an event is one all the same."""
        self._take_document(item, record, events)

    def _take_document(self, item: T, body: bytes | bytearray, events: list[Delta]) -> None:  # noqa: ARG002
        self._response = self._answer(item)
        self.complete = self._response is not None


def document(
    terms: Terms, shape: type[T], decode: Callable[[bytes | bytearray], T], answer: Callable[[T], R | None]
) -> Reading[R]:
    """The reading of an answer that is one document."""
    decoder = DocumentDecoder(terms, shape, decode, answer)
    return Reading(decoder, decoder)
