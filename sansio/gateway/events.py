"""What a server connection says and is told beside the events of a response, as frozen data."""

from __future__ import annotations

from typing import TypeAlias

import msgspec

from ..dialects.served import Served, ServedResponse
from ..errors import Failure
from ..events import Completed, Event
from ..http import Headers, is_secret, redacted_url
from ..types import ChatRequest, ChatResponse


class _Inbound(msgspec.Struct, frozen=True, kw_only=True):
    """The HTTP message as it came: `sequence` counts a connection's requests from 0, header names are in lower case."""

    sequence: int
    method: str
    target: str
    headers: Headers
    body: bytes

    def __repr__(self) -> str:
        """What was asked, without secrets and without the body."""
        names = ", ".join(name for name, _ in self.headers if not is_secret(name))
        target = redacted_url(self.target)
        return f"{type(self).__name__}({self.sequence}, {self.method} {target}, {names}, <{len(self.body)} bytes>)"


class RequestReceived(_Inbound, frozen=True, kw_only=True):
    """A whole request of a known API, `dialect`.  Answer it with `send` until the response has ended."""

    dialect: str
    request: ChatRequest

    @property
    def stream(self) -> bool:
        """Whether the answer is wanted as a stream."""
        return self.request.stream is True


class OperationReceived(_Inbound, frozen=True, kw_only=True):
    """A whole request beside the chat, of the known API `dialect`.  Answer it with `Completed` and its own response.

    They are the counting of tokens, embeddings, moderations and reranking.
    """

    dialect: str
    request: Served


class RequestRefused(_Inbound, frozen=True, kw_only=True):
    """A whole HTTP request that no API here understands.  `Failed(failure)` is the answer to send, if no other is."""

    failure: Failure


class ConnectionClosed(msgspec.Struct, frozen=True):
    """The peer sends nothing more; it may still read, so an answer that was begun may be finished."""


Received: TypeAlias = RequestReceived | OperationReceived | RequestRefused | ConnectionClosed


class ResponseHeaders(msgspec.Struct, frozen=True):
    """Headers to add to the response's head, which has not been written yet (request ids, rate limits)."""

    headers: Headers


class RawResponse(msgspec.Struct, frozen=True):
    """A response in the sender's own bytes.  With `body` None its pieces follow as `Data`, and `EndOfBody` behind them."""

    status: int
    headers: Headers = ()
    body: bytes | None = b""


class EndOfBody(msgspec.Struct, frozen=True):
    """The response's body ends here, well framed, whatever it has said."""


Sendable: TypeAlias = Event[ChatResponse] | Completed[ServedResponse] | ResponseHeaders | RawResponse | EndOfBody
