"""Operations beside the chat, seen from the server: requests that came in, and the bodies that answer them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias, TypeVar

import msgspec

from ..errors import Failure, LocalProtocolError
from ..http import Headers
from ..types import (
    ChatRequest,
    CountTokensRequest,
    EmbeddingRequest,
    EmbeddingResponse,
    ModerationRequest,
    ModerationResponse,
    RerankRequest,
    RerankResponse,
    Response,
    TokenCount,
)

Served: TypeAlias = CountTokensRequest | EmbeddingRequest | ModerationRequest | RerankRequest
"""What a server can be asked, each answered by its own response."""

ServedResponse: TypeAlias = TokenCount | EmbeddingResponse | ModerationResponse | RerankResponse

R = TypeVar("R", bound=Response)


class Asked(msgspec.Struct, frozen=True):
    """A request that came in, and what makes of its response the body of the answer, in JSON.

    `encode` raises LocalProtocolError for a response to another kind of request.
    """

    request: Served
    encode: Callable[[Response], bytes]


class OperationServer(msgspec.Struct, frozen=True, kw_only=True):
    """An operation of one dialect, seen from the server.

    - `decode(method, path, headers, body)` is the request, or why there is none.  It raises nothing.
    - `encode_failure(failure)` is the status, headers and body of a response that tells of *failure*.
    """

    dialect: str
    decode: Callable[[str, str, Headers, bytes], Asked | Failure]
    encode_failure: Callable[[Failure], tuple[int, Headers, bytes]]


def encoding(type_: type[R], encode: Callable[[R], bytes]) -> Callable[[Response], bytes]:
    """*encode*, of responses that may be others than it takes."""

    def checked(response: Response) -> bytes:
        if not isinstance(response, type_):
            raise LocalProtocolError(f"the request is answered by a {type_.__name__}, and not by {response!r}")
        return encode(response)

    return checked


def token_counter(
    dialect: str,
    decode: Callable[[str, str, Headers, bytes], ChatRequest | Failure],
    encode: Callable[[TokenCount], bytes],
    encode_failure: Callable[[Failure], tuple[int, Headers, bytes]],
) -> OperationServer:
    """The server side of counting the tokens of the chat that *decode* finds."""

    def asked(method: str, path: str, headers: Headers, body: bytes) -> Asked | Failure:
        chat = decode(method, path, headers, body)
        if isinstance(chat, Failure):
            return chat
        own = msgspec.structs.replace(chat, dialect=dialect)
        return Asked(CountTokensRequest(chat=own), encoding(TokenCount, encode))

    return OperationServer(dialect=dialect, decode=asked, encode_failure=encode_failure)
