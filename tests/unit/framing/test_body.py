"""The body readers on examples: each framing, each kind of damage, each limit."""

from __future__ import annotations

import pytest

from sansio.framing.body import (
    LAST_CHUNK,
    MAX_SIZE_LINE,
    MAX_TRAILER_LINES,
    MAX_TRAILERS,
    BodyReader,
    ChunkedReader,
    CloseReader,
    LengthReader,
    encode_chunk,
    keeps_alive,
    request_framing,
    response_framing,
)

CHUNKED = [(b"transfer-encoding", b"chunked")]
LENGTH = [(b"content-length", b"5")]


@pytest.mark.parametrize(
    ("method", "status"),
    [("HEAD", 200), ("GET", 101), ("GET", 103), ("GET", 204), ("GET", 304), ("CONNECT", 200), ("CONNECT", 299)],
)
@pytest.mark.parametrize("headers", [CHUNKED, LENGTH, []])
def test_some_responses_have_no_body_whatever_their_headers_say(
    method: str, status: int, headers: list[tuple[bytes, bytes]]
) -> None:
    reader = response_framing(method, status, headers)
    assert isinstance(reader, LengthReader)
    assert reader.done


@pytest.mark.parametrize(
    ("method", "status", "headers", "reader"),
    [
        ("GET", 200, CHUNKED, ChunkedReader),
        ("GET", 200, LENGTH, LengthReader),
        ("GET", 200, LENGTH + CHUNKED, ChunkedReader),
        ("GET", 205, [(b"server", b"x")], CloseReader),
        ("CONNECT", 300, LENGTH, LengthReader),
        ("CONNECT", 407, CHUNKED, ChunkedReader),
    ],
)
def test_a_response_declares_its_framing(
    method: str, status: int, headers: list[tuple[bytes, bytes]], reader: type[BodyReader]
) -> None:
    assert type(response_framing(method, status, headers)) is reader


def test_a_request_without_declared_framing_has_no_body() -> None:
    assert request_framing([(b"host", b"x")]).done
    assert not request_framing(LENGTH).done
    assert isinstance(request_framing(LENGTH + CHUNKED), ChunkedReader)


@pytest.mark.parametrize(
    ("version", "headers", "kept"),
    [
        (b"1.1", [], True),
        (b"1.1", [(b"connection", b"keep-alive")], True),
        (b"1.1", [(b"x-connection", b"close")], True),
        (b"1.1", [(b"connection", b"closed")], True),
        (b"1.1", [(b"connection", b"close")], False),
        (b"1.1", [(b"connection", b"Keep-Alive , CLOSE\t")], False),
        (b"1.1", [(b"connection", b"upgrade"), (b"connection", b"close")], False),
        (b"1.0", [(b"connection", b"keep-alive")], False),
    ],
)
def test_the_head_says_whether_the_connection_may_be_used_again(
    version: bytes, headers: list[tuple[bytes, bytes]], kept: bool
) -> None:
    assert keeps_alive(version, headers) is kept


def test_a_close_delimited_body_is_everything_up_to_the_close() -> None:
    reader = CloseReader()
    assert reader.receive_data(b"abc") == b"abc"
    assert not reader.done
    reader.receive_eof()
    assert (reader.done, reader.rest, reader.failure) == (True, b"", None)


def test_a_body_of_known_length_ends_there_and_shows_what_follows() -> None:
    reader = LengthReader(5)
    data = b"abc"
    assert reader.receive_data(data) is data
    assert not reader.done
    assert reader.receive_data(b"deHTTP") == b"de"
    assert reader.receive_data(b"/1.1") == b""
    reader.receive_eof()
    assert (reader.done, reader.rest, reader.failure) == (True, b"HTTP/1.1", None)


def test_a_body_of_known_length_that_is_cut_off_says_by_how_much() -> None:
    reader = LengthReader(20)
    assert reader.receive_data(b"x" * 10) == b"x" * 10
    reader.receive_eof()
    assert (reader.done, reader.failure) == (False, "the body ended after 10 of 20 bytes")
    assert reader.receive_data(b"late") == b""
    assert not reader.done


@pytest.mark.parametrize(
    "wire",
    [
        b"5\r\nhello\r\n" + LAST_CHUNK,
        b"2\r\nhe\r\n3\r\nllo\r\n" + LAST_CHUNK,
        b"00005\r\nhello\r\n000\r\n\r\n",
        b"5  \r\nhello\r\n0 \t\r\n\r\n",
        b"5;name=value;x\r\nhello\r\n0;last\r\n\r\n",
        b"5 ;name\r\nhello\r\n0\r\n\r\n",
        b"5;a\rb\r\r\nhello\r\n0\r\n\n",
    ],
)
def test_chunks_are_joined_however_their_size_lines_look(wire: bytes) -> None:
    reader = ChunkedReader()
    assert reader.receive_data(wire) == b"hello"
    assert (reader.done, reader.rest, reader.failure, reader.trailers) == (True, b"", None, [])


@pytest.mark.parametrize("size", [10, 15, 26, 171, 255, 1023, 1024, 4095, 70_000])
@pytest.mark.parametrize("line", [b"%x\r\n", b"%X\r\n"])
def test_every_size_of_chunk_is_read_alone_and_among_others(size: int, line: bytes) -> None:
    body = b"\r" * size
    chunk = line % size + body + b"\r\n"
    reader = ChunkedReader()
    assert reader.receive_data(chunk) == body
    assert reader.receive_data(chunk * 3 + b"3\r\nend\r\n") == body * 3 + b"end"
    assert reader.receive_data(chunk[:-1]) == body
    assert reader.receive_data(chunk[-1:] + LAST_CHUNK) == b""
    assert reader.done


def test_a_long_chunk_passes_through_without_being_copied() -> None:
    reader = ChunkedReader()
    assert reader.receive_data(b"10\r\n12345678") == b"12345678"
    data = b"abcdefg"
    assert reader.receive_data(data) is data
    assert reader.receive_data(b"!") == b"!"
    assert reader.receive_data(b"\r\n" + LAST_CHUNK + b"HTTP") == b""
    assert reader.receive_data(b"/1.1") == b""
    reader.receive_eof()
    assert (reader.done, reader.rest, reader.failure) == (True, b"HTTP/1.1", None)


def test_a_short_size_line_may_end_the_data_behind_a_longer_one() -> None:
    reader = ChunkedReader()
    assert reader.receive_data(b"00000001\r\na\r\n3\r\n") == b"a"
    assert reader.receive_data(b"bcd\r\n" + LAST_CHUNK) == b"bcd"
    assert reader.done


@pytest.mark.parametrize(
    ("section", "trailers"),
    [
        (b"a: b\r\n", [b"a: b"]),
        (b"a: b\nC:\n", [b"a: b", b"C:"]),
        (b"a: b\r\n  folded \r\n\tagain\r\nc: d\r\n", [b"a: b folded  again", b"c: d"]),
        (b"content-length: 7\r\ncontent-length: 8\r\n", [b"content-length: 7", b"content-length: 8"]),
    ],
)
def test_trailers_are_lines_with_their_folds_undone(section: bytes, trailers: list[bytes]) -> None:
    for end in (b"\r\n", b"\n"):
        reader = ChunkedReader()
        assert reader.receive_data(b"1\r\nx\r\n0\r\n" + section + end + b"rest") == b"x"
        assert (reader.done, reader.trailers, reader.rest) == (True, trailers, b"rest")


@pytest.mark.parametrize(
    ("damage", "failure"),
    [
        (b"x", "a chunk is not followed by CRLF"),
        (b"\rx", "a chunk is not followed by CRLF"),
        (b"\r\n\r\n", "a chunk-size line is malformed"),
        (b"\r\n-1\r\n", "a chunk-size line is malformed"),
        (b"\r\n0x5\r\n", "a chunk-size line is malformed"),
        (b"\r\n5_0\r\n", "a chunk-size line is malformed"),
        (b"\r\n 5\r\n", "a chunk-size line is malformed"),
        (b"\r\n5\n", "a chunk-size line is malformed"),
        (b"\r\n" + b"f" * 21 + b"\r\n", "a chunk-size line is malformed"),
        (b"\r\n0\r\n: no name\r\n\r\n", "a trailer is malformed"),
        (b"\r\n0\r\n folded: nothing\r\n\r\n", "a trailer is malformed"),
        (b"\r\n0\r\nbare\r\n\r\n", "a trailer is malformed"),
        (b"\r\n0\r\na: \x00\r\n\r\n", "a trailer is malformed"),
        (b"\r\n0\r\na: b\r\r\n\r\n", "a trailer is malformed"),
    ],
)
def test_damage_is_named_and_costs_no_byte_before_it(damage: bytes, failure: str) -> None:
    reader = ChunkedReader()
    assert reader.receive_data(b"5\r\nhello" + damage) == b"hello"
    assert (reader.done, reader.failure) == (False, failure)
    assert reader.receive_data(b"5\r\nhello\r\n") == b""
    assert reader.receive_data(LAST_CHUNK) == b""
    reader.receive_eof()
    assert (reader.done, reader.rest, reader.failure) == (False, b"", failure)


@pytest.mark.parametrize(
    ("wire", "failure"),
    [
        (b"", "the body ended before its last chunk"),
        (b"5\r\nhel", "the body ended before its last chunk"),
        (b"5\r\nhello\r\n", "the body ended before its last chunk"),
        (b"0\r\n", "the trailers were cut off"),
        (b"0\r\na: b\r\n", "the trailers were cut off"),
    ],
)
def test_a_chunked_body_that_is_cut_off_is_a_failure(wire: bytes, failure: str) -> None:
    reader = ChunkedReader()
    reader.receive_data(wire)
    sound = reader.failure
    reader.receive_eof()
    assert (sound, reader.done, reader.failure) == (None, False, failure)
    assert reader.receive_data(b"l") == b""


@pytest.mark.parametrize("step", [1, 1000, 100_000])
def test_size_lines_are_read_up_to_their_limit(step: int) -> None:
    line = b"1;" + b"x" * (MAX_SIZE_LINE - 4) + b"\r\n"
    reader = feed(line + b"a\r\n" + LAST_CHUNK, step)
    assert reader.done
    assert feed(b"1;x" + line[2:], step).failure == "a chunk-size line has more than 4096 bytes"
    assert feed(b"1" * (MAX_SIZE_LINE + 1), step).failure == "a chunk-size line has more than 4096 bytes"


@pytest.mark.parametrize("step", [1, 1000, 100_000])
def test_trailers_are_read_up_to_their_limit(step: int) -> None:
    section = b"a:" + b"x" * (MAX_TRAILERS - 6) + b"\r\n\r\n"
    assert feed(b"0\r\n" + section + b"rest", step).done
    assert feed(b"0\r\na" + section, step).failure == "the trailers have more than 16384 bytes"
    assert feed(b"0\r\na:" + b"x" * MAX_TRAILERS, step).failure == "the trailers have more than 16384 bytes"


def test_trailers_are_counted_up_to_their_limit() -> None:
    line = b"a: b\r\n"
    assert feed(b"0\r\n" + line * MAX_TRAILER_LINES + b"\r\n", 100_000).trailers == [b"a: b"] * MAX_TRAILER_LINES
    reader = feed(b"0\r\n" + line * (MAX_TRAILER_LINES + 1) + b"\r\n", 100_000)
    assert (reader.done, reader.failure) == (False, "there are more than 64 trailers")


def feed(wire: bytes, step: int) -> ChunkedReader:
    reader = ChunkedReader()
    for at in range(0, len(wire), step):
        reader.receive_data(wire[at : at + step])
    return reader


def test_an_encoded_chunk_carries_its_size_and_none_is_the_last_by_accident() -> None:
    assert encode_chunk(b"x" * 26) == b"1a\r\n" + b"x" * 26 + b"\r\n"
    assert encode_chunk(b"") == b""
