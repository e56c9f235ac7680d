"""HTTP/1.1 heads: ours are written from a cache, the peer's are parsed and validated by h11 (RFC 9112).

h11 sees heads only, with one `h11.Connection` a request: its path for bodies costs microseconds an event, so that the
readers of `framing.body` take over the bytes behind the head.
"""

from __future__ import annotations

from functools import cache
from typing import Final

import h11
import msgspec

from ..commands import Proxy, Route
from ..errors import LocalProtocolError
from ..framing.body import BodyReader, keeps_alive, response_framing
from ..http import Headers, HttpRequest
from .proxy import absolute_form, proxy_authorization

_OURS: Final = frozenset({"connection", "content-length", "host", "te", "trailer", "transfer-encoding", "upgrade"})
_BODYLESS: Final = frozenset({"GET", "HEAD", "DELETE", "OPTIONS"})
_QUOTED: Final = 256  # characters of a message in which h11 quotes the line, which may be as long as the limit
_KEPT: Final = 256  # distinct heads kept; a client has one for each provider, model and set of options


class RequestHeads:
    """Request heads as bytes, each distinct set of header names and values validated by h11 once."""

    def __init__(self) -> None:
        self._prefixes: dict[tuple[str, str, Headers, Route], bytes] = {}

    def encode(self, request: HttpRequest, target: str, route: Route) -> bytes:
        """The head of *request*, up to and with its blank line.

        Raises LocalProtocolError for what HTTP cannot carry, and for the headers that belong to the framing.
        """
        key = (request.method, target, request.headers, route)
        prefix = self._prefixes.get(key)
        if prefix is None:
            if len(self._prefixes) >= _KEPT:
                self._prefixes.clear()
            prefix = self._prefixes[key] = _prefix(request, target, route)
        length = len(request.body) if isinstance(request.body, bytes) else request.body.length
        if not length and request.method in _BODYLESS:
            return prefix + b"\r\n"
        return b"%bcontent-length: %d\r\n\r\n" % (prefix, length)


def _prefix(request: HttpRequest, target: str, route: Route) -> bytes:
    """The request line and every header line but the content length."""
    headers = [("host", route.origin.authority), *request.headers]
    if ours := [name for name, _ in request.headers if name.lower() in _OURS]:
        raise LocalProtocolError(f"the header {ours[0]} belongs to the connection, and cannot be set")
    if route.proxy is not None and absolute_form(route):
        target = f"http://{route.origin.authority}{target}"
        headers += _authorization(route.proxy)
    try:
        message = h11.Request(method=request.method, target=target, headers=headers)
    except (h11.LocalProtocolError, UnicodeEncodeError) as exc:
        # Never the value: it may be a key with a line break behind it.
        raise LocalProtocolError(
            f"the request's method, target or headers are not HTTP: {type(exc).__name__}"
        ) from None
    lines = [b"%b: %b\r\n" % (name, value) for name, value in message.headers]
    return b"%b %b HTTP/1.1\r\n%b" % (message.method, message.target, b"".join(lines))


def _authorization(proxy: Proxy) -> list[tuple[str, str]]:
    value = proxy_authorization(proxy)
    return [] if value is None else [("proxy-authorization", value)]


class ResponseHead(msgspec.Struct, frozen=True):
    """A parsed head: what the flow sees of it, how the body is framed, and whether the connection may serve again."""

    status: int
    headers: Headers
    body: BodyReader
    keeps_alive: bool


class HeadReader:
    """Reads one response head.

    `receive_data` takes bytes, b"" for the peer's close; then either `head` is set, and `rest` holds what came behind
    it, or `failure` is set (with `too_large` where the limit was passed), or more is needed.  Interim responses (1xx) are
    passed over; their heads count for the limit, since a peer might send them for ever.  `empty` says that nothing came at all.
    """

    __slots__ = ("_connection", "_limit", "_method", "_received", "closed", "failure", "head", "rest", "too_large")

    def __init__(self, method: str, limit: int) -> None:
        self._connection = h11.Connection(h11.CLIENT, max_incomplete_event_size=limit)
        self._connection.send(_asked(method))
        self._method = method
        self._limit = limit
        self._received = 0
        self.head: ResponseHead | None = None
        self.rest = b""
        self.failure: str | None = None
        self.closed = False
        self.too_large = False

    @property
    def empty(self) -> bool:
        """Whether not one byte has come."""
        return not self._received

    def receive_data(self, data: bytes) -> None:
        """Take bytes from the peer, b"" for its close; never raises for what they are."""
        if not data:
            self.closed = True
            self.failure = "the connection was closed in the head" if self._received else "the connection was closed"
            return
        self._received += len(data)
        try:
            self._connection.receive_data(data)
            self._next()
        except h11.RemoteProtocolError as exc:
            self.failure = f"the response is not HTTP/1.1: {exc}"[:_QUOTED]
        if self._received > self._limit:
            self.head = None
            self.too_large = True
            self.failure = f"the response's head has more than {self._limit} bytes"

    def _next(self) -> None:
        event = self._connection.next_event()
        while isinstance(event, h11.InformationalResponse):
            event = self._connection.next_event()
        if isinstance(event, h11.Response):
            self.rest = self._connection.trailing_data[0]
            self._received -= len(self.rest)
            raw = list(event.headers)
            self.head = ResponseHead(
                event.status_code,
                tuple([(name.decode("ascii"), value.decode("latin-1")) for name, value in raw]),
                response_framing(self._method, event.status_code, raw),
                keeps_alive(event.http_version, raw),
            )


@cache
def _asked(method: str) -> h11.Request:
    """A request that puts h11 into the state in which it expects the answer."""
    return h11.Request(method=method, target="/", headers=[("host", "h"), ("content-length", "0")])
