from __future__ import annotations

import base64
import gzip
import json
import tracemalloc
import zlib
from pathlib import Path

import pytest

from sansio.framing.eventheaders import VALUE_LIMIT, HeaderValue
from sansio.framing.eventstream import (
    HEADERS_LIMIT,
    MESSAGE_LIMIT,
    PAYLOAD_LIMIT,
    EventStreamDecoder,
    EventStreamMessage,
    EventStreamRecords,
    encode,
)

_RECORDINGS = Path(__file__).resolve().parents[4] / "shared" / "corpus"

# The vectors that AWS's own implementations share, by their names there.
_EMPTY = bytes.fromhex("000000100000000005c248eb7d98c8ff")
_PAYLOAD_ONLY = bytes.fromhex("0000001d00000000fd528c5a7b27666f6f273a27626172277dc3653936")
_ONE_TEXT = bytes.fromhex(
    "0000003d0000002007fd83960c636f6e74656e742d747970650700106170706c69636174696f6e2f6a736f6e"
    "7b27666f6f273a27626172277d8d9c08b1"
)
_EVERY_TYPE = bytes.fromhex(
    "000000cc000000af0fae64ca0a6576656e742d74797065040000a00c0c636f6e74656e742d74797065070010"
    "6170706c69636174696f6e2f6a736f6e0a626f6f6c2066616c73650109626f6f6c2074727565000462797465"
    "02cf08627974652062756606001449276d2061206c6974746c6520746561706f74210974696d657374616d70"
    "080000000000845fed05696e74313603002a05696e7436340500000000028757b20475756964090102030405"
    "060708090a0b0c0d0e0f107b27666f6f273a27626172277daba5f10c"
)

# One frame of Bedrock's.
_STOP = bytes.fromhex(
    "0000007a00000051ca2c46650b3a6576656e742d7479706507000b6d65737361676553746f700d3a636f6e74656e742d74797065"
    "0700106170706c69636174696f6e2f6a736f6e0d3a6d6573736167652d747970650700056576656e74"
    "7b2273746f70526561736f6e223a22656e645f7475726e227d5fbf09fc"
)


def message(block: bytes, payload: bytes = b"", *, size: int | None = None, headers_size: int | None = None) -> bytes:
    """A message with checksums that match, whatever else is wrong with it."""
    size = len(block) + len(payload) + 16 if size is None else size
    headers_size = len(block) if headers_size is None else headers_size
    lengths = size.to_bytes(4) + headers_size.to_bytes(4)
    checked = lengths + zlib.crc32(lengths).to_bytes(4) + block + payload
    return checked + zlib.crc32(checked).to_bytes(4)


def decode_one(data: bytes) -> EventStreamMessage:
    decoder = EventStreamDecoder()
    (decoded,) = decoder.receive_data(data)
    assert decoder.failure is None
    return decoded


def failure(data: bytes) -> str | None:
    decoder = EventStreamDecoder()
    assert decoder.receive_data(data) == []
    return decoder.failure


def test_decodes_and_encodes_the_published_vectors() -> None:
    body = b"{'foo':'bar'}"
    vectors: list[tuple[bytes, dict[str, HeaderValue], bytes]] = [
        (_EMPTY, {}, b""),
        (_PAYLOAD_ONLY, {}, body),
        (_ONE_TEXT, {"content-type": "application/json"}, body),
    ]
    for data, headers, payload in vectors:
        decoded = EventStreamMessage(headers, payload)
        assert decode_one(data) == decoded
        assert encode(decoded) == data


def test_decodes_the_published_vector_with_every_type_of_header() -> None:
    assert decode_one(_EVERY_TYPE) == EventStreamMessage(
        {
            "event-type": 40972,
            "content-type": "application/json",
            "bool false": False,
            "bool true": True,
            "byte": -49,
            "byte buf": b"I'm a little teapot!",
            "timestamp": 8675309,
            "int16": 42,
            "int64": 42424242,
            "uuid": bytes(range(1, 17)),
        },
        b"{'foo':'bar'}",
    )


def test_decodes_a_message_of_bedrock_and_writes_the_same_bytes() -> None:
    decoded = decode_one(_STOP)
    assert decoded.payload == b'{"stopReason":"end_turn"}'
    assert (decoded.message_type, decoded.event_type, decoded.exception_type) == ("event", "messageStop", None)
    assert decoded.header(":content-type") == "application/json"
    assert encode(decoded) == _STOP


def test_an_exception_names_itself() -> None:
    headers = {":message-type": "exception", ":exception-type": "throttlingException"}
    decoded = EventStreamMessage(headers, b'{"message":"slow down"}')
    assert (decoded.message_type, decoded.exception_type) == ("exception", "throttlingException")
    assert decoded.event_type is None


def test_a_header_that_is_no_text_has_none() -> None:
    decoded = EventStreamMessage({":event-type": True, "name": b"bytes"})
    assert decoded.event_type is None
    assert decoded.header("name") is None


@pytest.mark.skipif(not _RECORDINGS.is_dir(), reason="no recorded traffic beside the repository")
def test_decodes_every_recorded_stream_and_writes_the_same_bytes() -> None:
    count = 0
    for path in sorted(_RECORDINGS.glob("bedrock-*.jsonl.gz")):
        for line in gzip.decompress(path.read_bytes()).splitlines():
            recording = json.loads(line)
            if recording["format"] == "aws-eventstream":
                body = base64.b64decode(recording["response_body_b64"])
                decoder = EventStreamDecoder()
                messages = decoder.receive_data(body)
                assert decoder.failure is None
                assert b"".join(map(encode, messages)) + decoder.pending() == body
                count += len(messages)
    assert count > 0


def test_a_message_is_returned_once_its_last_byte_is_there() -> None:
    decoder = EventStreamDecoder()
    for at in range(len(_STOP) - 1):
        assert decoder.receive_data(_STOP[at : at + 1]) == []
        assert decoder.pending() == _STOP[: at + 1]
    assert decoder.receive_data(_STOP[-1:] + _EMPTY + _STOP[:5]) == [decode_one(_STOP), EventStreamMessage()]
    assert decoder.pending() == _STOP[:5]
    assert decoder.receive_data(_STOP[5:20]) == []
    assert decoder.receive_data(_STOP[20:] + _STOP) == [decode_one(_STOP)] * 2
    assert decoder.pending() == b""


def test_messages_share_no_headers() -> None:
    first, second = EventStreamDecoder().receive_data(_STOP + _STOP)
    assert first == second
    assert first.headers is not second.headers


def test_more_kinds_of_headers_than_are_remembered_are_read_all_the_same() -> None:
    messages = [EventStreamMessage({"n": n, "long": "x" * n}) for n in range(300)]
    decoder = EventStreamDecoder()
    for _ in range(2):
        assert decoder.receive_data(b"".join(map(encode, messages))) == messages


def test_a_peer_cannot_fill_the_memory_with_kinds_of_headers() -> None:
    decoder = EventStreamDecoder()
    stream = b"".join(encode(EventStreamMessage({"n": f"{n:0200}"})) for n in range(2000))
    tracemalloc.start()
    try:
        for at in range(0, len(stream), 4096):
            decoder.receive_data(stream[at : at + 4096])
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert decoder.failure is None
    assert held < len(stream) / 4


def test_text_that_is_not_utf_8_is_replaced() -> None:
    assert decode_one(message(b"\x01\xff\x07\x00\x01\xfe")).headers == {"\ufffd": "\ufffd"}


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"<html><body>502 Bad Gateway</body></html>", "the prelude of a message does not match its checksum"),
        (_STOP[:11] + b"\0" + _STOP[12:], "the prelude of a message does not match its checksum"),
        (_STOP[:100] + b"\0" + _STOP[101:], "a message does not match its checksum"),
        (_STOP[:-1] + b"\0", "a message does not match its checksum"),
        (message(b"", size=0), "a message declares lengths that cannot be"),
        (message(b"", size=15), "a message declares lengths that cannot be"),
        (message(b"", headers_size=1), "a message declares lengths that cannot be"),
        (message(b"", b"x" * 20, size=116, headers_size=101), "a message declares lengths that cannot be"),
        (message(b"", headers_size=HEADERS_LIMIT + 1, size=1 << 24), "a message declares lengths that cannot be"),
        (message(b"", size=MESSAGE_LIMIT + 1), f"a message exceeds the limit of {MESSAGE_LIMIT} bytes"),
        (message(b"", size=0xFFFFFFFF), f"a message exceeds the limit of {MESSAGE_LIMIT} bytes"),
    ],
)
def test_damage_is_a_failure_that_says_what_it_is(data: bytes, expected: str) -> None:
    assert failure(data) == expected


@pytest.mark.parametrize(
    "block",
    [
        b"\x05name",
        b"\x04name",
        b"\x04name\x07",
        b"\x04name\x07\x00",
        b"\x04name\x07\x00\x02x",
        b"\x04name\x09123456789012345",
        b"\x04name\x05\x00",
        b"\x04name\x0a",
        b"\x04name\xff",
        b"\x00\x00",
        b"\x04name\x00\x04name\x01",
    ],
)
def test_malformed_headers_are_a_failure(block: bytes) -> None:
    assert failure(message(block, b"payload")) == "the headers of a message are malformed"


def test_messages_before_the_damage_count_and_input_behind_it_is_ignored() -> None:
    decoder = EventStreamDecoder()
    damaged = _STOP[:-1] + b"\0"
    assert decoder.receive_data(_EMPTY + damaged[:50]) == [EventStreamMessage()]
    assert decoder.receive_data(damaged[50:] + _EMPTY) == []
    assert decoder.failure == "a message does not match its checksum"
    assert decoder.receive_data(_EMPTY) == []
    assert decoder.pending() == b""


def test_a_failure_in_a_prelude_that_came_in_pieces_ends_the_stream() -> None:
    decoder = EventStreamDecoder()
    assert decoder.receive_data(b"HTTP/1.1") == []
    assert decoder.receive_data(b" 502 Bad Gateway" + _EMPTY) == []
    assert decoder.failure == "the prelude of a message does not match its checksum"


def test_a_message_at_the_limit_passes_and_one_above_it_is_not_gathered() -> None:
    decoder = EventStreamDecoder(limit=len(_STOP))
    assert decoder.receive_data(_STOP) == [decode_one(_STOP)]
    decoder = EventStreamDecoder(limit=len(_STOP) - 1)
    assert decoder.receive_data(_EMPTY + _STOP[:12]) == [EventStreamMessage()]
    assert decoder.failure == f"a message exceeds the limit of {len(_STOP) - 1} bytes"
    assert decoder.pending() == b""


def test_the_largest_message_of_the_specification_is_within_the_limit() -> None:
    assert PAYLOAD_LIMIT + HEADERS_LIMIT + 16 < MESSAGE_LIMIT


@pytest.mark.parametrize("step", [16, 64 * 1024, 1 << 30])
def test_a_large_message_is_held_little_more_than_twice(step: int) -> None:
    size = 512 * 1024
    data = encode(EventStreamMessage(payload=b"x" * size))
    decoder = EventStreamDecoder()
    tracemalloc.start()
    try:
        count = sum(len(decoder.receive_data(data[at : at + step])) for at in range(0, len(data), step))
        held, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert count == 1
    assert peak < 2.3 * size
    assert held < 0.05 * size


def test_encode_writes_each_type_of_value() -> None:
    headers: dict[str, HeaderValue] = {"t": True, "f": False, "i": -(1 << 63), "b": b"\0", "s": "\N{SNOWMAN}"}
    assert decode_one(encode(EventStreamMessage(headers))).headers == headers


@pytest.mark.parametrize("value", ["x" * VALUE_LIMIT, b"x" * VALUE_LIMIT, (1 << 63) - 1])
def test_encode_takes_a_value_at_its_limit(value: HeaderValue) -> None:
    wanted = EventStreamMessage({"n" * 255: value})
    assert decode_one(encode(wanted)) == wanted


@pytest.mark.parametrize(
    "headers",
    [
        {"": "x"},
        {"n" * 256: "x"},
        {"\udc80": "x"},
        {"n": "\udc80"},
        {"n": "x" * (VALUE_LIMIT + 1)},
        {"n": b"x" * (VALUE_LIMIT + 1)},
        {"n": 1 << 63},
        {"n": -(1 << 63) - 1},
        {str(n): b"x" * VALUE_LIMIT for n in range(4)},
    ],
)
def test_encode_refuses_headers_that_have_no_room(headers: dict[str, HeaderValue]) -> None:
    with pytest.raises(ValueError, match=r"header|surrogates"):
        encode(EventStreamMessage(headers))


def test_encode_refuses_a_payload_above_the_specifications_limit() -> None:
    with pytest.raises(ValueError, match="payload"):
        encode(EventStreamMessage(payload=bytes(PAYLOAD_LIMIT + 1)))


def _message(payload: bytes = b'{"a":1}', **headers: str) -> bytes:
    return encode(EventStreamMessage({f":{name.replace('_', '-')}": value for name, value in headers.items()}, payload))


@pytest.mark.parametrize(
    ("message", "record"),
    [
        (_message(message_type="event", event_type="delta"), b'{"delta":{"a":1}}'),
        (_message(message_type="exception", exception_type="slow"), b'{"slow":{"a":1}}'),
        (_message(b" ", message_type="event", event_type="end"), b'{"end":{}}'),
        (_message(message_type="event"), b'{"message":{"a":1}}'),
        (_message(event_type='"'), b'{"\\"":{"a":1}}'),
        (
            _message(b"", message_type="error", error_code="Oops", error_message="no"),
            b'{"error":{"code":"Oops","message":"no"}}',
        ),
        (_message(message_type="error"), b'{"error":{"code":null,"message":null}}'),
    ],
)
def test_messages_as_records(message: bytes, record: bytes) -> None:
    """The same for the first of its headers and for the next, whole and byte by byte."""
    assert EventStreamRecords().receive_data(message * 3) == [record] * 3
    decoder = EventStreamRecords()
    assert [found for n in range(len(message)) for found in decoder.receive_data(message[n : n + 1])] == [record]


def test_a_small_message_of_known_headers_is_checked_like_any_other() -> None:
    message = _message(message_type="event", event_type="delta")
    decoder = EventStreamRecords()
    broken = message[:-6] + bytes([message[-6] ^ 1]) + message[-5:]
    assert decoder.receive_data(message + broken + message) == [b'{"delta":{"a":1}}']
    assert decoder.failure == "a message does not match its checksum"
    large = _message(b'"%b"' % (b"x" * 70_000), message_type="event", event_type="delta")
    decoder = EventStreamRecords()
    assert [len(record) for record in decoder.receive_data(message + large + message)] == [17, 70_012, 17]
