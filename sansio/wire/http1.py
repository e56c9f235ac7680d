"""HTTP/1.1 heads: ours are written from a cache, the peer's are read by a short way or by h11 (RFC 9112).

h11 sees heads only, those that are not of the plainest form: its path for bodies costs microseconds an event, so that
the readers of `framing.body` take over the bytes behind the head.  It loads when it is first needed.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final

import msgspec

from ..commands import Proxy, Route
from ..errors import LocalProtocolError
from ..framing.body import BodyReader, keeps_alive, response_framing
from ..http import Headers, HttpRequest
from .proxy import absolute_form, proxy_authorization

if TYPE_CHECKING:
    import h11

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
    import h11

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
    reason: str = ""


class HeadReader:
    """Reads one response head.

    `receive_data` takes bytes, b"" for the peer's close; then either `head` is set, and `rest` holds what came behind
    it, or `failure` is set (with `too_large` where the limit was passed), or more is needed.  Interim responses (1xx) are
    passed over; their heads count for the limit, since a peer might send them for ever.  `empty` says that nothing came at all.
    """

    __slots__ = ("_buffer", "_limit", "_method", "_passed", "closed", "failure", "head", "rest", "too_large")

    def __init__(self, method: str, limit: int) -> None:
        self._buffer = bytearray()  # a head in progress
        self._passed = 0  # bytes of interim heads
        self._method = method
        self._limit = limit
        self.head: ResponseHead | None = None
        self.rest = b""
        self.failure: str | None = None
        self.closed = False
        self.too_large = False

    @property
    def empty(self) -> bool:
        """Whether not one byte has come."""
        return not self._buffer and not self._passed and self.head is None

    def receive_data(self, data: bytes) -> None:
        """Take bytes from the peer, b"" for its close; never raises for what they are."""
        if not data:
            self.closed = True
            self.failure = "the connection was closed" if self.empty else "the connection was closed in the head"
            return
        start = max(0, len(self._buffer) - 2)  # a blank line may be cut
        self._buffer += data
        while self.failure is None and (blank := _BLANK_LINE.search(self._buffer, start)) is not None:
            start, end = 0, blank.end()
            block = bytes(self._buffer[:end])
            if self._passed + end > self._limit:
                break
            self.head = _plain(block, self._method) or self._parsed(block)
            if self.head is not None:
                self.rest = bytes(self._buffer[end:])
                return
            self._passed += end
            del self._buffer[:end]
        if self._passed + len(self._buffer) > self._limit:
            self.too_large = True
            self.failure = f"the response's head has more than {self._limit} bytes"
        elif not self._buffer.startswith(_VERSION[: len(self._buffer)]):
            self.failure = self.failure or "the response is not HTTP/1.1"

    def _parsed(self, block: bytes) -> ResponseHead | None:
        """The head as h11 reads it; None for an interim one, and on failure."""
        import h11

        connection = h11.Connection(h11.CLIENT, max_incomplete_event_size=self._limit)
        connection.send(_asked(self._method))
        try:
            connection.receive_data(block)
            event = connection.next_event()
        except h11.RemoteProtocolError as exc:
            self.failure = f"the response is not HTTP/1.1: {exc}"[:_QUOTED]
            return None
        if not isinstance(event, h11.Response):
            return None
        headers = tuple([(name.decode("ascii"), value.decode("latin-1")) for name, value in event.headers])
        return _head(self._method, event.status_code, event.reason.decode("latin-1"), headers, event.http_version)


@cache
def _asked(method: str) -> h11.Request:
    """A request that puts h11 into the state in which it expects the answer."""
    import h11

    return h11.Request(method=method, target="/", headers=[("host", "h"), ("content-length", "0")])


_BLANK_LINE: Final = re.compile(rb"\n\r?\n")
_VERSION: Final = b"HTTP/"
# What nearly every head is made of; h11 takes five times as long, and reads all others.  A property holds both to the same.
_STATUS_LINE: Final = re.compile(r"HTTP/1\.1 ([2-9]\d\d)(?: ([\t -~\x80-\xff]*))?\r\n", re.ASCII)
_FIELD: Final = re.compile(r"([!#$%&'*+\-.^_`|~0-9A-Za-z]+): ([!-~\x80-\xff]+(?:[\t ]+[!-~\x80-\xff]+)*)\r\n")
_LENGTH: Final = re.compile(r"[0-9]{1,18}")
_FRAMING: Final = frozenset({"connection", "content-length", "transfer-encoding"})


def _plain(block: bytes, method: str) -> ResponseHead | None:
    """The final head in *block*, if it has the plainest form there is and nothing in it needs a second thought."""
    text = block.decode("latin-1")
    if (status := _STATUS_LINE.match(text)) is None:
        return None
    fields: list[tuple[str, str]] = _FIELD.findall(text, status.end())
    if status.end() + sum([len(name) + len(value) + 4 for name, value in fields]) + 2 != len(text):
        return None
    headers = tuple([(name.lower(), value) for name, value in fields])
    framing = [pair for pair in headers if pair[0] in _FRAMING]
    declared = dict(framing)
    if len(declared) != len(framing) or not _LENGTH.fullmatch(declared.get("content-length", "0")):
        return None
    if "transfer-encoding" in declared and (declared["transfer-encoding"] != "chunked" or "content-length" in declared):
        return None
    return _head(method, int(status[1]), status[2] or "", headers, b"1.1")


def _head(method: str, status: int, reason: str, headers: Headers, version: bytes) -> ResponseHead:
    framing = [(name.encode("ascii"), value.encode("latin-1")) for name, value in headers if name in _FRAMING]
    body = response_framing(method, status, framing)
    return ResponseHead(status, headers, body, keeps_alive(version, framing), reason)
