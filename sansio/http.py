"""HTTP on the level of messages: requests, bodies, limits, URLs and the headers that time a retry.  No bytes of HTTP/1.1."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final, TypeAlias

import msgspec

from .errors import LocalProtocolError

Headers: TypeAlias = tuple[tuple[str, str], ...]

_SECRET_WORDS: Final = frozenset(
    {
        "apikey",
        "auth",
        "authorization",
        "cookie",
        "credential",
        "credentials",
        "key",
        "password",
        "secret",
        "sig",
        "signature",
        "token",
    }
)
_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")  # of X-Api-Key, api_key and apiKey
_PARAMETER: Final = re.compile(r"(?<=[?&])([^=&?#]+)=[^&#]*")


def is_secret(name: str) -> bool:
    """Whether the header or the query parameter *name* is one whose value never shows: one of its words says so."""
    words: list[str] = _WORD.findall(name)
    return not _SECRET_WORDS.isdisjoint([word.lower() for word in words])


def redacted(headers: Headers) -> Headers:
    """The same headers with every secret value replaced."""
    return tuple((name, "REDACTED" if is_secret(name) else value) for name, value in headers)


def redacted_url(url: str) -> str:
    """The same URL with every secret value of its query replaced."""
    return _PARAMETER.sub(lambda found: f"{found[1]}=REDACTED" if is_secret(found[1]) else found[0], url)


_NAME: Final = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")  # RFC 9110 section 5.6.2
_VALUE: Final = re.compile(r"[!-~\x80-\xff](?:[\t -~\x80-\xff]*[!-~\x80-\xff])?|")  # RFC 9110 section 5.5
_HEADERS_KEPT: Final = 64  # distinct ones: few, since they hold keys


@lru_cache(_HEADERS_KEPT)
def merged(headers: Headers) -> Headers:
    """One header of each name, compared as HTTP does: the last one, in the place of the first.

    Raises LocalProtocolError for what HTTP cannot carry, without its value, and TypeError for what is no text.
    """
    by_name: dict[str, tuple[str, str]] = {}
    for name, value in headers:
        if not _NAME.fullmatch(name) or not _VALUE.fullmatch(value):
            raise LocalProtocolError(
                f"header {name!r} has characters, or white space around it, that HTTP cannot carry"
            )
        by_name[name.lower()] = (name, value)
    return tuple(by_name.values())


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
        return f"HttpRequest({self.method!r}, {redacted_url(self.url)!r}, {redacted(self.headers)!r}, <{length} bytes>)"


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
_UNSAFE: Final = re.compile(r"[^!-~]")  # a request target is visible ASCII (RFC 9112 section 3.2)
_URLS_KEPT: Final = 256  # a client has one for each provider and path; those with changing queries drive each other out


def split_url(url: str) -> tuple[Origin, str]:
    """The origin and the request target of an absolute http(s) URL.

    Raises LocalProtocolError for anything else; what would be lost, user information and a fragment, is refused too.
    """
    return _split(url)


@lru_cache(_URLS_KEPT)
def _split(url: str) -> tuple[Origin, str]:
    from urllib.parse import urlsplit  # it loads ipaddress: not before it is needed

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
    if _UNSAFE.search(url):  # urlsplit dropped line ends and tabs
        raise LocalProtocolError(
            "a URL is visible ASCII; percent-encode its path and query, and give IDNA names as xn--"
        )
    if "#" in url:
        raise LocalProtocolError("a fragment (#) in a URL is not sent; percent-encode it as %23 if it is meant")
    if port == 0:
        raise LocalProtocolError("port 0 in a URL is none that can be connected to")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Origin(parts.scheme, host, DEFAULT_PORTS[parts.scheme] if port is None else port), target


_MONTH_NAMES: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTHS: Final = {name: number for number, name in enumerate(_MONTH_NAMES, 1)}
_TIME: Final = r"(?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d)"
_DATES: Final = tuple(
    re.compile(form, re.ASCII)
    for form in (
        rf"\w{{3}}, (?P<day>\d\d) (?P<month>\w{{3}}) (?P<year>\d{{4}}) {_TIME} GMT",  # IMF-fixdate
        rf"\w{{6,9}}, (?P<day>\d\d)-(?P<month>\w{{3}})-(?P<year>\d\d) {_TIME} GMT",  # RFC 850
        rf"\w{{3}} (?P<month>\w{{3}}) (?P<day>[ \d]\d) {_TIME} (?P<year>\d{{4}})",  # C's asctime
    )
)
_PIVOT: Final = 69  # as POSIX's %y


def http_date(text: str) -> float | None:
    """The Unix time of a date in any of HTTP's three forms (RFC 9110 section 5.6.7); None where *text* is none.

    Of RFC 850's two-digit years 69 to 99 are 1969 to 1999, and 00 to 68 are 2000 to 2068, as in POSIX.  The RFC reads them
    from the present, which pure code does not know; for a date near the present both give the same, up to 2068.
    """
    match = next(filter(None, [form.fullmatch(text.strip()) for form in _DATES]), None)
    if match is None or match["month"] not in _MONTHS:
        return None
    day, year, hour, minute, second = map(int, match.group("day", "year", "hour", "minute", "second"))
    if len(match["year"]) == 2:
        year += 1900 if year >= _PIVOT else 2000
    try:
        return datetime(year, _MONTHS[match["month"]], day, hour, minute, second, tzinfo=UTC).timestamp()
    except ValueError:
        return None


_SECONDS: Final = re.compile(r"\d{1,9}(\.\d{1,9})?", re.ASCII)


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
