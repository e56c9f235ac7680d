"""Proxies: which one an origin is reached through, and what it is told of us."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

import msgspec

from ..commands import Proxy, Route
from ..errors import LocalProtocolError
from ..http import Origin

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
        if proxy is None or _is_metadata(origin.host) or any(_covers(entry, origin) for entry in self.no_proxy):
            return Route(origin)
        return Route(origin, proxy)


def _is_metadata(host: str) -> bool:
    """Whether the host is a cloud's metadata server, which is this machine's alone and tells its secrets."""
    return host.startswith("169.254.") or host.lower() == "metadata.google.internal"


def parse_proxy(url: str) -> Proxy:
    """A proxy from its URL, whose user name and password may be percent-encoded; `host:port` alone is an HTTP proxy.

    SOCKS5 proxies look up names themselves, for socks5 as for socks5h.  Raises LocalProtocolError for anything else,
    without naming the URL, which may hold a password.
    """
    from urllib.parse import unquote, urlsplit

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
    from base64 import b64encode

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
