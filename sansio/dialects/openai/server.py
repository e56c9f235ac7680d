"""The server's side of embeddings, moderations and reranking: https://platform.openai.com/docs/api-reference."""

from __future__ import annotations

import struct
from functools import partial
from typing import Final

import msgspec
from msgspec import Raw

from ...errors import Failure
from ...http import Headers
from ...types import (
    Embedding,
    EmbeddingRequest,
    EmbeddingResponse,
    ModerationRequest,
    ModerationResponse,
    RerankRequest,
    RerankResponse,
)
from ..inbound import read_request
from ..openai_chat.server_failure import encode_failure
from ..openai_chat.server_request import WORDS
from ..openai_chat.unknown import DIALECT
from ..served import Asked, OperationServer, Served, encoding
from ..shapes import Invalid

_KINDS: Final[dict[str, type[EmbeddingRequest | ModerationRequest | RerankRequest]]] = {
    "embeddings": EmbeddingRequest,
    "moderations": ModerationRequest,
    "rerank": RerankRequest,
}
_members = msgspec.json.Decoder(dict[str, Raw]).decode


def _decode(method: str, path: str, headers: Headers, body: bytes) -> Asked | Failure:
    """The request, its unknown members in `extra`."""
    ending = path.partition("?")[0].rstrip("/").rpartition("/")[2]
    return read_request((method, path), f"/{ending}", headers, body, partial(_asked, _KINDS[ending]), words=WORDS)


def _asked(kind: type[EmbeddingRequest | ModerationRequest | RerankRequest], body: Raw) -> Asked:
    members = _members(body)
    known = {name: members.pop(name) for name in kind.__struct_fields__ if name != "extra" and name in members}
    try:
        request = msgspec.json.decode(msgspec.json.encode(known), type=kind)
    except msgspec.ValidationError as exc:
        raise Invalid.of(exc) from exc
    return _answering(msgspec.structs.replace(request, extra=members) if members else request)


def _answering(request: EmbeddingRequest | ModerationRequest | RerankRequest) -> Asked:
    asked: Served = request
    match request:
        case EmbeddingRequest(encoding_format="base64"):
            return Asked(asked, encoding(EmbeddingResponse, _in_base64))
        case EmbeddingRequest():
            return Asked(asked, encoding(EmbeddingResponse, _encode))
        case ModerationRequest():
            return Asked(asked, encoding(ModerationResponse, _encode))
        case _:
            return Asked(asked, encoding(RerankResponse, _encode))


def _encode(response: EmbeddingResponse | ModerationResponse | RerankResponse) -> bytes:
    return msgspec.json.encode(_unstamped(response))


def _unstamped(
    response: EmbeddingResponse | ModerationResponse | RerankResponse,
) -> EmbeddingResponse | ModerationResponse | RerankResponse:
    """The response without what an exchange has stamped on it."""
    return msgspec.structs.replace(response, cost=None, request_id=None, provider=None)


def _in_base64(response: EmbeddingResponse) -> bytes:
    members = _members(_encode(msgspec.structs.replace(response, data=())))
    return msgspec.json.encode({**members, "data": [_packed(item) for item in response.data]})


def _packed(item: Embedding) -> dict[str, object]:
    """The vector as little-endian float32 numbers; msgspec writes bytes in base64.  One that does not fit stays as it is."""
    vector: object
    try:
        vector = struct.pack(f"<{len(item.embedding)}f", *item.embedding)
    except OverflowError:
        vector = item.embedding  # clients read numbers, too
    return {"object": "embedding", "index": item.index, "embedding": vector}


SERVER: Final = OperationServer(dialect=DIALECT, decode=_decode, encode_failure=encode_failure)
