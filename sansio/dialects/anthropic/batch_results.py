"""The results of a batch, a line each: https://platform.claude.com/docs/en/api/retrieving-message-batch-results."""

from __future__ import annotations

from typing import Final

import msgspec
from msgspec import Raw

from ...errors import Failure
from ...events import Fold
from ...types import BatchResult, BatchResults, BatchResultsRequest, ChatResponse
from ..codec import Codec, Encoded, Reading, Terms
from ..error_body import of_body
from ..operation import path_to
from ..results import BatchDecoder
from .batches import PATHS
from .decoder import MessagesDecoder
from .failures import of_facts
from .operation import MessagesOperation
from .wire import NOTHING


class ResultPiece(msgspec.Struct):
    """What became of a request."""

    type: str | None = None
    message: Raw = NOTHING
    error: Raw = NOTHING


class LinePiece(msgspec.Struct):
    """A result."""

    custom_id: str | None = None
    result: ResultPiece | None = None


_decode_line = msgspec.json.Decoder(LinePiece).decode
_ENDS: Final = {
    "canceled": Failure(kind="cancelled", message="the batch was cancelled before this request was sent"),
    "expired": Failure(kind="timeout", message="the batch expired before this request was sent"),
}


class ResultsDecoder(BatchDecoder[LinePiece]):
    """Decoder and fold in one."""

    __slots__ = ()

    def __init__(self, terms: Terms) -> None:
        super().__init__(terms, LinePiece, _decode_line)

    def _result(self, line: LinePiece, record: bytes | bytearray) -> BatchResult | None:  # noqa: ARG002
        if line.custom_id is None or line.result is None:
            return None
        return BatchResult(line.custom_id, self._outcome(line.result))

    def _outcome(self, result: ResultPiece) -> ChatResponse | Failure:
        name = self._terms.provider.name
        if (end := _ENDS.get(result.type or "")) is not None:
            return msgspec.structs.replace(end, provider=name)
        if result.message is not NOTHING:
            return self._message(bytes(result.message))
        body = bytes(result.error)
        if (facts := of_body(body)) is None:
            return Failure(kind="protocol", message="there is neither a message nor an error", provider=name)
        return msgspec.structs.replace(of_facts(facts, body), provider=name)

    def _message(self, body: bytes) -> ChatResponse | Failure:
        decoder, fold = MessagesDecoder(self._terms), Fold()
        fold.extend(decoder.receive_document(body))
        self.notes += decoder.notes
        if decoder.failure is not None:
            return msgspec.structs.replace(decoder.failure, provider=self._terms.provider.name)
        return msgspec.structs.replace(fold.response(), provider=self._terms.provider.name)


def _encode(request: BatchResultsRequest, terms: Terms) -> Encoded:
    return Encoded(path_to(terms, *PATHS, request.id) + "/results", b"", method="GET", accept="*/*")


def _reading(_: BatchResultsRequest, terms: Terms) -> Reading[BatchResults]:
    decoder = ResultsDecoder(terms)
    return Reading(decoder, decoder, "jsonlines")


CODEC: Final[Codec[BatchResultsRequest, BatchResults]] = MessagesOperation(_encode, _reading)
