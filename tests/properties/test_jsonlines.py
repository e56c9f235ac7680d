"""JSON Lines: cuts do not matter, blank lines are no lines, limits hold at the same byte, encode is inverse, time is linear."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sansio.framing.jsonlines import JsonLinesDecoder, encode

_TOKENS = [b"\n", b"\r\n", b"\r", b"\n\n", b'{"a":1}', b'{"a":1}\n', b"1", b" ", b"\t", b"\xff", b"\0", b"\x0b"]
streams = st.lists(st.one_of(st.sampled_from(_TOKENS), st.binary(max_size=3)), max_size=30).map(b"".join)
cuts = st.lists(st.integers(0, 40), max_size=12)


def cut(stream: bytes, lengths: list[int]) -> list[bytes]:
    pieces: list[bytes] = []
    for length in lengths:
        pieces.append(stream[:length])
        stream = stream[length:]
    return [*pieces, stream]


def single(stream: bytes) -> list[bytes]:
    return [stream[i : i + 1] for i in range(len(stream))]


def lines_of(decoder: JsonLinesDecoder, pieces: list[bytes]) -> list[bytes]:
    return [line for piece in pieces for line in decoder.receive_data(piece)]


@given(streams, cuts)
def test_gives_the_lines_that_are_not_blank_however_they_are_cut(stream: bytes, lengths: list[int]) -> None:
    *ended, last = [line.removesuffix(b"\r") for line in stream.split(b"\n")]
    for pieces in ([stream], cut(stream, lengths), single(stream)):
        decoder = JsonLinesDecoder()
        assert lines_of(decoder, pieces) == [line for line in ended if line.strip()]
        assert decoder.pending() == stream[stream.rfind(b"\n") + 1 :]
        assert decoder.receive_eof() == ([last] if last.strip() else [])
        assert decoder.pending() == b""
        assert decoder.failure is None


@given(streams, cuts, st.integers(0, 12))
def test_a_limit_is_passed_at_the_same_byte_however_the_stream_is_cut(
    stream: bytes, lengths: list[int], limit: int
) -> None:
    whole = JsonLinesDecoder(limit=limit)
    lines = whole.receive_data(stream)
    for pieces in (cut(stream, lengths), single(stream)):
        decoder = JsonLinesDecoder(limit=limit)
        assert lines_of(decoder, pieces) == lines
        assert decoder.failure == whole.failure
        assert decoder.pending() == whole.pending()
        assert len(decoder.pending()) <= limit
    assert (whole.failure is not None) == any(len(line) > limit for line in stream.split(b"\n"))


@given(st.lists(st.binary(min_size=1).filter(lambda line: b"\n" not in line and line.strip()), max_size=8), cuts)
def test_decoding_gives_back_what_was_encoded(lines: list[bytes], lengths: list[int]) -> None:
    wire = b"".join([encode(line) for line in lines])
    assert lines_of(JsonLinesDecoder(), cut(wire, lengths)) == [line.removesuffix(b"\r") for line in lines]


_SHAPES: dict[str, Callable[[int], bytes]] = {
    "one line": lambda size: b"x" * size,
    "short lines": lambda size: b'{"a":1}\n' * (size // 8),
    "blank lines": lambda size: b"\n" * size,
}


@pytest.mark.parametrize("shape", _SHAPES)
@pytest.mark.parametrize(("step", "size"), [(1, 16 * 1024), (4096, 128 * 1024), (1 << 30, 128 * 1024)])
def test_four_times_the_bytes_take_about_four_times_the_work(shape: str, step: int, size: int) -> None:
    """Quadratic work would take sixteen times as long; the bound of eight leaves room for a busy machine."""

    def work(stream: bytes) -> float:
        times: list[float] = []
        for _ in range(2):
            decoder = JsonLinesDecoder()
            started = time.process_time()
            for start in range(0, len(stream), step):
                decoder.receive_data(stream[start : start + step])
            times.append(time.process_time() - started)
        return min(times)

    small, large = _SHAPES[shape](size), _SHAPES[shape](4 * size)
    assert work(large) < 8 * work(small) + 0.02
