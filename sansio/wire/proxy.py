"""Proxies: which one an origin is reached through, and the tunnels through them, HTTP CONNECT and SOCKS5."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping
from typing import Final, Literal
from urllib.parse import unquote, urlsplit

import h11
import msgspec

from ..commands import Broken, Done, Proxy, Route
from ..errors import LocalProtocolError
from ..http import Origin
from .verbs import Answer, Bytes, Receive, Send, Wire

_SCHEMES: Final = {"http": ("http", 80), "socks5": ("socks5", 1080), "socks5h": ("socks5", 1080)}
_UNSAFE: Final = re.compile(r"[^!-~]")
_WITH_PORT: Final = re.compile(r"(\[.*\]|[^:]*):(\d{1,5})", re.ASCII)


class Proxies(msgspec.Struct, frozen=True):
    """The proxies of a client: one for each scheme of an origin, and the hosts that are reached without one.

    An entry of `no_proxy` is `*`, a domain (it stands for its sub-domains too, with or without a leading dot), an IP
    address, or a network as 10.0.0.0/8; a domain or an address may have a port, and an IPv6 address brackets.
    """

    http: Proxy | None = None
    https: Proxy | None = None
    no_proxy: tuple[str, ...] = ()

    @classmethod
    def from_environment(cls, env: Mapping[str, str]) -> Proxies:
        """The proxies that HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY name; the lower-case names win, even if empty.

        HTTP_PROXY in capitals is ignored under CGI (REQUEST_METHOD is set), where the request header `Proxy` sets it.
        Raises LocalProtocolError for a proxy that cannot be used.
        """
        if "REQUEST_METHOD" in env:
            env = {name: value for name, value in env.items() if name != "HTTP_PROXY"}
        fallback = _proxy(env, "all_proxy")
        http, https = (_proxy(env, name) or fallback for name in ("http_proxy", "https_proxy"))
        return cls(http, https, parse_no_proxy(_value(env, "no_proxy")))

    def route(self, origin: Origin) -> Route:
        """The way to *origin*."""
        proxy = self.https if origin.scheme == "https" else self.http
        if proxy is None or any(_covers(entry, origin) for entry in self.no_proxy):
            return Route(origin)
        return Route(origin, proxy)


def parse_proxy(url: str) -> Proxy:
    """A proxy from its URL, whose user name and password may be percent-encoded; `host:port` alone is an HTTP proxy.

    SOCKS5 proxies look up names themselves, for socks5 as for socks5h.  Raises LocalProtocolError for anything else,
    without naming the URL, which may hold a password.
    """
    if _UNSAFE.search(url):
        raise LocalProtocolError("a proxy's URL is visible ASCII; percent-encode its user name and password")
    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        port = parts.port
    except ValueError:
        raise LocalProtocolError("a proxy's URL is malformed") from None
    if parts.scheme not in _SCHEMES:
        raise LocalProtocolError(f"{parts.scheme}:// proxies are not supported; http, socks5 and socks5h are")
    if not parts.hostname:
        raise LocalProtocolError("a proxy's URL needs a host")
    scheme, default = _SCHEMES[parts.scheme]
    username = None if parts.username is None else unquote(parts.username)
    password = None if parts.password is None else unquote(parts.password)
    return Proxy(scheme, parts.hostname, port or default, username, password)


def parse_no_proxy(text: str) -> tuple[str, ...]:
    """The entries of a NO_PROXY list, separated by commas or white space, in lower case."""
    return tuple(text.lower().replace(",", " ").split())


def absolute_form(route: Route) -> bool:
    """Whether requests on this route name their whole URL, and no tunnel is made (RFC 9112 section 3.2.2)."""
    return route.proxy is not None and route.proxy.scheme == "http" and route.origin.scheme == "http"


def proxy_authorization(proxy: Proxy) -> str | None:
    """The value of `Proxy-Authorization` (RFC 7617, in UTF-8); None where the proxy has no user name."""
    if proxy.username is None:
        return None
    credentials = f"{proxy.username}:{proxy.password or ''}"
    return f"Basic {b64encode(credentials.encode()).decode('ascii')}"


def _value(env: Mapping[str, str], name: str) -> str:
    return env.get(name, env.get(name.upper(), "")).strip()


def _proxy(env: Mapping[str, str], name: str) -> Proxy | None:
    if not (url := _value(env, name)):
        return None
    try:
        return parse_proxy(url)
    except LocalProtocolError as exc:
        raise LocalProtocolError(f"{name.upper()}: {exc}") from None


def _covers(entry: str, origin: Origin) -> bool:
    if (ported := _WITH_PORT.fullmatch(entry)) is not None:
        if int(ported[2]) != origin.port:
            return False
        entry = ported[1]
    entry = entry.strip("[]").lower()
    host = origin.host.lower().rstrip(".")
    name = entry.removeprefix("*").strip(".")
    return entry == "*" or host == name or host.endswith(f".{name}") or _in_network(host, entry)


def _in_network(host: str, entry: str) -> bool:
    from ipaddress import ip_address, ip_network

    try:
        return ip_address(host) in ip_network(entry, strict=False)
    except ValueError:
        return False


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
    """HTTP CONNECT (RFC 9110 section 9.3.6); interim responses count for the limit."""
    connection = h11.Connection(h11.CLIENT, max_incomplete_event_size=limit)
    yield from stream.send(connection.send(_connect_request(origin, proxy)) or b"")
    response, received = None, 0
    while response is None:
        data = yield from stream.receive()
        received += len(data)
        response = _receive_head(connection, data)
        if isinstance(response, h11.Response):
            stream.unread = connection.trailing_data[0]
        if received - len(stream.unread) > limit:
            raise stream.refusal("limit_exceeded", f"the head of the proxy's answer has more than {limit} bytes")
    if isinstance(response, h11.RemoteProtocolError):
        raise stream.refusal("protocol", "the proxy does not speak HTTP/1.1")
    if not 200 <= response.status_code < 300:
        reason = response.reason[:200].decode("latin-1")  # it may be as long as the head
        raise stream.refusal("connection", f"proxy answered {response.status_code} {reason}".rstrip())


def _connect_request(origin: Origin, proxy: Proxy) -> h11.Request:
    host = f"[{origin.host}]" if ":" in origin.host else origin.host
    target = f"{host}:{origin.port}"
    authorization = proxy_authorization(proxy)
    headers = [("Host", target)] + ([("Proxy-Authorization", authorization)] if authorization else [])
    return h11.Request(method="CONNECT", target=target, headers=headers)


def _receive_head(connection: h11.Connection, data: bytes) -> h11.Response | h11.RemoteProtocolError | None:
    try:
        connection.receive_data(data)
        event = connection.next_event()
        while isinstance(event, h11.InformationalResponse):
            event = connection.next_event()
    except h11.RemoteProtocolError as exc:
        return exc
    return event if isinstance(event, h11.Response) else None


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
