"""The results of a batch, a line each in a file: https://platform.openai.com/docs/api-reference/batch/request-output."""

from __future__ import annotations

from typing import Final, TypeVar

import msgspec
from msgspec import UNSET, Raw, UnsetType

from ...errors import Failure, LocalProtocolError
from ...types import (
    BatchOutcome,
    BatchResult,
    BatchResults,
    BatchResultsRequest,
    ChatRequest,
    EmbeddingRequest,
    ImageRequest,
    ModerationRequest,
)
from ..codec import Codec, Encoded, Reading, Reply, Terms
from ..error_body import of_error
from ..failures import of_facts, of_reply
from ..lenient import REFUSALS
from ..openai_chat import CODEC as CHAT
from ..operation import Operation, path_to
from ..results import BatchDecoder
from .embeddings import CODEC as EMBEDDINGS
from .images import GENERATE as IMAGES
from .moderations import CODEC as MODERATIONS

R = TypeVar("R")

# The answers are read alike, whatever was asked.
_CHAT: Final = ChatRequest(model="", messages=())
_EMBEDDINGS: Final = EmbeddingRequest(model="", input=())
_IMAGES: Final = ImageRequest(model="", prompt="")
_MODERATION: Final = ModerationRequest(model="", input="")


class ReplyPiece(msgspec.Struct):
    """The response to one request."""

    status_code: int | None = None
    request_id: str | None = None
    body: Raw = Raw(b"{}")


class LinePiece(msgspec.Struct):
    """A result: a response or an error."""

    custom_id: str | None = None
    response: ReplyPiece | None = None
    error: object = None


class BodyPiece(msgspec.Struct):
    """What a body is: its kind by name, or by the member of those that have none."""

    object: str | None = None
    data: Raw | UnsetType = UNSET
    results: Raw | UnsetType = UNSET

    @property
    def kind(self) -> str | None:
        """`images` and `moderation` are not the API's words."""
        if self.object is not None:
            return self.object
        return "moderation" if self.results is not UNSET else "images" if self.data is not UNSET else None


_decode_line = msgspec.json.Decoder(LinePiece).decode
_decode_body = msgspec.json.Decoder(BodyPiece).decode


class ResultsDecoder(BatchDecoder[LinePiece]):
    """Decoder and fold in one."""

    __slots__ = ()

    def __init__(self, terms: Terms) -> None:
        super().__init__(terms, LinePiece, _decode_line)

    def _result(self, line: LinePiece, record: bytes | bytearray) -> BatchResult | None:
        return None if line.custom_id is None else BatchResult(line.custom_id, _outcome(line, record, self._terms))


def _outcome(line: LinePiece, record: bytes | bytearray, terms: Terms) -> BatchOutcome:
    reply = line.response
    if line.error or reply is None:
        failure = of_facts(of_error(line.error or "there is neither a response nor an error"), record)
        return msgspec.structs.replace(failure, provider=terms.provider.name)
    stamps = {"request_id": reply.request_id, "provider": terms.provider.name}
    status = 200 if reply.status_code is None else reply.status_code
    if not 200 <= status < 300:
        refused = of_reply(Reply(status, {}, bytes(reply.body)), None)
        return msgspec.structs.replace(refused, status=status, **stamps)
    return msgspec.structs.replace(_response(bytes(reply.body), terms), **stamps)


def _response(body: bytes, terms: Terms) -> BatchOutcome:
    try:
        kind = _decode_body(body).kind
    except REFUSALS:
        kind = None
    match kind:
        case "list":
            return _read(EMBEDDINGS.reading(_EMBEDDINGS, terms), body)
        case "images":
            return _read(IMAGES.reading(_IMAGES, terms), body)
        case "moderation":
            return _read(MODERATIONS.reading(_MODERATION, terms), body)
        case "response":
            from ..openai_responses import CODEC as RESPONSES

            return _read(RESPONSES.reading(_CHAT, terms), body)
        case _:
            return _read(CHAT.reading(_CHAT, terms), body)


def _read(reading: Reading[R], body: bytes) -> R | Failure:
    decoder, fold = reading.decoder, reading.fold
    fold.extend(decoder.receive_document(body))
    if decoder.complete:
        return fold.response()
    return decoder.failure or Failure(kind="truncated", message="the response is not whole", body=body)


def _encode(request: BatchResultsRequest, terms: Terms) -> Encoded:
    if request.output_file_id is None:
        raise LocalProtocolError("the results are a file: give the batch's output_file_id, or its error_file_id")
    path = path_to(terms, "files", "/files", request.output_file_id) + "/content"
    return Encoded(path, b"", method="GET", accept="*/*")


def _reading(_: BatchResultsRequest, terms: Terms) -> Reading[BatchResults]:
    decoder = ResultsDecoder(terms)
    return Reading(decoder, decoder, "jsonlines")


CODEC: Final[Codec[BatchResultsRequest, BatchResults]] = Operation(_encode, _reading)
