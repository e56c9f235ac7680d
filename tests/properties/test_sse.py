"""Server-sent events: cuts do not matter, the standard's own steps agree, the decoders for dialects agree, encode is inverse."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sansio.framing.sse import ServerSentEvent, SseData, SseDecoder, SsePairs, comment, encode, encode_data

_LINE_ENDS = [b"\r", b"\n", b"\r\n", b"\n\n", b"\r\n\r\n"]
_FIELDS = [
    b"data",
    b"event",
    b"id",
    b"retry",
    b"error",
    b"data: ",
    b"event: ",
    b"data:",
    b"event:",
    b"id: ",
    b"retry: ",
    b"error: ",
]
_OTHERS = [b":", b" ", b"\0", b"\xef\xbb\xbf", b"\xef", b"\xbb", b"\xe2\x82", b"\xff", b"0", b"123", b"{", b"}", b"x"]
_EVENTS = [b"data: a\n\n", b"data: b\n\n", b"event: e\ndata: c\n\n", b"event: e\ndata: d\n\n", b": ping\n\n"]
_CRLF_EVENTS = [event.replace(b"\n", b"\r\n") for event in _EVENTS]
_TOKENS = [_LINE_ENDS, _FIELDS, _OTHERS, _EVENTS, _CRLF_EVENTS]

tokens = st.one_of(*[st.sampled_from(group) for group in _TOKENS], st.binary(max_size=3))
streams = st.lists(tokens, max_size=30).map(b"".join)
cuts = st.lists(st.integers(0, 60), max_size=12)
limits = st.integers(0, 40)


def cut(stream: bytes, lengths: list[int]) -> list[bytes]:
    """The stream in pieces of these lengths, then the rest."""
    pieces: list[bytes] = []
    for length in lengths:
        pieces.append(stream[:length])
        stream = stream[length:]
    return [*pieces, stream]


def single(stream: bytes) -> list[bytes]:
    return [stream[i : i + 1] for i in range(len(stream))]


class Reference:
    """Section 9.2.6 step by step over the whole text, without a thought for speed."""

    def __init__(self, stream: bytes) -> None:
        self.events: list[ServerSentEvent] = []
        self.last_event_id = ""
        self.retry: int | None = None
        self.stray: list[str] = []
        self.data = self.name = self.id = ""
        self.block_retry: int | None = None
        text = stream.decode("utf-8", "replace")
        *lines, _unfinished = re.split("\r\n|\r|\n", text.removeprefix("\ufeff"))
        for line in lines:
            if line == "":
                self.dispatch()
            elif ":" in line:
                name, value = line.split(":", 1)
                self.field(name, value.removeprefix(" "), line)
            else:
                self.field(line, "", line)

    def field(self, name: str, value: str, line: str) -> None:
        if name == "event":
            self.name = value
        elif name == "data":
            self.data += value + "\n"
        elif name == "id" and "\0" not in value:
            self.id = value
        elif name == "retry" and re.fullmatch("[0-9]+", value):
            self.retry = self.block_retry = int(value)
        elif name == "error":
            self.stray.append(value)
        elif line.startswith("{"):
            self.stray.append(line)

    def dispatch(self) -> None:
        self.last_event_id = self.id
        if self.data:
            self.events.append(ServerSentEvent(self.name or "message", self.data[:-1], self.id, self.block_retry))
        self.data = self.name = ""
        self.block_retry = None


def decode(decoder: SseDecoder, pieces: list[bytes]) -> list[ServerSentEvent]:
    return [event for piece in pieces for event in decoder.receive_data(piece)]


def text(data: bytes) -> str:
    return data.decode("utf-8", "replace")


@given(streams, cuts)
def test_agrees_with_the_steps_of_the_standard_however_it_is_cut(stream: bytes, lengths: list[int]) -> None:
    expected = Reference(stream)
    for pieces in ([stream], cut(stream, lengths), single(stream)):
        decoder = SseDecoder()
        assert decode(decoder, pieces) == expected.events
        assert decoder.last_event_id == expected.last_event_id
        assert decoder.retry == expected.retry
        assert [text(line) for line in decoder.stray] == expected.stray[:8]
        assert decoder.failure is None


@given(streams, cuts)
def test_the_decoders_for_dialects_agree_with_the_decoder_for_everyone(stream: bytes, lengths: list[int]) -> None:
    expected = Reference(stream)
    for pieces in ([stream], cut(stream, lengths), single(stream)):
        data, pairs = SseData(), SsePairs()
        values = [value for piece in pieces for value in data.receive_data(piece)]
        named = [pair for piece in pieces for pair in pairs.receive_data(piece)]
        assert [text(value) for value in values] == [event.data for event in expected.events]
        assert [(text(name) or "message", text(value)) for name, value in named] == [
            (event.event, event.data) for event in expected.events
        ]
        assert [text(line) for line in data.stray] == [text(line) for line in pairs.stray] == expected.stray[:8]


@given(
    st.lists(st.sampled_from(_EVENTS + _CRLF_EVENTS), max_size=12),
    st.sampled_from([b"", b"data: half", b"\r", b"id: 1\n"]),
)
def test_whole_events_one_a_read_and_in_a_burst_agree(events: list[bytes], tail: bytes) -> None:
    expected = Reference(b"".join(events) + tail).events
    for pieces in ([b"".join(events) + tail], [*events, tail], [b"\n", b"".join(events), tail]):
        data, pairs = SseData(), SsePairs()
        assert decode(SseDecoder(), pieces) == expected
        assert [text(v) for piece in pieces for v in data.receive_data(piece)] == [event.data for event in expected]
        named = [(text(n) or "message", text(v)) for piece in pieces for n, v in pairs.receive_data(piece)]
        assert named == [(event.event, event.data) for event in expected]


@given(streams, cuts, limits)
def test_a_limit_is_passed_at_the_same_byte_however_the_stream_is_cut(
    stream: bytes, lengths: list[int], limit: int
) -> None:
    whole = SseDecoder(limit=limit)
    events = whole.receive_data(stream)
    for pieces in (cut(stream, lengths), single(stream)):
        decoder, data, pairs = SseDecoder(limit=limit), SseData(limit=limit), SsePairs(limit=limit)
        assert decode(decoder, pieces) == events
        assert [text(v) for piece in pieces for v in data.receive_data(piece)] == [event.data for event in events]
        assert [text(v) for piece in pieces for _, v in pairs.receive_data(piece)] == [event.data for event in events]
        assert decoder.failure == data.failure == pairs.failure == whole.failure
        assert decoder.stray == data.stray == pairs.stray == whole.stray
    unlimited = Reference(stream).events
    assert events == (unlimited if whole.failure is None else unlimited[: len(events)])


@given(streams, cuts)
def test_pending_is_what_a_blank_line_would_dispatch(stream: bytes, lengths: list[int]) -> None:
    decoder = SseData()
    for piece in cut(stream, lengths):
        decoder.receive_data(piece)
    pending = decoder.pending()
    assert b"".join(decoder.receive_data(b"\n\n")) == pending


@given(streams)
def test_the_end_of_the_body_ends_the_line_in_progress_and_completes_no_event(stream: bytes) -> None:
    ended, continued = SseData(), SseData()
    ended.receive_data(stream)
    pending = ended.pending()
    ended.receive_eof()
    continued.receive_data(stream)
    continued.receive_data(b"" if stream[-1:] in (b"", b"\r", b"\n") else b"\n")
    assert ended.stray == continued.stray
    assert ended.pending() == continued.pending() == pending


one_line = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n\0"), max_size=8)
several_lines = st.lists(
    st.one_of(st.text(max_size=5), st.sampled_from(["\r", "\n", "\r\n", " ", "\ufeff"])), max_size=6
)


@given(one_line, several_lines.map("".join), one_line, st.none() | st.integers(0, 10**12), cuts)
def test_decoding_gives_back_what_was_encoded(
    name: str, data: str, last_id: str, retry: int | None, lengths: list[int]
) -> None:
    wire = encode(ServerSentEvent(name, data, last_id, retry)) + comment(data) + encode_data(b"[DONE]")
    normal = ServerSentEvent(name or "message", re.sub("\r\n?", "\n", data), last_id, retry)
    assert decode(SseDecoder(), cut(wire, lengths)) == [normal, ServerSentEvent("message", "[DONE]", last_id)]


_SHAPES: dict[str, Callable[[int], bytes]] = {
    "one event": lambda size: b"data: " + b"x" * size,
    "one line that is no field": lambda size: b"x" * size,
    "small events": lambda size: b'data: {"a":1}\n\n' * (size // 15),
    "small events with CR LF": lambda size: b'data: {"a":1}\r\n\r\n' * (size // 17),
    "events of every shape": lambda size: b"data: a\n\n:\n\nevent: e\ndata: b\n\n" * (size // 30),
    "short data lines": lambda size: b"data\n" * (size // 5),
    "blank lines": lambda size: b"\n" * size,
    "comments after an event": lambda size: b"data: a\n\n" + b":\n\n" * (size // 3),
}


@pytest.mark.parametrize("shape", _SHAPES)
@pytest.mark.parametrize(("step", "size"), [(1, 16 * 1024), (4096, 128 * 1024), (1 << 30, 128 * 1024)])
def test_four_times_the_bytes_take_about_four_times_the_work(shape: str, step: int, size: int) -> None:
    """Quadratic work would take sixteen times as long; the bound of eight leaves room for a busy machine."""

    def work(stream: bytes) -> float:
        times: list[float] = []
        for _ in range(2):
            decoder = SseData()
            started = time.process_time()
            for start in range(0, len(stream), step):
                decoder.receive_data(stream[start : start + step])
            times.append(time.process_time() - started)
        return min(times)

    small, large = _SHAPES[shape](size), _SHAPES[shape](4 * size)
    assert work(large) < 8 * work(small) + 0.02
