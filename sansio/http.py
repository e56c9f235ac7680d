"""HTTP on the level of messages: requests, bodies, limits, URLs and the headers that time a retry.  No bytes of HTTP/1.1."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final, TypeAlias
from urllib.parse import urlsplit

import msgspec

from .errors import LocalProtocolError

Headers: TypeAlias = tuple[tuple[str, str], ...]

# Names whose values never show in a repr, a log or a tape.
SECRET_HEADERS: Final[frozenset[str]] = frozenset(
    {
        "api-key",
        "authorization",
        "cookie",
        "proxy-authorization",
        "set-cookie",
        "x-amz-security-token",
        "x-api-key",
        "x-goog-api-key",
    }
)


def redacted(headers: Headers) -> Headers:
    """The same headers with every secret value replaced."""
    return tuple((name, "REDACTED" if name.lower() in SECRET_HEADERS else value) for name, value in headers)


class Source(msgspec.Struct, frozen=True):
    """Bytes that the driver reads when they are needed: plain data, so that a call with files can be replayed.

    `id` is the driver's name for the open thing, `size` its length in bytes, `name` its file name for a multipart head.
    """

    id: str
    size: int
    name: str = ""


class Body(msgspec.Struct, frozen=True):
    """A request body in parts; `length` is the sum of their sizes in bytes."""

    parts: tuple[bytes | Source, ...]
    length: int


class HttpRequest(msgspec.Struct, frozen=True):
    """One request as a message: an absolute URL, headers in order, and the body.  Its repr shows no secret."""

    method: str
    url: str
    headers: Headers = ()
    body: bytes | Body = b""

    def __repr__(self) -> str:
        """The request without its secrets and without its body."""
        length = self.body.length if isinstance(self.body, Body) else len(self.body)
        return f"HttpRequest({self.method!r}, {self.url!r}, {redacted(self.headers)!r}, <{length} bytes>)"


class Limits(msgspec.Struct, frozen=True):
    """How much of a response is held at once, in bytes after inflation.  Past a limit the exchange fails with `limit_exceeded`."""

    head: int = 64 * 1024  # h11 16 KiB, node 16 KiB, nginx 32 KiB, IIS 16 KiB; providers send many rate-limit headers
    event: int = 32 * 1024 * 1024  # one event or line: images travel in them as base64
    body: int = 128 * 1024 * 1024  # one unstreamed body: ten such images
    depth: int = 256  # nested brackets in JSON: msgspec itself recurses, and the stack is finite


class Timeouts(msgspec.Struct, frozen=True):
    """The four clocks, in seconds; None stops one.

    connect: from name look-up to TLS.  first_event: from the request being sent to the first output, streams only.
    read: silence on the wire; any byte resets it, and it runs only while a read is outstanding.
    total: everything, retries and the user's own pauses included.
    """

    connect: float | None = 10.0
    first_event: float | None = None
    read: float | None = 600.0
    total: float | None = None


class Origin(msgspec.Struct, frozen=True):
    """Where connections go: scheme, host and port (RFC 9110 section 4.3.1).  IPv6 hosts stand without brackets."""

    scheme: str
    host: str
    port: int

    @property
    def authority(self) -> str:
        """The value of a `Host` header: the port only where it is not the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"


DEFAULT_PORTS: Final[dict[str, int]] = {"http": 80, "https": 443}
_UNSAFE = re.compile(r"[^!-~]")  # a request target is visible ASCII (RFC 9112 section 3.2)


def split_url(url: str) -> tuple[Origin, str]:
    """The origin and the request target of an absolute http(s) URL.

    Raises LocalProtocolError for anything else; user information in a URL is refused, because it would be lost.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as exc:
        raise LocalProtocolError(f"not a URL: {exc}") from exc
    host = parts.hostname
    if parts.scheme not in DEFAULT_PORTS or not host:
        raise LocalProtocolError("a request needs an absolute http or https URL")
    if parts.username is not None:
        raise LocalProtocolError("user information in a URL is not sent; put it in a header")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if _UNSAFE.search(target) or _UNSAFE.search(host):
        raise LocalProtocolError(
            "a URL is visible ASCII; percent-encode its path and query, and give IDNA names as xn--"
        )
    return Origin(parts.scheme, host, port or DEFAULT_PORTS[parts.scheme]), target


_MONTH_NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTHS = {name: number for number, name in enumerate(_MONTH_NAMES, 1)}
_DATE = re.compile(r"\w{3}, (\d{2}) (\w{3}) (\d{4}) (\d{2}):(\d{2}):(\d{2}) GMT", re.ASCII)


def http_date(text: str) -> float | None:
    """The Unix time of an IMF-fixdate (RFC 9110 section 5.6.7); None where *text* is none."""
    if (match := _DATE.fullmatch(text.strip())) is None or match[2] not in _MONTHS:
        return None
    day, year, hour, minute, second = (int(match[n]) for n in (1, 3, 4, 5, 6))
    try:
        return datetime(year, _MONTHS[match[2]], day, hour, minute, second, tzinfo=UTC).timestamp()
    except ValueError:
        return None


_SECONDS = re.compile(r"\d{1,9}(\.\d{1,9})?", re.ASCII)


def retry_after(headers: dict[str, str], unix: float | None) -> float | None:
    """Seconds until the server wants to be asked again, from its lower-case *headers*.

    `retry-after-ms` comes first, then `retry-after` as seconds or as a date (RFC 9110 section 10.2.3).  A date counts
    from the response's own `Date`, else from *unix*, the caller's Unix time; with neither it says nothing.
    """
    if _SECONDS.fullmatch(milliseconds := headers.get("retry-after-ms", "").strip()):
        return float(milliseconds) / 1000
    text = headers.get("retry-after", "").strip()
    if _SECONDS.fullmatch(text):
        return float(text)
    if (then := http_date(text)) is None:
        return None
    start = http_date(headers.get("date", ""))
    start = unix if start is None else start
    return None if start is None else max(0.0, then - start)
