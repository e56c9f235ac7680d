from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Required, TypedDict

import pytest

from sansio.framing.sse import EVENT_LIMIT, ServerSentEvent, SseData, SseDecoder, SsePairs, comment, encode, encode_data

CASES = Path(__file__).parents[3].parent / "shared" / "corpus" / "sse_cases.jsonl"


class Fields(TypedDict, total=False):
    """An event of a case; what is missing has its default."""

    event: str
    data: str
    id: str
    retry: int | None


class Case(TypedDict, total=False):
    """A line of the conformance cases, see the corpus's README."""

    id: str
    input: Required[str]
    input_b64: str
    chunks_b64: list[str]
    events: Required[list[Fields]]
    final_retry: int


def load_cases() -> list[Case]:
    return [json.loads(line) for line in CASES.read_text("utf-8").splitlines()] if CASES.exists() else []


def decode(pieces: list[bytes]) -> tuple[list[ServerSentEvent], SseDecoder]:
    decoder = SseDecoder()
    return [event for piece in pieces for event in decoder.receive_data(piece)], decoder


def test_the_conformance_cases_are_there() -> None:
    if not CASES.exists():
        pytest.skip("../shared/corpus is not there")
    assert len(load_cases()) >= 108


@pytest.mark.parametrize("case", load_cases(), ids=lambda case: case["id"])
def test_conformance(case: Case) -> None:
    """In the pieces that the case gives, whole, and byte by byte; with all three decoders."""
    stream = base64.b64decode(case["input_b64"]) if "input_b64" in case else case["input"].encode()
    chunks = [base64.b64decode(chunk) for chunk in case.get("chunks_b64", [])] or [stream]
    expected = [ServerSentEvent(**event) for event in case["events"]]
    for pieces in (chunks, [stream], [stream[i : i + 1] for i in range(len(stream))]):
        events, decoder = decode(pieces)
        assert events == expected
        if "final_retry" in case:
            assert decoder.retry == case["final_retry"]
        data, pairs = SseData(), SsePairs()
        assert [text.decode("utf-8", "replace") for piece in pieces for text in data.receive_data(piece)] == [
            event.data for event in expected
        ]
        named = [pair for piece in pieces for pair in pairs.receive_data(piece)]
        assert [(name.decode() or "message", text.decode("utf-8", "replace")) for name, text in named] == [
            (event.event, event.data) for event in expected
        ]


def test_an_event_has_defaults_and_an_order() -> None:
    assert ServerSentEvent() == ServerSentEvent("message", "", "", None)


def test_the_limit_holds_the_images_that_travel_in_events() -> None:
    assert EVENT_LIMIT == 32 * 1024 * 1024


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_takes_any_buffer(kind: type[bytes | bytearray | memoryview]) -> None:
    stream = b"data: a\n\ndata: " + b"x" * 100_000 + b"\n\n"
    assert [len(event.data) for event in SseDecoder().receive_data(kind(stream))] == [1, 100_000]


def test_a_buffer_may_be_used_again() -> None:
    buffer = bytearray(b"data: ab")
    decoder = SseDecoder()
    decoder.receive_data(buffer)
    buffer[:] = b"xxxxxx\n\n"
    assert decoder.receive_data(memoryview(buffer)[-2:]) == [ServerSentEvent("message", "ab")]


def test_the_last_event_id_is_that_of_the_last_dispatch() -> None:
    """An ID counts from its block's blank line on, even where the block has no data."""
    decoder = SseDecoder()
    assert decoder.receive_data(b"id: 1\ndata: a\n") == []
    assert decoder.last_event_id == ""
    assert decoder.receive_data(b"\nid: 2\n\ndata: b\n\ndata: c\n\nid: 3\n") == [
        ServerSentEvent("message", "a", "1"),
        ServerSentEvent("message", "b", "2"),
        ServerSentEvent("message", "c", "2"),
    ]
    assert decoder.last_event_id == "2"


def test_a_retry_belongs_to_its_block_and_stays_in_force() -> None:
    decoder = SseDecoder()
    assert decoder.receive_data(b"retry: 5\ndata: a\n\ndata: b\n\nretry: 6\n\ndata: c\n\n") == [
        ServerSentEvent("message", "a", "", 5),
        ServerSentEvent("message", "b"),
        ServerSentEvent("message", "c"),
    ]
    assert decoder.retry == 6


@pytest.mark.parametrize("value", [b"", b"1a", b"-1", b"1.5", b" 1", "\u0661".encode(), b"9" * 641])
def test_a_retry_that_is_no_reasonable_number_is_ignored(value: bytes) -> None:
    """Python refuses to read an integer of some thousand digits."""
    events, decoder = decode([b"retry: " + value + b"\ndata: a\n\n"])
    assert events == [ServerSentEvent("message", "a")]
    assert decoder.retry is None


def test_bad_utf_8_becomes_the_replacement_character() -> None:
    events, _ = decode([b"event: \xff\nid: \xe2\x82\ndata: \xf0\x9f\x98\n\n"])
    assert events == [ServerSentEvent("\ufffd", "\ufffd", "\ufffd")]


ONE_A_READ = [
    (b"data: a b\n\n", (b"", b"a b")),
    (b"data: \n\n", (b"", b"")),
    (b"data: \n\n\n", (b"", b"")),
    (b"data: a\r\n\n", (b"", b"a")),
    (b"data: a\r\r\n\n", (b"", b"a")),
    (b"data: a\ndata: b\n\n", (b"", b"a\nb")),
    (b"data:a\n\n", (b"", b"a")),
    (b"data: a\r\n\r\n", (b"", b"a")),
    (b"event: e\ndata: a\n\n", (b"e", b"a")),
    (b"event: e\rdata: a\n\n", (b"e", b"a")),
    (b"event: \ndata: a\n\n", (b"", b"a")),
    (b"event: e\ndata:a\n\n", (b"e", b"a")),
    (b"event: e\ndata: a\ndata: b\n\n", (b"e", b"a\nb")),
    (b"event: e\r\ndata: a\r\n\r\n", (b"e", b"a")),
    (b"id: 1\nevent: e\ndata: a\n\n", (b"e", b"a")),
    (b"data: a\nevent: e\n\n", (b"e", b"a")),
    (b"data: " + b"x" * 5000 + b"\n\n", (b"", b"x" * 5000)),
]


@pytest.mark.parametrize(("read", "pair"), ONE_A_READ)
def test_one_event_a_read(read: bytes, pair: tuple[bytes, bytes]) -> None:
    """What a live stream delivers, from the first read on."""
    data, pairs = SseData(), SsePairs()
    for _ in range(3):
        assert data.receive_data(read) == [pair[1]]
        assert pairs.receive_data(read) == [pair]
        assert data.pending() == pairs.pending() == b""


@pytest.mark.parametrize("read", [b": ping\n\n", b"event: e\n\n", b"id: 1\n\n", b"\n\n", b"", b"datas: x\n\n"])
def test_a_read_without_an_event(read: bytes) -> None:
    data, pairs = SseData(), SsePairs()
    for _ in range(3):
        assert data.receive_data(read) == []
        assert pairs.receive_data(read) == []
    assert data.receive_data(b"data: a\n\n") == [b"a"]
    assert pairs.receive_data(b"data: a\n\n") == [(b"", b"a")]


def test_a_whole_event_within_another_is_not_taken_by_itself() -> None:
    data, pairs = SseData(), SsePairs()
    assert data.receive_data(b"data: a\n\ndata: b\n") == [b"a"]
    assert data.receive_data(b"data: c\n\n") == [b"b\nc"]
    assert pairs.receive_data(b"data: a\n\nevent: e\n") == [(b"", b"a")]
    assert pairs.receive_data(b"data: c\n\n") == [(b"e", b"c")]


@pytest.mark.parametrize(
    ("event", "wire"),
    [
        (ServerSentEvent(), b"data: \n\n"),
        (ServerSentEvent("", "a"), b"data: a\n\n"),
        (
            ServerSentEvent("ping", "a\r\nb\rc\n", "7", 0),
            b"event: ping\nid: 7\nretry: 0\ndata: a\ndata: b\ndata: c\ndata: \n\n",
        ),
        (ServerSentEvent(data="\u2028\x0b \u20ac"), "data: \u2028\x0b \u20ac\n\n".encode()),
    ],
)
def test_encode_writes_what_is_set(event: ServerSentEvent, wire: bytes) -> None:
    assert encode(event) == wire


@pytest.mark.parametrize(
    ("event", "complaint"),
    [
        (ServerSentEvent("a\nb"), "line end"),
        (ServerSentEvent("a\rb"), "line end"),
        (ServerSentEvent(id="a\nb"), "line end"),
        (ServerSentEvent(id="a\rb"), "line end"),
        (ServerSentEvent(id="a\0b"), "NUL"),
        (ServerSentEvent(retry=-1), "negative"),
        (ServerSentEvent(data="\ud800"), "surrogates"),
    ],
)
def test_encode_refuses_what_no_decoder_would_give_back(event: ServerSentEvent, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        encode(event)


def test_encode_data_is_an_event_of_nothing_else() -> None:
    assert encode_data(b"[DONE]") == encode(ServerSentEvent(data="[DONE]"))


def test_a_comment_is_ignored_by_decoders() -> None:
    assert comment("") == b": \n\n"
    assert comment("a\r\nb\rc") == b": a\n: b\n: c\n\n"
    assert SseDecoder().receive_data(comment("data: x") + encode_data(b"a")) == [ServerSentEvent(data="a")]
