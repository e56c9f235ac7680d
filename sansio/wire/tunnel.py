"""Tunnels through proxies to an origin: HTTP CONNECT and SOCKS5."""

from __future__ import annotations

from typing import Final, Literal

from ..commands import Broken, Done, Proxy, Route
from ..errors import LocalProtocolError
from ..http import Origin
from .http1 import HeadReader
from .proxy import absolute_form, proxy_authorization
from .verbs import Answer, Bytes, Receive, Send, Wire

_NOT_SOCKS5: Final = "the proxy does not speak SOCKS5"
_SIZES: Final = {1: 4, 4: 16, 3: 0}  # of the addresses in a reply; a domain name brings its own
_REPLIES: Final = {
    1: "general failure",
    2: "not allowed by its rules",
    3: "network unreachable",
    4: "host unreachable",
    5: "connection refused",
    6: "TTL expired",
    7: "command not supported",
    8: "address type not supported",
}


def tunnel(conn: int, route: Route, until: float, limit: int) -> Wire[Done | Broken]:
    """Make *conn*, which is connected to the route's proxy, a stream to its origin.

    Answered Done, or Broken: `connection` where the proxy refused, with its reason, `protocol` where it speaks
    something else, `limit_exceeded` where the head of its answer has more than *limit* bytes.
    Raises LocalProtocolError for a route without a proxy, or one of the absolute form.
    """
    if route.proxy is None or absolute_form(route):
        raise LocalProtocolError("this route has no tunnel")
    stream = _Stream(conn, until)
    try:
        if route.proxy.scheme == "http":
            yield from _connect(stream, route.origin, route.proxy, limit)
        else:
            yield from _socks5(stream, route.origin, route.proxy)
    except _RefusedError as exc:
        broken: Broken = exc.args[0]
        return broken
    if stream.unread:  # the origin speaks when it is spoken to
        return Broken(stream.now, "protocol", "the proxy sent more than its answer")
    return Done(stream.now)


class _RefusedError(Exception):
    """The tunnel cannot be made; its one argument is the Broken that says why."""


class _Stream:
    """The bytes to and from the proxy, and those that nobody has read yet.  What fails raises _RefusedError."""

    __slots__ = ("_conn", "_until", "now", "unread")

    def __init__(self, conn: int, until: float) -> None:
        self._conn = conn
        self._until = until
        self.now = 0.0  # until the first answer
        self.unread = b""

    def send(self, data: bytes) -> Wire[None]:
        yield from self._perform(Send(self._conn, data, self._until))

    def receive(self) -> Wire[bytes]:
        """The next bytes, never empty."""
        answer = yield from self._perform(Receive(self._conn, self._until))
        if not isinstance(answer, Bytes) or not answer.data:
            raise self.refusal("connection", "the proxy closed the connection")
        return answer.data

    def read(self, size: int) -> Wire[bytes]:
        """The next *size* bytes."""
        while len(self.unread) < size:
            self.unread += yield from self.receive()
        data, self.unread = self.unread[:size], self.unread[size:]
        return data

    def refusal(self, kind: Literal["connection", "protocol", "limit_exceeded"], reason: str) -> _RefusedError:
        return _RefusedError(Broken(self.now, kind, reason))

    def _perform(self, verb: Send | Receive) -> Wire[Answer]:
        _, answer = yield (verb,)
        self.now = answer.now
        if isinstance(answer, Broken):
            raise _RefusedError(answer)
        return answer


def _connect(stream: _Stream, origin: Origin, proxy: Proxy, limit: int) -> Wire[None]:
    """HTTP CONNECT (RFC 9110 section 9.3.6)."""
    yield from stream.send(_connect_request(origin, proxy))
    reader = HeadReader("CONNECT", limit)
    while (head := reader.head) is None:
        reader.receive_data((yield from stream.receive()))
        if reader.too_large:
            raise stream.refusal("limit_exceeded", f"the head of the proxy's answer has more than {limit} bytes")
        if reader.failure is not None:
            raise stream.refusal("protocol", "the proxy does not speak HTTP/1.1")
    stream.unread = reader.rest
    if not 200 <= head.status < 300:
        raise stream.refusal("connection", f"proxy answered {head.status} {head.reason[:200]}".rstrip())


def _connect_request(origin: Origin, proxy: Proxy) -> bytes:
    host = f"[{origin.host}]" if ":" in origin.host else origin.host
    target = f"{host}:{origin.port}"
    authorization = proxy_authorization(proxy)
    login = f"Proxy-Authorization: {authorization}\r\n" if authorization else ""
    return f"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n{login}\r\n".encode("ascii")


def _socks5(stream: _Stream, origin: Origin, proxy: Proxy) -> Wire[None]:
    """SOCKS5 (RFC 1928), with a user name and a password (RFC 1929) where the proxy wants them."""
    try:
        login = b"\x01" + _counted(proxy.username or "") + _counted(proxy.password or "")
        target = _address(origin.host) + origin.port.to_bytes(2, "big")
    except ValueError:
        raise stream.refusal("connection", "SOCKS5 takes host names, user names and passwords of 255 bytes") from None
    methods = b"\x00" if proxy.username is None else b"\x00\x02"
    yield from stream.send(b"\x05" + bytes((len(methods),)) + methods)
    if (method := (yield from _read_status(stream, 5))) == 0xFF:
        raise stream.refusal("connection", "the SOCKS5 proxy wants another way to log in")
    if method not in methods:
        raise stream.refusal("protocol", _NOT_SOCKS5)
    if method == 2:
        yield from stream.send(login)
        if (yield from _read_status(stream, 1)):
            raise stream.refusal("connection", "the SOCKS5 proxy refused the user name or the password")
    yield from stream.send(b"\x05\x01\x00" + target)
    if code := (yield from _read_status(stream, 5)):  # some proxies send no more than this
        raise stream.refusal("connection", f"SOCKS5 proxy answered: {_REPLIES.get(code, f'code {code}')}")
    _, kind = yield from stream.read(2)
    if kind not in _SIZES:
        raise stream.refusal("protocol", _NOT_SOCKS5)
    size = _SIZES[kind] or (yield from stream.read(1))[0]
    yield from stream.read(size + 2)  # the address and port that the proxy uses: of no interest


def _read_status(stream: _Stream, version: int) -> Wire[int]:
    """Every answer of SOCKS5 begins with a version and a byte that decides."""
    answered, status = yield from stream.read(2)
    if answered != version:
        raise stream.refusal("protocol", _NOT_SOCKS5)
    return status


def _address(host: str) -> bytes:
    """The origin's host: an address as such, and a name as it is, for the proxy to look up."""
    from ipaddress import ip_address

    try:
        address = ip_address(host)
    except ValueError:
        return b"\x03" + _counted(host)
    return (b"\x01" if address.version == 4 else b"\x04") + address.packed


def _counted(text: str) -> bytes:
    data = text.encode()
    return bytes((len(data),)) + data  # ValueError past 255
