"""For every message, sound or damaged, in any fragments, the body readers say what h11's say."""

from __future__ import annotations

import re
from dataclasses import dataclass

import h11
from hypothesis import assume, event, given
from hypothesis import strategies as st

from sansio.framing.body import (
    LAST_CHUNK,
    BodyReader,
    ChunkedReader,
    encode_chunk,
    keeps_alive,
    request_framing,
    response_framing,
)

CHUNKED = [(b"transfer-encoding", b"chunked")]
HEAD_LINES = [
    b"",
    b"Transfer-Encoding: chunked\r\n",
    b"Transfer-Encoding: Chunked\r\nContent-Length: 7\r\n",
    b"transfer-encoding: gzip, chunked\r\n",
    b"Content-Length: 0\r\n",
    b"Content-Length: 12\r\n",
    b"Content-Length: 12, 12\r\ncontent-length: 12\r\n",
    b"Content-Length: 12\r\nContent-Length: 13\r\n",
    b"Content-Length: +1\r\n",
]
CONNECTION_LINES = [
    b"",
    b"Connection: close\r\n",
    b"Connection: keep-alive\r\n",
    b"connection: x\r\nConnection: Y, Close\r\n",
]
STATUSES = [b"200 OK", b"200", b"201 Created", b"204 No", b"205 Reset", b"304 Not", b"407 Proxy", b"500 Oh", b"999 X"]

bodies = st.one_of(
    st.binary(max_size=40),
    st.text("ab\r\n0", max_size=30).map(str.encode),
    st.sampled_from([255, 256, 1023, 1024, 1500]).map(lambda size: b"z" * size),
)
size_lines = st.sampled_from([b"%x\r\n", b"%X\r\n", b"0%x\r\n", b"%x \t\r\n", b"%x;a=b\r\n", b"%x; a;b \r\n"])
trailers = st.sampled_from([b"", b"", b"a: b\r\n", b"a: b\nc:\n", b"a: b\r\n  c \r\n", b" a: b\r\n", b"bad\r\n"])


@st.composite
def chunked(draw: st.DrawFn) -> bytes:
    """Return a chunked body as servers write it, some of them oddly."""
    pieces = [piece for piece in draw(st.lists(bodies, max_size=6)) if piece]
    wire = b"".join(draw(size_lines) % len(piece) + piece + b"\r\n" for piece in pieces)
    return wire + b"0\r\n" + draw(trailers) + draw(st.sampled_from([b"\r\n", b"\n"]))


@st.composite
def damaged(draw: st.DrawFn, wire: bytes) -> bytes:
    """Cut `wire` off, continue it, or change a few of its bytes."""
    for _ in range(draw(st.sampled_from([0, 0, 0, 1, 2]))):
        at = draw(st.integers(0, len(wire)))
        kept = draw(st.integers(at, min(at + 2, len(wire))))
        wire = (
            wire[:at]
            + draw(st.sampled_from([b"", b"\r", b"\n", b"\r\n", b"0", b"f", b" ", b";", b"x", b"\x00"]))
            + wire[kept:]
        )
    return draw(st.sampled_from([wire] * 4 + [wire + b"HTTP/1.1 200", wire[: draw(st.integers(0, len(wire)))]]))


@st.composite
def fragments(draw: st.DrawFn, wire: bytes) -> list[bytes]:
    """Cut `wire` into pieces, none of them empty: h11 takes b"" for the end."""
    if draw(st.booleans()):
        return [wire[at : at + 1] for at in range(len(wire))]
    cuts = sorted(draw(st.lists(st.integers(0, len(wire)), max_size=8)))
    return [piece for a, b in zip([0, *cuts], [*cuts, len(wire)], strict=True) if (piece := wire[a:b])]


@dataclass
class Verdict:
    """What came out of a message: its body, how it ended (done, failed or open), and whether to use the connection."""

    body: bytes
    end: str
    reusable: bool


def read_by_h11(connection: h11.Connection) -> tuple[bytes, str]:
    """Return the body bytes that `connection` yields now, and how the message has ended, if it has."""
    body = b""
    while True:
        try:
            found = connection.next_event()
        except h11.RemoteProtocolError:
            return body, "failed"
        if isinstance(found, h11.Data):
            body += found.data
        elif isinstance(found, h11.EndOfMessage):
            return body, "done"
        elif isinstance(found, h11.ConnectionClosed) or found in (h11.NEED_DATA, h11.PAUSED):
            return body, "done" if connection.their_state is h11.SWITCHED_PROTOCOL else "open"


def verdict_of_h11(connection: h11.Connection, pieces: list[bytes]) -> Verdict:
    """Read `pieces` by h11 alone, b"" among them being the peer's close."""
    body, end = b"", "open"
    for piece in pieces:
        connection.receive_data(piece)
        if end == "open":
            more, end = read_by_h11(connection)
            body += more
    if end != "failed":
        read_by_h11(connection)  # so that it notices the close
    reusable = connection.our_state is connection.their_state is h11.DONE and connection.trailing_data == (b"", False)
    return Verdict(body, end, reusable)


def verdict_of_reader(connection: h11.Connection, method: bytes, pieces: list[bytes]) -> Verdict:
    """Read `pieces` with h11 for the head and our reader for the body."""
    reader: BodyReader | None = None
    body = b""
    kept = keeps_alive(b"1.1", [])
    for piece in pieces:
        if reader is not None:
            body += receive(reader, piece)
            continue
        connection.receive_data(piece)
        try:
            while isinstance(head := connection.next_event(), h11.InformationalResponse):
                pass
        except h11.RemoteProtocolError:
            return Verdict(b"", "failed", reusable=False)
        if isinstance(head, h11.Response | h11.Request):
            reader = framing(method, head)
            kept = keeps_alive(head.http_version, head.headers)
            body += reader.receive_data(connection.trailing_data[0])
    if reader is None:
        return Verdict(b"", "open", reusable=False)
    end = "done" if reader.done else "failed" if reader.failure is not None else "open"
    return Verdict(body, end, reader.done and not reader.rest and kept and b"" not in pieces)


def framing(method: bytes, head: h11.Response | h11.Request) -> BodyReader:
    if isinstance(head, h11.Request):
        return request_framing(head.headers)
    return response_framing(method.decode(), head.status_code, head.headers)


def receive(reader: BodyReader, piece: bytes) -> bytes:
    if piece:
        return reader.receive_data(piece)
    reader.receive_eof()
    return b""


def client(method: bytes, connection: str) -> h11.Connection:
    """Return a client that has sent its request."""
    peer = h11.Connection(h11.CLIENT)
    peer.send(h11.Request(method=method, target="/", headers=[("host", "x"), ("connection", connection)]))
    peer.send(h11.EndOfMessage())
    return peer


def skip_what_differs_on_purpose(wire: bytes) -> None:
    """Leave out the two places where the reader differs from h11 in what it accepts.

    White space before an extension's semicolon is legal (RFC 9112 section 7.1.1), and h11 refuses it. The limits
    differ too, but no wire here is as long as one of them.
    """
    assume(not re.search(rb"[0-9A-Fa-f][ \t]+;", wire))


@given(st.data())
def test_responses_are_read_as_h11_reads_them(data: st.DataObject) -> None:
    method = data.draw(st.sampled_from([b"GET", b"GET", b"GET", b"POST", b"HEAD", b"CONNECT"]))
    status = data.draw(st.sampled_from(STATUSES[:1] * 9 + STATUSES))
    lines = data.draw(st.sampled_from(HEAD_LINES[1:2] * 9 + HEAD_LINES)) + data.draw(
        st.sampled_from(CONNECTION_LINES[:1] * 5 + CONNECTION_LINES)
    )
    version = data.draw(st.sampled_from([b"1.1"] * 8 + [b"1.0", b"1.2", b"0.9"]))
    informational = data.draw(st.sampled_from([b"", b"", b"HTTP/1.1 100 Continue\r\n\r\n"]))
    head = b"%bHTTP/%b %b\r\n%b\r\n" % (informational, version, status, lines)
    wire = head + data.draw(st.one_of(chunked().flatmap(damaged), bodies))
    skip_what_differs_on_purpose(wire)
    pieces = data.draw(fragments(wire)) + [b""] * data.draw(st.sampled_from([0, 0, 1]))
    said = data.draw(st.sampled_from(["keep-alive"] * 5 + ["close"]))

    peer = client(method, said)
    expected = verdict_of_h11(peer, pieces)
    found = verdict_of_reader(client(method, said), method, pieces)
    found.reusable &= keeps_alive(b"1.1", [(b"connection", said.encode())])
    found.reusable &= peer.their_state is not h11.SWITCHED_PROTOCOL  # a tunnel: the caller knows, the head does not
    event(f"{expected.end}, {'reusable' if expected.reusable else 'not reusable'}")
    assert_same(found, expected, peer)


@given(st.data())
def test_requests_are_read_as_h11_reads_them(data: st.DataObject) -> None:
    lines = data.draw(st.sampled_from(HEAD_LINES[1:2] * 5 + HEAD_LINES)) + data.draw(st.sampled_from(CONNECTION_LINES))
    head = b"POST / HTTP/1.1\r\nhost: x\r\n%b\r\n" % lines
    wire = head + data.draw(st.one_of(chunked().flatmap(damaged), bodies))
    skip_what_differs_on_purpose(wire)
    pieces = data.draw(fragments(wire)) + [b""] * data.draw(st.integers(0, 1))
    peer = h11.Connection(h11.SERVER)
    expected = verdict_of_h11(peer, pieces)
    found = verdict_of_reader(h11.Connection(h11.SERVER), b"", pieces)
    found.reusable = expected.reusable  # depends on the response, which nobody has sent
    assert_same(found, expected, peer)


def assert_same(found: Verdict, expected: Verdict, peer: h11.Connection) -> None:
    """Compare, but for one freedom: a size line that a bare line feed has spoilt need not wait for its CRLF."""
    if (found.end, expected.end) == ("failed", "open"):
        peer.receive_data(b"\r\n")
        assert read_by_h11(peer) == (b"", "failed")
        found.end = "open"
    assert found == expected


@given(st.lists(bodies, max_size=8), st.booleans(), st.data())
def test_what_was_encoded_in_chunks_is_read_back(pieces: list[bytes], whole: bool, data: st.DataObject) -> None:
    wire = b"".join(map(encode_chunk, pieces)) + LAST_CHUNK
    reader = ChunkedReader()
    body = b"".join(map(reader.receive_data, [wire] if whole else data.draw(fragments(wire))))
    assert (body, reader.done, reader.rest, reader.failure) == (b"".join(pieces), True, b"", None)


@given(chunked().flatmap(damaged), st.sampled_from([CHUNKED, [(b"content-length", b"20")], []]), st.data())
def test_fragmentation_changes_nothing(wire: bytes, headers: list[tuple[bytes, bytes]], data: st.DataObject) -> None:
    def outcome(pieces: list[bytes]) -> tuple[object, ...]:
        reader = response_framing("GET", 200, headers)
        body = b"".join(map(reader.receive_data, pieces))
        reader.receive_eof()
        trailers = reader.trailers if isinstance(reader, ChunkedReader) else None
        return body, reader.done, reader.rest, reader.failure, trailers

    assert outcome(data.draw(fragments(wire))) == outcome([wire])
