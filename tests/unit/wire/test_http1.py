"""HTTP/1.1 heads: ours as bytes, the peer's as data."""

from __future__ import annotations

import h11
import pytest

from sansio.commands import Proxy, Route
from sansio.errors import LocalProtocolError
from sansio.framing.body import ChunkedReader, CloseReader, LengthReader
from sansio.http import Body, Headers, HttpRequest, Origin, Source
from sansio.wire.http1 import HeadReader, RequestHeads, ResponseHead

URL = "http://a.example/v1"
ROUTE = Route(Origin("http", "a.example", 80))
LIMIT = 64 * 1024


def encode(request: HttpRequest, target: str = "/v1", route: Route = ROUTE) -> bytes:
    return RequestHeads().encode(request, target, route)


def read(*pieces: bytes, method: str = "POST", limit: int = LIMIT) -> HeadReader:
    reader = HeadReader(method, limit)
    for piece in pieces:
        assert reader.head is None
        assert reader.failure is None
        reader.receive_data(piece)
    return reader


def head(*pieces: bytes, method: str = "POST") -> ResponseHead:
    found = read(*pieces, method=method).head
    assert found is not None
    return found


# -- ours ----------------------------------------------------------------------------------------------------


def test_a_request_head_has_its_host_first_its_headers_in_order_and_its_length_last() -> None:
    request = HttpRequest("POST", URL, (("Authorization", "Bearer k"), ("content-type", "application/json")), b"{}")
    assert encode(request) == (
        b"POST /v1 HTTP/1.1\r\nhost: a.example\r\nauthorization: Bearer k\r\n"
        b"content-type: application/json\r\ncontent-length: 2\r\n\r\n"
    )


@pytest.mark.parametrize("method", ["GET", "HEAD", "DELETE", "OPTIONS"])
def test_methods_that_mostly_have_no_body_announce_none(method: str) -> None:
    assert b"content-length" not in encode(HttpRequest(method, URL))
    assert b"content-length: 3\r\n" in encode(HttpRequest(method, URL, body=b"abc"))


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
def test_methods_that_mostly_have_a_body_say_that_it_is_empty(method: str) -> None:
    assert b"content-length: 0\r\n" in encode(HttpRequest(method, URL))


def test_a_body_in_parts_has_the_length_that_it_states() -> None:
    body = Body((b"ab", Source("s", 10), b"c"), 13)
    assert b"content-length: 13\r\n" in encode(HttpRequest("POST", URL, body=body))


def test_the_host_header_names_a_port_that_is_not_the_schemes_own() -> None:
    assert b"host: a.example:8080\r\n" in encode(
        HttpRequest("GET", URL), route=Route(Origin("http", "a.example", 8080))
    )


def test_a_plain_request_to_a_proxy_names_the_whole_url_and_who_asks() -> None:
    route = Route(ROUTE.origin, Proxy("http", "proxy.example", 3128, "me", "secret"))
    assert encode(HttpRequest("GET", URL), "/v1?q", route).startswith(
        b"GET http://a.example/v1?q HTTP/1.1\r\nhost: a.example\r\nproxy-authorization: Basic "
    )
    assert b"authorization" not in encode(HttpRequest("GET", URL), route=Route(ROUTE.origin, Proxy("http", "p", 1)))


def test_through_a_tunnel_a_request_looks_like_any_other() -> None:
    route = Route(Origin("https", "a.example", 443), Proxy("http", "proxy.example", 3128, "me", "secret"))
    assert encode(HttpRequest("GET", URL), route=route) == b"GET /v1 HTTP/1.1\r\nhost: a.example\r\n\r\n"


@pytest.mark.parametrize(
    "name", ["connection", "Content-Length", "HOST", "te", "trailer", "transfer-encoding", "upgrade"]
)
def test_headers_of_the_connection_cannot_be_set(name: str) -> None:
    with pytest.raises(LocalProtocolError, match=f"the header {name} belongs to the connection"):
        encode(HttpRequest("GET", URL, ((name, "x"),)))


@pytest.mark.parametrize(
    ("method", "target", "headers"),
    [
        ("GE T", "/", ()),
        ("GET", "/a b", ()),
        ("GET", "/", (("x y", "1"),)),
        ("GET", "/", (("x-api-key", "secret\r\nx: y"),)),
        ("GET", "/", (("x-api-key", "secret\x00"),)),
        ("GET", "/", (("x-api-key", "sécret"),)),
    ],
)
def test_what_http_cannot_carry_is_refused_without_quoting_it(method: str, target: str, headers: Headers) -> None:
    with pytest.raises(LocalProtocolError, match="are not HTTP") as caught:
        encode(HttpRequest(method, URL, headers), target)
    assert "secret" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_head_is_encoded_once_and_the_length_is_each_requests_own() -> None:
    heads = RequestHeads()
    for body in (b"a", b"bc"):
        assert heads.encode(HttpRequest("POST", URL, body=body), "/v1", ROUTE).endswith(
            b"content-length: %d\r\n\r\n" % len(body)
        )


def test_heads_that_differ_in_anything_are_kept_apart_however_many_there_are() -> None:
    heads = RequestHeads()
    for n in range(600):
        request = HttpRequest("GET", URL, (("x", str(n)),))
        assert heads.encode(request, "/v1", ROUTE).endswith(b"x: %d\r\n\r\n" % n)
    assert heads.encode(HttpRequest("PUT", URL), "/v1", ROUTE).startswith(b"PUT ")
    assert heads.encode(HttpRequest("PUT", URL), "/v2", ROUTE).startswith(b"PUT /v2 ")
    assert b"host: b\r\n" in heads.encode(HttpRequest("PUT", URL), "/v2", Route(Origin("http", "b", 80)))


# -- the peer's ----------------------------------------------------------------------------------------------


def test_a_response_head_comes_in_any_pieces() -> None:
    data = b"HTTP/1.1 429 Too Many\r\nX-A: \xe9\r\nx-a: 2\r\nContent-Length: 5\r\n\r\n"
    for cut in range(1, len(data)):
        found = head(data[:cut], data[cut:])
        assert found.status == 429
        assert found.headers == (("x-a", "é"), ("x-a", "2"), ("content-length", "5"))
        assert isinstance(found.body, LengthReader)
        assert found.keeps_alive


def test_what_follows_the_head_is_its_rest() -> None:
    reader = read(b"HTTP/1.1 200 OK\r\n", b"content-length: 5\r\n\r\nhello")
    assert reader.rest == b"hello"


@pytest.mark.parametrize(
    ("lines", "kind"),
    [
        (b"content-length: 5\r\n", LengthReader),
        (b"transfer-encoding: chunked\r\n", ChunkedReader),
        (b"transfer-encoding: chunked\r\ncontent-length: 5\r\n", ChunkedReader),
        (b"", CloseReader),
    ],
)
def test_the_head_says_how_the_body_ends(lines: bytes, kind: type) -> None:
    assert isinstance(head(b"HTTP/1.1 200 OK\r\n" + lines + b"\r\n").body, kind)


@pytest.mark.parametrize(("method", "status"), [("HEAD", 200), ("GET", 204), ("POST", 204), ("GET", 304)])
def test_some_responses_have_no_body_whatever_they_announce(method: str, status: int) -> None:
    assert head(b"HTTP/1.1 %d X\r\ncontent-length: 5\r\n\r\n" % status, method=method).body.done


@pytest.mark.parametrize(
    ("start", "keeps"),
    [
        (b"HTTP/1.1 200 OK\r\n", True),
        (b"HTTP/1.1 200 OK\r\nConnection: Close\r\n", False),
        (b"HTTP/1.1 200 OK\r\nconnection: keep-alive, close\r\n", False),
        (b"HTTP/1.0 200 OK\r\nconnection: keep-alive\r\n", False),
    ],
)
def test_the_head_says_whether_the_connection_stays(start: bytes, keeps: bool) -> None:
    assert head(start + b"content-length: 0\r\n\r\n").keeps_alive is keeps


def test_interim_responses_are_passed_over() -> None:
    reader = read(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early", b" Hints\r\nlink: x\r\n\r\n")
    interim = reader.head
    assert interim is None
    reader.receive_data(b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nx")
    assert reader.head is not None
    assert (reader.head.status, reader.rest) == (200, b"x")


@pytest.mark.parametrize(
    "data",
    [
        b"SSH-2.0-OpenSSH_9.6\r\n\r\n",
        b"HTTP/1.1 OK\r\n\r\n",
        b"HTTP/1.1 2000 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nx : y\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: " + b"9" * 5000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nx: a\x00b\r\n\r\n",
    ],
)
def test_what_is_not_http_is_a_failure_of_bounded_length(data: bytes) -> None:
    reader = read(data)
    assert reader.head is None
    assert reader.failure is not None
    assert reader.failure.startswith("the response is not HTTP/1.1: ")
    assert len(reader.failure) <= 256
    assert not reader.too_large


def test_a_long_bad_line_is_not_quoted_whole() -> None:
    failure = read(b"HTTP/1.1 200 OK\r\n" + b"x" * 9000 + b"\r\n\r\n").failure
    assert failure is not None
    assert len(failure) == 256


def test_a_head_of_the_limit_is_taken_and_one_byte_more_is_not() -> None:
    data = b"HTTP/1.1 200 OK\r\nx: " + b"y" * 200 + b"\r\n\r\n"
    assert read(data + b"body", limit=len(data)).head is not None
    for pieces in ([data + b"body"], [data[:-1], data[-1:]], [data[:9], data[9:]]):
        reader = read(*pieces, limit=len(data) - 1)
        assert reader.head is None
        assert reader.too_large
        assert reader.failure == f"the response's head has more than {len(data) - 1} bytes"


def test_a_head_without_end_stops_at_the_limit() -> None:
    reader = HeadReader("GET", 1000)
    sent = 0
    while reader.failure is None:
        reader.receive_data(b"HTTP/1.1 200 OK\r\n" if not sent else b"x: y\r\n")
        sent += 1
    assert reader.too_large
    assert sent < 1000 / 6 + 2


def test_interim_responses_without_end_stop_at_the_limit() -> None:
    reader = HeadReader("GET", 1000)
    sent = 0
    while reader.failure is None:
        reader.receive_data(b"HTTP/1.1 100 Continue\r\n\r\n")
        sent += 1
    assert reader.too_large
    assert sent == 1000 // 25 + 1


def test_a_flood_of_interim_responses_in_front_of_a_head_counts_too() -> None:
    flood = b"HTTP/1.1 100 Continue\r\n\r\n" * 50 + b"HTTP/1.1 200 OK\r\n\r\n"
    reader = read(flood, limit=1000)
    assert reader.head is None
    assert reader.too_large


def test_a_close_before_the_head_is_told_from_one_in_it() -> None:
    nothing = read(b"")
    assert (nothing.failure, nothing.closed, nothing.empty) == ("the connection was closed", True, True)
    half = read(b"HTTP/1.1 2", b"")
    assert (half.failure, half.closed, half.empty) == ("the connection was closed in the head", True, False)


def test_h11s_own_view_of_the_head_is_the_same() -> None:
    data = b"HTTP/1.1 200 OK\r\nA: 1\r\nb: 2\r\ncontent-length: 0\r\n\r\n"
    connection = h11.Connection(h11.CLIENT)
    connection.send(h11.Request(method="GET", target="/", headers=[("host", "h")]))
    connection.receive_data(data)
    event = connection.next_event()
    assert isinstance(event, h11.Response)
    assert head(data).headers == tuple((name.decode(), value.decode()) for name, value in event.headers)
