"""The server's side of embeddings, moderations and reranking: requests that came in, and the bodies that answer them.

A gateway finds them among what its connection refuses, since they are no chats; it answers with a `RawResponse`.
"""

from __future__ import annotations

import re
import struct
from typing import Final, TypeAlias

import msgspec
from msgspec import Raw

from ...errors import Failure
from ...types import (
    Embedding,
    EmbeddingRequest,
    EmbeddingResponse,
    ModerationRequest,
    ModerationResponse,
    RerankRequest,
    RerankResponse,
)
from ..lenient import REFUSALS

Served: TypeAlias = EmbeddingRequest | ModerationRequest | RerankRequest

_KINDS: Final[tuple[tuple[re.Pattern[str], type[Served]], ...]] = (
    (re.compile(r".*/embeddings/?"), EmbeddingRequest),
    (re.compile(r".*/moderations/?"), ModerationRequest),
    (re.compile(r".*/rerank/?"), RerankRequest),
)
_members = msgspec.json.Decoder(dict[str, Raw]).decode


def decode_request(method: str, path: str, body: bytes) -> Served | Failure | None:
    """The request, its unknown members in `extra`, or what is wrong with it; None where *path* is that of another API.

    *path* is the request's target, with a query if it has one.  Raises nothing.
    """
    target = path.partition("?")[0]
    kind = next((kind for pattern, kind in _KINDS if method == "POST" and pattern.fullmatch(target)), None)
    if kind is None:
        return None
    try:
        members = _members(body)
        known = {name: members.pop(name) for name in kind.__struct_fields__ if name != "extra" and name in members}
        request: Served = msgspec.json.decode(msgspec.json.encode(known), type=kind)
    except REFUSALS as exc:
        return Failure(kind="bad_request", message=str(exc), status=400, type="invalid_request_error")
    return msgspec.structs.replace(request, extra=members) if members else request


def encode_response(request: Served, response: EmbeddingResponse | ModerationResponse | RerankResponse) -> bytes:
    """The body of the answer, in JSON; vectors are in base64 where the request wants them so."""
    body = msgspec.structs.replace(response, cost=None, request_id=None, provider=None)
    if isinstance(body, EmbeddingResponse) and getattr(request, "encoding_format", None) == "base64":
        members = _members(msgspec.json.encode(msgspec.structs.replace(body, data=())))
        return msgspec.json.encode({**members, "data": [_in_base64(item) for item in body.data]})
    return msgspec.json.encode(body)


def _in_base64(item: Embedding) -> dict[str, object]:
    """The vector as little-endian float32 numbers; msgspec writes bytes in base64.  One that does not fit stays as it is."""
    vector: object
    try:
        vector = struct.pack(f"<{len(item.embedding)}f", *item.embedding)
    except OverflowError:
        vector = item.embedding  # clients read numbers, too
    return {"object": "embedding", "index": item.index, "embedding": vector}
