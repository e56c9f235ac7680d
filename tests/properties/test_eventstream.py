"""AWS event streams: decode undoes encode, cuts do not matter, damage never raises and never goes unseen, time is linear."""

from __future__ import annotations

import time
import zlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sansio.framing.eventstream import EventStreamDecoder, EventStreamMessage, encode

_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
_names = st.one_of(st.sampled_from([":event-type", ":message-type"]), _text.filter(bool))
_values = st.one_of(st.booleans(), st.integers(-(1 << 63), (1 << 63) - 1), st.binary(max_size=12), _text)
messages = st.builds(EventStreamMessage, st.dictionaries(_names, _values, max_size=4), st.binary(max_size=40))
streams = st.lists(messages, max_size=6)
cuts = st.lists(st.integers(0, 60), max_size=12)


def cut(stream: bytes, lengths: list[int]) -> list[bytes]:
    """The stream in pieces of these lengths, then the rest."""
    pieces: list[bytes] = []
    for length in lengths:
        pieces.append(stream[:length])
        stream = stream[length:]
    return [*pieces, stream]


def single(stream: bytes) -> list[bytes]:
    return [stream[i : i + 1] for i in range(len(stream))]


def decode(decoder: EventStreamDecoder, pieces: list[bytes]) -> list[EventStreamMessage]:
    return [message for piece in pieces for message in decoder.receive_data(piece)]


@given(streams, cuts, st.binary(max_size=11))
def test_decoding_gives_back_what_was_encoded_however_it_is_cut(
    sent: list[EventStreamMessage], lengths: list[int], rest: bytes
) -> None:
    stream = b"".join(map(encode, sent)) + rest
    for pieces in ([stream], cut(stream, lengths), single(stream)):
        decoder = EventStreamDecoder()
        assert decode(decoder, pieces) == sent
        assert decoder.failure is None
        assert decoder.pending() == rest


@given(streams, cuts, st.binary(max_size=80), st.integers(16, 100))
def test_a_failure_is_the_same_however_the_stream_is_cut(
    sent: list[EventStreamMessage], lengths: list[int], noise: bytes, limit: int
) -> None:
    stream = b"".join(map(encode, sent)) + noise
    whole = EventStreamDecoder(limit=limit)
    received = whole.receive_data(stream)
    assert received == sent[: len(received)]
    for pieces in (cut(stream, lengths), single(stream)):
        decoder = EventStreamDecoder(limit=limit)
        assert decode(decoder, pieces) == received
        assert decoder.failure == whole.failure
        assert decoder.pending() == whole.pending()


@given(messages, st.data())
def test_one_wrong_byte_is_always_seen(message: EventStreamMessage, data: st.DataObject) -> None:
    stream = encode(message)
    at = data.draw(st.integers(0, len(stream) - 1))
    wrong = data.draw(st.integers(0, 255).filter(lambda byte: byte != stream[at]))
    decoder = EventStreamDecoder()
    assert decoder.receive_data(stream[:at] + bytes([wrong]) + stream[at + 1 :]) == []
    assert decoder.failure is not None


@given(st.binary(max_size=60))
def test_headers_of_any_bytes_are_read_or_refused(block: bytes) -> None:
    """They are put where they can be anything: in a message whose checksums match."""
    stream = encode(EventStreamMessage(payload=block))
    decoder = EventStreamDecoder()
    decoder.receive_data(_as_headers(stream, len(block)))
    assert decoder.failure in {None, "the headers of a message are malformed"}


def _as_headers(stream: bytes, size: int) -> bytes:
    """The message with all of its payload declared to be headers."""
    lengths = stream[:4] + size.to_bytes(4)
    checked = lengths + zlib.crc32(lengths).to_bytes(4) + stream[12:-4]
    return checked + zlib.crc32(checked).to_bytes(4)


_SHAPES: dict[str, Callable[[int], bytes]] = {
    "one message": lambda size: encode(EventStreamMessage({"n": "v"}, b"x" * size)),
    "small messages": lambda size: encode(EventStreamMessage({"n": "v"}, b"x" * 40)) * (size // 62),
    "empty messages": lambda size: encode(EventStreamMessage()) * (size // 16),
    "many headers": lambda size: encode(EventStreamMessage({f"{n:05}": True for n in range(size // 8)})),
}


@pytest.mark.parametrize("shape", _SHAPES)
@pytest.mark.parametrize(("step", "size"), [(1, 8 * 1024), (4096, 32 * 1024), (1 << 30, 32 * 1024)])
def test_four_times_the_bytes_take_about_four_times_the_work(shape: str, step: int, size: int) -> None:
    """Quadratic work would take sixteen times as long; the bound of eight leaves room for a busy machine."""

    def work(stream: bytes) -> float:
        times: list[float] = []
        for _ in range(2):
            decoder = EventStreamDecoder()
            started = time.process_time()
            for start in range(0, len(stream), step):
                decoder.receive_data(stream[start : start + step])
            times.append(time.process_time() - started)
            assert decoder.failure is None
        return min(times)

    small, large = _SHAPES[shape](size), _SHAPES[shape](4 * size)
    assert work(large) < 8 * work(small) + 0.02
