"""Response heads: the short way reads what h11 reads, and neither cuts nor damage make a difference."""

from __future__ import annotations

from itertools import pairwise

import h11
from hypothesis import example, given
from hypothesis import strategies as st

from sansio.framing.body import ChunkedReader
from sansio.wire.http1 import HeadReader

LIMIT = 4096

_line = st.sampled_from(
    [
        b"Content-Type: text/event-stream",
        b"content-length: 5",
        b"Content-Length: 0005",
        b"Content-Length: 5, 5",
        b"Content-Length: -1",
        b"Content-Length: 99999999999999999999",
        b"Transfer-Encoding: chunked",
        b"transfer-encoding: Chunked",
        b"transfer-encoding: gzip, chunked",
        b"Connection: close",
        b"connection: keep-alive, Close",
        b"x-empty:",
        b"x-blank: ",
        b"x-tight:a",
        b"x-padded:   a\t b  ",
        b"x-latin: \xe9\xff",
        b"x-control: a\x01b",
        b"x-null: a\x00b",
        b" folded",
        b"no colon",
        b": no name",
        b"bad name: a",
        b"a:b:c: d",
    ]
)
_field = st.tuples(st.text("abXY-_!7", max_size=4), st.text("aé ,;=\t", max_size=6)).map(
    lambda pair: f"{pair[0]}: {pair[1]}".encode("latin-1")
)
_status = st.sampled_from(
    [
        b"HTTP/1.1 200 OK",
        b"HTTP/1.1 204",
        b"HTTP/1.1 429 ",
        b"HTTP/1.0 200 OK",
        b"HTTP/1.1 101 Switching Protocols",
        b"HTTP/1.1 999 \xe9 x",
        b"HTTP/2.0 200 OK",
        b"HTTP/1.1 2000 OK",
        b"HTTP/1.1  200 OK",
        b"ICY 200 OK",
        b"",
    ]
)
_interim = st.sampled_from([b"", b"", b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 103 Early Hints\r\nlink: a\r\n\r\n"])
_end = st.sampled_from([b"\r\n", b"\r\n", b"\r\n", b"\n"])


@st.composite
def _heads(draw: st.DrawFn) -> bytes:
    """A head, mostly good, with some bytes behind it."""
    lines = [draw(_status), *draw(st.lists(_field | _line, max_size=5)), b""]
    head = b"".join([line + draw(_end) for line in lines])
    damaged = draw(st.sampled_from([0, 0, 0, 1]))
    if damaged:
        place = draw(st.integers(0, len(head) - 1))
        head = head[:place] + draw(st.binary(max_size=2)) + head[place + draw(st.integers(0, 2)) :]
    return draw(_interim) + head + draw(st.sampled_from([b"", b"hello", b"\r\n\r\n"]))


def _read(pieces: list[bytes], method: str) -> HeadReader:
    reader = HeadReader(method, LIMIT)
    for number, piece in enumerate(pieces):
        reader.receive_data(piece)
        if reader.head is not None:
            reader.rest += b"".join(pieces[number + 1 :])
            break
        if reader.failure is not None:
            break
    return reader


def _seen(reader: HeadReader) -> object:
    if (head := reader.head) is None:
        return None
    body = head.body.receive_data(b"5\r\nhello\r\n0\r\n\r\n")  # shows which framing it is
    return head.status, head.headers, head.reason, body, head.body.done, head.keeps_alive, reader.rest


def _by_h11(data: bytes, method: str) -> object:
    """What h11 alone makes of it; None where it finds a fault, or no head."""
    peer = h11.Connection(h11.CLIENT, max_incomplete_event_size=LIMIT)
    peer.send(h11.Request(method=method, target="/", headers=[("host", "h"), ("content-length", "0")]))
    try:
        peer.receive_data(data)
        while isinstance(event := peer.next_event(), h11.InformationalResponse):
            pass
    except h11.RemoteProtocolError:
        return None
    if not isinstance(event, h11.Response):
        return None
    headers = tuple([(name.decode(), value.decode("latin-1")) for name, value in event.headers])
    return event.status_code, headers, event.reason.decode("latin-1"), peer.trailing_data[0]


@given(data=_heads(), method=st.sampled_from(["POST", "GET", "HEAD", "CONNECT"]))
@example(data=b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\n", method="POST")
@example(data=b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ncontent-length: 6\r\n\r\n", method="POST")
@example(data=b"HTTP/1.1 200\r\n\r\n", method="POST")
@example(data=b"\r\nHTTP/1.1 200\r\n\r\n", method="POST")
def test_a_head_is_what_h11_says_it_is(data: bytes, method: str) -> None:
    reader = _read([data], method)
    if (head := reader.head) is None:
        assert _by_h11(data, method) is None
        return
    assert (head.status, head.headers, head.reason, reader.rest) == _by_h11(data, method)
    fields = dict(head.headers)
    if method != "HEAD" and head.status != 204 and not (method == "CONNECT" and head.status < 300):
        assert isinstance(head.body, ChunkedReader) == ("transfer-encoding" in fields)


@given(
    data=_heads(),
    method=st.sampled_from(["POST", "HEAD", "CONNECT"]),
    cuts=st.lists(st.integers(0, 400), max_size=5),
)
def test_cuts_make_no_difference(data: bytes, method: str, cuts: list[int]) -> None:
    whole = _read([data], method)
    seen = _seen(whole)
    places = [*sorted({cut % len(data) for cut in cuts} | {0}), len(data)]
    by_byte = [data[n : n + 1] for n in range(len(data))]
    for pieces in ([data[start:end] for start, end in pairwise(places)], by_byte):
        reader = _read([piece for piece in pieces if piece], method)
        assert _seen(reader) == seen
        assert (reader.failure is None) == (whole.failure is None)
