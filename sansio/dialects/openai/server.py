"""The server's side of embeddings, moderations and reranking: https://platform.openai.com/docs/api-reference."""

from __future__ import annotations

import struct
from functools import partial
from typing import Final, TypeAlias

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
from ..served import Asked, OperationServer, encoding
from ..shapes import Invalid

_Request: TypeAlias = EmbeddingRequest | ModerationRequest | RerankRequest
_Response: TypeAlias = EmbeddingResponse | ModerationResponse | RerankResponse

# By the end of the path what is asked, and what answers it.
_KINDS: Final[dict[str, tuple[type[_Request], type[_Response]]]] = {
    "embeddings": (EmbeddingRequest, EmbeddingResponse),
    "moderations": (ModerationRequest, ModerationResponse),
    "rerank": (RerankRequest, RerankResponse),
}
_members = msgspec.json.Decoder(dict[str, Raw]).decode


def _decode(method: str, path: str, headers: Headers, body: bytes) -> Asked | Failure:
    """The request, its unknown members in `extra`."""
    ending = path.partition("?")[0].rstrip("/").rpartition("/")[2]
    return read_request((method, path), f"/{ending}", headers, body, partial(_asked, *_KINDS[ending]), words=WORDS)


def _asked(kind: type[_Request], answer: type[_Response], body: Raw) -> Asked:
    members = _members(body)
    known = {name: members.pop(name) for name in kind.__struct_fields__ if name != "extra" and name in members}
    try:
        request = msgspec.json.decode(msgspec.json.encode(known), type=kind)
    except msgspec.ValidationError as exc:
        raise Invalid.of(exc) from exc
    if members:
        request = msgspec.structs.replace(request, extra=members)
    if isinstance(request, EmbeddingRequest) and request.encoding_format == "base64":
        return Asked(request, encoding(EmbeddingResponse, _in_base64))
    return Asked(request, encoding(answer, _encode))


def _encode(response: _Response) -> bytes:
    """The response without what an exchange has stamped on it."""
    return msgspec.json.encode(msgspec.structs.replace(response, cost=None, request_id=None, provider=None))


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
