from __future__ import annotations

import tracemalloc

import pytest

from sansio.framing.jsonlines import LINE_LIMIT, JsonLinesDecoder, encode


def test_returns_each_line_once_it_has_ended() -> None:
    decoder = JsonLinesDecoder()
    assert decoder.receive_data(b'{"a":') == []
    assert decoder.pending() == b'{"a":'
    assert decoder.receive_data(b'1}\n{"b":2}\n{"c"') == [b'{"a":1}', b'{"b":2}']
    assert decoder.pending() == b'{"c"'
    assert decoder.failure is None


def test_cr_lf_ends_a_line_even_when_cut_in_two() -> None:
    decoder = JsonLinesDecoder()
    assert decoder.receive_data(b"1\r\n2\r") == [b"1"]
    assert decoder.receive_data(b"\n") == [b"2"]


def test_a_cr_alone_is_white_space_within_a_line() -> None:
    assert JsonLinesDecoder().receive_data(b"[1,\r2]\n") == [b"[1,\r2]"]


@pytest.mark.parametrize("blank", [b"\n", b"\r\n", b" \t\n", b"\n\n\n"])
def test_blank_lines_are_keep_alives(blank: bytes) -> None:
    assert JsonLinesDecoder().receive_data(blank + b"1\n" + blank + b"2\n") == [b"1", b"2"]


def test_a_clean_end_ends_the_last_line() -> None:
    decoder = JsonLinesDecoder()
    assert decoder.receive_data(b"1\n2\r") == [b"1"]
    assert decoder.receive_eof() == [b"2"]
    assert decoder.receive_eof() == []


@pytest.mark.parametrize("rest", [b"", b" \r"])
def test_a_clean_end_after_a_line_end_adds_nothing(rest: bytes) -> None:
    decoder = JsonLinesDecoder()
    assert decoder.receive_data(b"1\n" + rest) == [b"1"]
    assert decoder.receive_eof() == []


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_takes_any_buffer_and_returns_bytes(kind: type[bytes | bytearray | memoryview]) -> None:
    lines = JsonLinesDecoder().receive_data(kind(b"1\n2\n"))
    assert lines == [b"1", b"2"]
    assert {type(line) for line in lines} == {bytes}


def test_the_limit_holds_the_images_that_travel_in_lines() -> None:
    assert LINE_LIMIT == 32 * 1024 * 1024


def test_a_line_at_the_limit_passes() -> None:
    decoder = JsonLinesDecoder(limit=8)
    assert decoder.receive_data(b"12345678\n12345678") == [b"12345678"]
    assert decoder.receive_eof() == [b"12345678"]
    assert decoder.failure is None


@pytest.mark.parametrize("pieces", [[b"1\n123456789\n2\n"], [b"1\n12345678", b"9\n2\n"], [b"1\n123456789"]])
def test_a_line_above_the_limit_fails_and_what_came_before_it_counts(pieces: list[bytes]) -> None:
    decoder = JsonLinesDecoder(limit=8)
    assert [line for piece in pieces for line in decoder.receive_data(piece)] == [b"1"]
    assert decoder.failure == "a line exceeds the limit of 8 bytes"
    assert decoder.receive_data(b"3\n") == []
    assert decoder.receive_eof() == []
    assert decoder.pending() == b""


@pytest.mark.parametrize("step", [2, 64 * 1024, 1 << 30])
@pytest.mark.parametrize("end", [b"", b"\n"])
def test_memory_stays_within_the_limit_and_is_freed_by_failing(step: int, end: bytes) -> None:
    limit = 256 * 1024
    body = b"x" * (2 * limit) + end
    decoder = JsonLinesDecoder(limit=limit)
    tracemalloc.start()
    try:
        for start in range(0, len(body), step):
            decoder.receive_data(body[start : start + step])
        held, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert decoder.failure is not None
    assert peak < 1.9 * limit
    assert held < 0.05 * limit


def test_encode_ends_the_line() -> None:
    assert encode(b'{"a":1}') == b'{"a":1}\n'


def test_encode_refuses_what_would_be_two_lines() -> None:
    with pytest.raises(ValueError, match="line feed"):
        encode(b"1\n2")
