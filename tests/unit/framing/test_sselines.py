"""The machine under server-sent events, seen through the decoders that dialects use."""

from __future__ import annotations

import tracemalloc

import pytest

from sansio.framing.sse import SseData, SseDecoder, SsePairs

STEPS = [1, 2, 64 * 1024, 1 << 30]


def pieces(stream: bytes, step: int) -> list[bytes]:
    return [stream[start : start + step] for start in range(0, len(stream), step)]


def data_of(decoder: SseData, stream: bytes, step: int = 1 << 30) -> list[bytes]:
    return [data for piece in pieces(stream, step) for data in decoder.receive_data(piece)]


def test_a_cr_at_the_end_of_a_read_ends_its_line_at_once() -> None:
    decoder = SseData()
    assert decoder.receive_data(b"data: a\r\r") == [b"a"]
    assert decoder.receive_data(b"\ndata: b\n\n") == [b"b"]


def test_only_one_lf_belongs_to_a_cr() -> None:
    decoder = SseData()
    assert decoder.receive_data(b"data: a\r") == []
    assert decoder.receive_data(b"") == []
    assert decoder.receive_data(b"\n") == []
    assert decoder.receive_data(b"\n") == [b"a"]


@pytest.mark.parametrize("step", STEPS)
def test_one_byte_order_mark_is_skipped_at_the_very_start_only(step: int) -> None:
    assert data_of(SseData(), b"\xef\xbb\xbfdata: a\n\n\xef\xbb\xbfdata: b\n\ndata: c\n\n", step) == [b"a", b"c"]
    assert data_of(SseData(), b"\xef\xbb\xbf\xef\xbb\xbfdata: a\n\ndata: b\n\n", step) == [b"b"]
    assert data_of(SseData(), b"\xef\xbbdata: a\n\ndata: b\n\n", step) == [b"b"]


@pytest.mark.parametrize("half", [b"\xef", b"\xef\xbb"])
def test_half_a_byte_order_mark_belongs_to_the_first_line(half: bytes) -> None:
    decoder = SseData()
    assert decoder.receive_data(half) == []
    assert decoder.receive_data(b"data: a\n\n") == []
    assert decoder.receive_data(b"data: b\n\n") == [b"b"]


@pytest.mark.parametrize(
    "burst",
    [
        b"data: a\n\ndata: b\n\ndata: c\n\n",
        b"data: a\r\n\r\ndata: b\r\n\r\ndata: c\r\n\r\n",
        b"event: e\ndata: a\n\nevent: e\ndata: b\n\nevent: e\ndata: c\n\n",
        b"event: e\r\ndata: a\r\n\r\nevent: e\r\ndata: b\r\n\r\nevent: e\r\ndata: c\r\n\r\n",
        b"data: a\n\n: ping\n\ndata:b\n\nevent: e\ndata: c\n\n",
        b": ping\n\n: ping\n\ndata: a\n\ndata: b\n\ndata: c\n\n",
        b"data: a\n\ndata: b\r\rdata: c\n\n",
        b"data: a\n\n\n\n\ndata: b\n\nid\ndata: c\n\n",
        b"event: e\ndata: a\n\nevent: f\ndata: b\n\nevent: e\nevent:\ndata: c\n\n",
    ],
)
@pytest.mark.parametrize("before", [b"", b"data: first\n\n", b"data: f", b"data: first\n", b"data: first\r"])
@pytest.mark.parametrize("after", [b"", b"data: la"])
def test_a_burst_gives_its_events_whatever_its_shape(before: bytes, burst: bytes, after: bytes) -> None:
    first = [b"first", b"first\na", b"fdata: a"]
    decoder = SseData()
    events = decoder.receive_data(before) + decoder.receive_data(burst + after) + decoder.receive_data(b"st\n\n")
    if after:
        assert events.pop() == b"last"
    assert events == data_of(SseData(), before + burst, 1)
    assert [event for event in events if event not in first][-2:] == [b"b", b"c"]


def test_an_event_at_the_limit_passes() -> None:
    """The limit counts the bytes of the event's field lines, without their line ends."""
    decoder = SseDecoder(limit=18)
    for _ in range(2):
        assert len(decoder.receive_data(b"event: e\n:\ndata: 1234\n\n")) == 1
    assert decoder.failure is None


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize(
    "large",
    [
        b"event: e\ndata: 12345\n\n",
        b"data: 1\ndata: 2\ndata: 3\n\n",
        b"data: 1234567890123",
        b":1234567890123456789",
        b"id: 1234567890\ndata: 1\n\n",
    ],
)
def test_an_event_above_the_limit_fails_and_what_came_before_it_counts(large: bytes, step: int) -> None:
    decoder = SseData(limit=18)
    assert data_of(decoder, b"data: a\n\n" + large, step) == [b"a"]
    assert decoder.failure == "an event exceeds the limit of 18 bytes"
    assert decoder.receive_data(b"\n\ndata: b\n\n{\n") == []
    assert decoder.pending() == b""
    decoder.receive_eof()
    assert not decoder.stray


@pytest.mark.parametrize("read", [b"data: 1234567890123\n\n", b"event: e\ndata: 12345\n\n"])
def test_the_limit_holds_for_an_event_that_is_one_read(read: bytes) -> None:
    data, pairs = SseData(limit=18), SsePairs(limit=18)
    assert data.receive_data(b"data: a\n\n") == [b"a"]
    assert data.receive_data(read) == []
    assert data.failure is not None
    assert pairs.receive_data(b"data: a\n\n") == [(b"", b"a")]
    assert pairs.receive_data(read) == []
    assert pairs.failure is not None


def test_comments_without_end_are_no_event() -> None:
    decoder = SseData(limit=100)
    assert data_of(decoder, b": keep-alive\n" * 1000, 7) == []
    assert decoder.failure is None


@pytest.mark.parametrize("step", [2, 64 * 1024, 1 << 30])
@pytest.mark.parametrize(
    ("stream", "bound"), [(b"data: " + b"x" * (1 << 19), 2), (b"data:ab\n" * (1 << 16), 3)], ids=["one line", "lines"]
)
def test_memory_stays_within_the_limit_and_is_freed_by_failing(stream: bytes, bound: int, step: int) -> None:
    """Beyond the limit there are only the lines of one block of 64 KiB, a quarter of this small limit."""
    limit = 1 << 18
    decoder = SseDecoder(limit=limit)
    tracemalloc.start()
    try:
        for start in range(0, len(stream), step):
            decoder.receive_data(stream[start : start + step])
        held, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert decoder.failure is not None
    assert peak < bound * limit
    assert held < 0.05 * limit


@pytest.mark.parametrize("step", [2, 64 * 1024, 1 << 30])
def test_an_event_at_the_limit_is_never_held_more_than_twice(step: int) -> None:
    limit = 1 << 18
    stream = b"data: " + b"x" * (limit - 6) + b"\n\n"
    decoder = SseDecoder(limit=limit)
    tracemalloc.start()
    try:
        for start in range(0, len(stream), step):
            decoder.receive_data(stream[start : start + step])
        held, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert decoder.failure is None
    assert peak < 2.5 * limit  # a block of 64 KiB is copied once more
    assert held < 0.05 * limit


@pytest.mark.parametrize("step", STEPS)
def test_errors_outside_the_standard_are_kept_aside(step: int) -> None:
    """llama.cpp sends an `error` field; others send the bare JSON of an error under text/event-stream."""
    decoder = SseData()
    stream = b'data: a\n\nerror: {"code":500}\n\nerror:  x\n{"error":{}}\nerrors: y\n [1]\nerror\ndata: b\n\n'
    assert data_of(decoder, stream, step) == [b"a", b"b"]
    assert decoder.stray == (b'{"code":500}', b" x", b'{"error":{}}', b"")


def test_the_first_eight_stray_lines_are_kept() -> None:
    decoder = SseData()
    decoder.receive_data(b"".join(b"{%d\n" % i for i in range(20)))
    assert decoder.stray == tuple([b"{%d" % i for i in range(8)])


def test_stray_lines_are_kept_within_the_limit() -> None:
    decoder = SseData(limit=10)
    decoder.receive_data(b"{23456\n{2345\n{234\n")
    assert decoder.stray == (b"{23456", b"{234")
    assert decoder.failure is None


@pytest.mark.parametrize(
    ("stream", "pending"),
    [
        (b"", b""),
        (b"data: a\n\n", b""),
        (b"data: a\n\ndata: [DONE]", b"[DONE]"),
        (b"data: [DONE]\n", b"[DONE]"),
        (b'data: {"a":\ndata: 1}', b'{"a":\n1}'),
        (b"data: a\ndata", b"a\n"),
        (b"data: a\ndat", b"a"),
        (b"event: e\ndata: a\nid: 1", b"a"),
        (b"\xef\xbb\xbfdata: a", b"a"),
    ],
)
def test_pending_is_the_data_of_an_event_without_its_blank_line(stream: bytes, pending: bytes) -> None:
    decoder = SsePairs()
    decoder.receive_data(stream)
    assert decoder.pending() == pending
    decoder.receive_eof()
    decoder.receive_eof()
    assert decoder.pending() == pending


@pytest.mark.parametrize(("stream", "stray"), [(b'error: {"a":1}', b'{"a":1}'), (b'{"error":1}', b'{"error":1}')])
def test_a_clean_end_shows_an_error_without_its_line_end(stream: bytes, stray: bytes) -> None:
    decoder = SseData()
    assert decoder.receive_data(stream) == []
    assert not decoder.stray
    decoder.receive_eof()
    assert decoder.stray == (stray,)


@pytest.mark.parametrize("field", [b"id: a\0b", b"retry: 5s", b"retry: \xd9\xa5", b"retry:"])
def test_an_id_with_a_nul_and_a_retry_that_is_no_number_are_ignored(field: bytes) -> None:
    decoder = SseData()
    assert decoder.receive_data(b"id: 1\nretry: 7\n\n%b\ndata: a\n\n" % field) == [b"a"]
    assert (decoder.last_event_id, decoder.retry) == ("1", 7)
