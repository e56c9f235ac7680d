"""What both sides of `sansio_transports.httpx` have in common: the client's shape, its requests and its exceptions."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from secrets import token_bytes
from typing import TYPE_CHECKING, Any, Final, Generic, Protocol, TypedDict, TypeVar

from sansio.errors import Failure, LocalProtocolError
from sansio.events import Event, Failed, Outcome
from sansio.exchange import Exchange, OnLoss
from sansio.http import Headers, Limits
from sansio.types import Provider, Request

if TYPE_CHECKING:
    from sansio.models import Registry

R = TypeVar("R")
Q = TypeVar("Q")
Q_co = TypeVar("Q_co", covariant=True)


_QUOTED: Final = 256  # characters of a message that quotes what came, which may be long
# How a RemoteProtocolError says that the peer went away, by connection or by stream; any other says that it broke HTTP.
_GONE: Final = re.compile(
    r"Server disconnected|peer (unexpectedly )?closed connection|<?(ConnectionTerminated|StreamReset)\b"
)


class Options(TypedDict, total=False):
    """What an Exchange can be given beside its provider and its request."""

    headers: Headers
    query: Headers
    limits: Limits
    on_loss: OnLoss
    registry: Registry


# -- what is used of httpx, so that no version of it is named ------------------------------------------------


class Fields(Protocol):
    """Headers."""

    def multi_items(self) -> Sequence[tuple[str, str]]: ...


class Head(Protocol):
    """What both kinds of response have."""

    @property
    def status_code(self) -> int: ...
    @property
    def headers(self) -> Fields: ...


class Response(Head, Protocol):
    """A response of a sync client."""

    def iter_raw(self) -> Iterator[bytes]: ...
    def close(self) -> None: ...


class AsyncResponse(Head, Protocol):
    """A response of an async client."""

    def aiter_raw(self) -> AsyncIterator[bytes]: ...
    async def aclose(self) -> None: ...


class Builder(Protocol[Q_co]):
    """What both kinds of client have."""

    @property
    def is_closed(self) -> bool: ...
    def build_request(self, method: str, url: str, *, headers: list[tuple[str, str]], content: bytes) -> Q_co: ...


class Client(Builder[Q], Protocol[Q]):
    """An `httpx.Client`."""

    def send(self, request: Q, *, stream: bool, follow_redirects: bool) -> Response: ...


class AsyncClient(Builder[Q], Protocol[Q]):
    """An `httpx.AsyncClient`."""

    async def send(self, request: Q, *, stream: bool, follow_redirects: bool) -> AsyncResponse: ...


# -- an exchange over it -------------------------------------------------------------------------------------


class Messages(Generic[R]):
    """One exchange, with the library's exceptions turned into its ends.

    Raises LocalProtocolError for a client of another library.
    """

    def __init__(
        self, client: Builder[Q], provider: Provider, request: Request[R], options: Options, *, stream: bool
    ) -> None:
        self.exchange = Exchange(provider, request, stream=stream, unix=time.time(), seed=token_bytes(16), **options)
        library = _library(client)
        self.transport: type[Exception] = library.TransportError
        self._timeout: type[Exception] = library.TimeoutException
        self._remote: type[Exception] = library.RemoteProtocolError

    def build(self, client: Builder[Q]) -> Q:
        """The library's request.  Raises LocalProtocolError for a client that was closed, and for a body of files."""
        if client.is_closed:
            raise LocalProtocolError("the client is closed")
        request = self.exchange.request
        if not isinstance(request.body, bytes):
            raise LocalProtocolError("a body with sources needs a client of sansio_transports")
        return client.build_request(request.method, request.url, headers=list(request.headers), content=request.body)

    def receive_head(self, head: Head) -> None:
        """Take the status and the headers."""
        self.exchange.receive_head(head.status_code, head.headers.multi_items())

    def receive(self, chunk: bytes | None) -> None:
        """Take bytes of the body, None at its end."""
        if chunk is None:
            self.exchange.receive_eof()
        else:
            self.exchange.receive_data(chunk)

    def broken(self, exc: Exception) -> None:
        """Take an exception of the library's."""
        reason = str(exc) or type(exc).__name__
        if isinstance(exc, self._timeout):
            self.exchange.fail(Failure(kind="timeout", message=reason))
        elif isinstance(exc, self._remote) and not _GONE.match(reason):
            self.exchange.fail(Failure(kind="protocol", message=f"the response is not HTTP: {reason}"[:_QUOTED]))
        else:
            self.exchange.receive_broken(reason)

    @property
    def over(self) -> bool:
        """Whether the outcome is known."""
        return self.exchange.outcome is not None

    @property
    def outcome(self) -> Outcome[R]:
        """The end."""
        if (outcome := self.exchange.outcome) is None:
            raise LocalProtocolError("the exchange has not ended")
        return outcome

    def events(self) -> Sequence[Event[R]]:
        """What came since the last time, but for a failure, which is raised and not shown."""
        events = self.exchange.take_events()
        return events[:-1] if events and isinstance(events[-1], Failed) else events


def _library(client: object) -> Any:
    """The package that *client* comes from, or whatever it was derived from."""
    for base in type(client).__mro__:
        if (name := base.__module__.partition(".")[0]) in {"httpx", "httpx2"}:
            return sys.modules[name]
    raise LocalProtocolError(f"{type(client).__name__} is no client of httpx or httpx2")
