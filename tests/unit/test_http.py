"""HTTP messages: URLs, dates, secrets."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import formatdate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sansio.errors import LocalProtocolError
from sansio.http import (
    DEFAULT_PORTS,
    Body,
    HttpRequest,
    Limits,
    Origin,
    Source,
    Timeouts,
    http_date,
    is_secret,
    redacted,
    redacted_url,
    retry_after,
    split_url,
)


@pytest.mark.parametrize(
    "name",
    [
        "api-key",
        "authorization",
        "cookie",
        "proxy-authorization",
        "set-cookie",
        "x-amz-security-token",
        "x-api-key",
        "x-goog-api-key",
    ],
)
def test_no_secret_header_shows_its_value(name: str) -> None:
    headers = ((name.title(), "k3y"), ("accept", "*/*"))
    assert redacted(headers) == ((name.title(), "REDACTED"), ("accept", "*/*"))
    assert "k3y" not in repr(HttpRequest("POST", "http://a/", headers, b"k3y"))


@pytest.mark.parametrize(
    "name", ["x-token", "X-Amz-Signature", "apiKey", "client_secret", "subscription-key", "APIKey"]
)
def test_a_name_is_secret_by_one_of_its_words(name: str) -> None:
    assert is_secret(name)
    assert redacted(((name, "hush"),)) == ((name, "REDACTED"),)
    assert redacted_url(f"http://a/?a=b&{name}=hush&c=d") == f"http://a/?a=b&{name}=REDACTED&c=d"


@pytest.mark.parametrize(
    "name", ["x-keyboard", "max_tokens", "x-ratelimit-limit-tokens", "monkey", "author", "", "alt"]
)
def test_a_word_in_a_word_is_no_secret(name: str) -> None:
    assert not is_secret(name)
    assert redacted(((name, "shown"),)) == ((name, "shown"),)
    assert redacted_url(f"http://a/?{name}=shown") == f"http://a/?{name}=shown"


def test_a_url_keeps_what_is_no_secret() -> None:
    url = "http://a/key=1?x=2&flag&key#token=3"
    assert redacted_url(url) == url
    assert redacted_url("http://a/?key=a=b&x=1") == "http://a/?key=REDACTED&x=1"
    assert redacted_url("http://a/?key=") == "http://a/?key=REDACTED"


def test_a_request_shows_no_secret_of_its_query() -> None:
    request = HttpRequest("POST", "http://a/?key=QSEC&alt=sse", (("x-token", "HSEC"), ("x-a", "b")))
    assert repr(request) == (
        "HttpRequest('POST', 'http://a/?key=REDACTED&alt=sse', (('x-token', 'REDACTED'), ('x-a', 'b')), <0 bytes>)"
    )


def test_a_request_shows_its_length_in_place_of_its_body() -> None:
    assert repr(HttpRequest("POST", "http://a/", body=b"abc")) == "HttpRequest('POST', 'http://a/', (), <3 bytes>)"
    body = Body((b"a", Source("s", 9, "name.txt")), 10)
    assert repr(HttpRequest("POST", "http://a/", body=body)).endswith("<10 bytes>)")


@pytest.mark.parametrize(
    ("url", "origin", "target"),
    [
        ("http://a.example", Origin("http", "a.example", 80), "/"),
        ("https://a.example/v1/x?b=c&d", Origin("https", "a.example", 443), "/v1/x?b=c&d"),
        ("HTTPS://A.Example:8443/v1", Origin("https", "a.example", 8443), "/v1"),
        ("http://[::1]:80/", Origin("http", "::1", 80), "/"),
        ("http://127.0.0.1:1?q", Origin("http", "127.0.0.1", 1), "/?q"),
        ("http://a:/b", Origin("http", "a", 80), "/b"),
        ("http://a/%E2%82%AC", Origin("http", "a", 80), "/%E2%82%AC"),
    ],
)
def test_a_url_has_an_origin_and_a_target(url: str, origin: Origin, target: str) -> None:
    assert split_url(url) == (origin, target)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "/v1",
        "a.example/v1",
        "ftp://a/",
        "ws://a/",
        "http://",
        "http:///x",
        "http://:80/",
        "http://[::1/",
        "http://a:b/",
        "http://a:99999/",
        "http://user@a/",
        "http://user:password@a/",
        "http://a/b c",
        "http://a/é",
        "http://é/",
        "http://a/?q=é",
        "http://a:0/",
        "http://a/b#fragment",
        "http://a/b#",
        " http://a/",
        "http://a/\n",
        "http://a\t/v1",
        "ht\ntp://a/",
    ],
)
def test_any_other_url_is_refused(url: str) -> None:
    with pytest.raises(LocalProtocolError):
        split_url(url)


def test_a_refused_url_shows_no_password() -> None:
    with pytest.raises(LocalProtocolError) as caught:
        split_url("http://user:pa55@a/")
    assert "pa55" not in str(caught.value)


@pytest.mark.parametrize("break_", ["\r", "\n", "\t", "\0", "\r\nx: y"])
def test_no_url_breaks_the_request_line(break_: str) -> None:
    """`urlsplit` drops line breaks and tabs, and so would send another request than was written."""
    with pytest.raises(LocalProtocolError, match="visible ASCII"):
        split_url(f"http://a/x{break_}y")


@pytest.mark.parametrize(
    ("origin", "authority"),
    [
        (Origin("http", "a", 80), "a"),
        (Origin("https", "a", 443), "a"),
        (Origin("https", "a", 80), "a:80"),
        (Origin("http", "::1", 80), "[::1]"),
        (Origin("http", "::1", 8080), "[::1]:8080"),
    ],
)
def test_the_authority_names_only_a_port_that_is_not_the_default(origin: Origin, authority: str) -> None:
    assert origin.authority == authority


@given(
    st.sampled_from(sorted(DEFAULT_PORTS)),
    st.sampled_from(["a", "b.example", "::1", "127.0.0.1"]),
    st.integers(1, 65535),
)
def test_splitting_undoes_an_authority(scheme: str, host: str, port: int) -> None:
    origin = Origin(scheme, host, port)
    assert split_url(f"{scheme}://{origin.authority}/x") == (origin, "/x")


@given(st.integers(0, 4_000_000_000))
def test_a_date_of_http_is_its_unix_time(unix: int) -> None:
    assert http_date(formatdate(unix, usegmt=True)) == unix


def test_a_date_may_stand_between_white_space() -> None:
    assert http_date(" Sun, 06 Nov 1994 08:49:37 GMT ") == datetime(1994, 11, 6, 8, 49, 37, tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("Sun, 06 Nov 1994 08:49:37 GMT", datetime(1994, 11, 6, 8, 49, 37, tzinfo=UTC)),
        ("Sunday, 06-Nov-94 08:49:37 GMT", datetime(1994, 11, 6, 8, 49, 37, tzinfo=UTC)),
        ("Sun Nov  6 08:49:37 1994", datetime(1994, 11, 6, 8, 49, 37, tzinfo=UTC)),
        ("Wed Nov 16 08:49:37 1994", datetime(1994, 11, 16, 8, 49, 37, tzinfo=UTC)),
        ("Wednesday, 01-Jan-69 00:00:00 GMT", datetime(1969, 1, 1, tzinfo=UTC)),
        ("Monday, 31-Dec-68 23:59:59 GMT", datetime(2068, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("Saturday, 01-Jan-00 00:00:00 GMT", datetime(2000, 1, 1, tzinfo=UTC)),
    ],
)
def test_a_date_has_three_forms(text: str, date: datetime) -> None:
    assert http_date(text) == date.timestamp()
    assert retry_after({"retry-after": text}, date.timestamp() - 5) == 5.0


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "Sunday, 06-Nov-1994 08:49:37 GMT",
        "Sunday, 06-Now-94 08:49:37 GMT",
        "Sun, 06-Nov-94 08:49:37 GMT",
        "Sun Nov 6 08:49:37 1994",
        "Sun Nov  6 08:49:37 94",
        "Sun Nov  0 08:49:37 1994",
        "Sun Nov  6 08:49:37 1994 GMT",
        "Sun, 06 Now 1994 08:49:37 GMT",
        "Sun, 31 Feb 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 25:49:37 GMT",
        "Sun, 06 Nov 0000 08:49:37 GMT",
        "Sun, 06 Nov 1994 08:49:37 +0100",
        "Sun, ٠٦ Nov 1994 08:49:37 GMT",
    ],
)
def test_what_is_no_date_is_none(text: str) -> None:
    assert http_date(text) is None


@pytest.mark.parametrize(
    ("headers", "unix", "seconds"),
    [
        ({}, 0.0, None),
        ({"retry-after": "7"}, None, 7.0),
        ({"retry-after": " 0.5 "}, None, 0.5),
        ({"retry-after": "-1"}, None, None),
        ({"retry-after": "1e9"}, None, None),
        ({"retry-after": "9999999999"}, None, None),
        ({"retry-after": "soon"}, 0.0, None),
        ({"retry-after-ms": "1500"}, None, 1.5),
        ({"retry-after-ms": "1500", "retry-after": "9"}, None, 1.5),
        ({"retry-after-ms": "x", "retry-after": "9"}, None, 9.0),
    ],
)
def test_the_seconds_until_the_server_wants_to_be_asked_again(
    headers: dict[str, str], unix: float | None, seconds: float | None
) -> None:
    assert retry_after(headers, unix) == seconds


def test_a_date_to_come_back_counts_from_the_responses_own_date_else_from_the_callers() -> None:
    headers = {"retry-after": formatdate(1030, usegmt=True)}
    assert retry_after(headers, None) is None
    assert retry_after(headers, 1000.0) == 30.0
    assert retry_after(headers | {"date": formatdate(1010, usegmt=True)}, 1000.0) == 20.0
    assert retry_after(headers | {"date": "?"}, 1000.0) == 30.0
    assert retry_after(headers, 2000.0) == 0.0


def test_the_defaults_are_those_of_the_design() -> None:
    assert Timeouts() == Timeouts(connect=10.0, first_event=None, read=600.0, total=None)
    assert Limits() == Limits(head=64 << 10, event=32 << 20, body=128 << 20, depth=256)
