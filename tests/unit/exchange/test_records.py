"""Streams whose records are no server-sent events: lines, AWS's messages, pieces of a download."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from sansio.errors import Failure
from sansio.events import Delta, TextDelta
from sansio.exchange.records import RecordReader, binary_event_reader, download_reader, line_reader
from sansio.framing.eventheaders import HeaderValue
from sansio.framing.eventstream import EventStreamMessage, encode
from sansio.http import Limits


class Recorder:
    """A decoder that says each record as text, and ends at `end` and at `bad`."""

    def __init__(self, *, ends_cleanly: bool = False) -> None:
        self.complete = False
        self.failure: Failure | None = None
        self.notes: list[str] = []
        self.finished = 0
        self._ends_cleanly = ends_cleanly

    def receive(self, records: Sequence[bytes]) -> list[Delta]:
        events: list[Delta] = []
        for record in records:
            if b"end" in record:
                self.complete = True
            elif b"bad" in record:
                self.failure = Failure(kind="server_error", message="bad")
            else:
                events.append(TextDelta(record.decode()))
        return events

    def receive_document(self, body: bytes | bytearray) -> list[Delta]:
        raise AssertionError(body)

    def finish(self) -> list[Delta]:
        self.finished += 1
        self.complete = self._ends_cleanly
        return [TextDelta("finished")]


def said(events: list[Delta]) -> list[str]:
    """The records that came."""
    return [event.text for event in events if isinstance(event, TextDelta)]


def failed(reader: RecordReader) -> str | None:
    """The kind of the reader's failure."""
    return None if reader.failure is None else reader.failure.kind


def message(payload: bytes = b'{"a":1}', **headers: HeaderValue) -> bytes:
    """A message with headers whose names have a colon in front and hyphens in place of underscores."""
    named = {f":{name.replace('_', '-')}": value for name, value in headers.items()}
    return encode(EventStreamMessage(named, payload))


def event(payload: bytes = b'{"a":1}', name: HeaderValue = "some") -> bytes:
    return message(payload, message_type="event", event_type=name)


def binary(decoder: Recorder, limit: int = 1000) -> RecordReader:
    return binary_event_reader(decoder, Limits(event=limit))


def test_each_line_is_a_record() -> None:
    reader = line_reader(Recorder(), Limits())
    assert said(reader.receive(b'{"a":1}\n{"b')) == ['{"a":1}']
    assert said(reader.receive(b'":2}\n')) == ['{"b":2}']
    assert (reader.complete, reader.failure, reader.rest) == (False, None, None)


def test_the_last_line_needs_no_end() -> None:
    decoder = Recorder()
    reader = line_reader(decoder, Limits())
    assert said(reader.receive(b'{"a":1}')) == []
    assert said(reader.finish(clean=True)) == ['{"a":1}', "finished"]
    assert (reader.complete, decoder.finished) == (False, 1)


def test_a_line_beyond_the_limit_is_a_failure() -> None:
    reader = line_reader(Recorder(), Limits(event=10))
    reader.receive(b"1" * 10 + b"\n")
    assert failed(reader) is None
    reader.receive(b"1" * 11)
    assert failed(reader) == "limit_exceeded"
    assert reader.finish(clean=True) == []


def test_the_decoders_marker_completes_and_the_end_adds_nothing() -> None:
    decoder = Recorder()
    reader = line_reader(decoder, Limits())
    reader.receive(b'{"a":1}\n"end"\n')
    assert reader.complete
    assert reader.finish(clean=True) == []
    assert decoder.finished == 0


def test_the_decoders_failure_is_the_readers() -> None:
    reader = line_reader(Recorder(), Limits())
    reader.receive(b'"bad"\n')
    assert reader.failure == Failure(kind="server_error", message="bad")


def test_a_marker_in_the_last_line_is_one() -> None:
    decoder = Recorder()
    reader = line_reader(decoder, Limits())
    reader.receive(b'"end"')
    reader.finish(clean=True)
    assert (reader.complete, decoder.finished) == (True, 0)


def test_another_end_completes_nothing() -> None:
    decoder = Recorder(ends_cleanly=True)
    reader = line_reader(decoder, Limits())
    reader.receive(b'{"a":1}')
    assert reader.finish(clean=False) == []
    assert (reader.complete, decoder.finished) == (False, 0)


def test_a_decoder_may_take_a_clean_end_for_its_end() -> None:
    reader = line_reader(Recorder(ends_cleanly=True), Limits())
    reader.finish(clean=True)
    assert reader.complete


@pytest.mark.parametrize(
    ("data", "record"),
    [
        (event(), '{"some":{"a":1}}'),
        (event(b""), '{"some":{}}'),
        (event(b" \n"), '{"some":{}}'),
        (event(name='quo"te'), '{"quo\\"te":{"a":1}}'),
        (event(name=7), '{"message":{"a":1}}'),
        (message(), '{"message":{"a":1}}'),
        (message(message_type="exception", exception_type="slow"), '{"slow":{"a":1}}'),
        (message(message_type="exception", exception_type="slow", event_type="some"), '{"slow":{"a":1}}'),
        (
            message(message_type="error", error_code="Internal", error_message="no"),
            '{"error":{"code":"Internal","message":"no"}}',
        ),
        (message(message_type="error"), '{"error":{"code":null,"message":null}}'),
    ],
)
def test_a_message_is_an_object_of_one_member(data: bytes, record: str) -> None:
    assert said(binary(Recorder()).receive(data)) == [record]


def test_messages_may_be_cut_anywhere() -> None:
    data = event() * 2
    whole = said(binary(Recorder()).receive(data))
    reader = binary(Recorder())
    pieces = [said(reader.receive(data[n : n + 1])) for n in range(len(data))]
    assert [record for piece in pieces for record in piece] == whole
    assert failed(reader) is None


def test_a_clean_end_between_messages_is_the_decoders_business() -> None:
    decoder = Recorder()
    reader = binary(decoder)
    reader.receive(event())
    assert said(reader.finish(clean=True)) == ["finished"]
    assert failed(reader) is None


def test_a_clean_end_within_a_message_cuts_the_answer_off() -> None:
    decoder = Recorder(ends_cleanly=True)
    reader = binary(decoder)
    reader.receive(event()[:-1])
    assert reader.finish(clean=True) == []
    assert (failed(reader), decoder.finished) == ("truncated", 0)


def test_a_checksum_that_does_not_match_is_a_protocol_failure() -> None:
    reader = binary(Recorder())
    good, bad = event(), bytearray(event())
    bad[-1] ^= 1
    assert said(reader.receive(good + bad)) == ['{"some":{"a":1}}']
    assert failed(reader) == "protocol"


def test_a_message_beyond_the_limit_is_a_failure() -> None:
    data = event()
    reader = binary(Recorder(), len(data))
    reader.receive(data)
    assert failed(reader) is None
    reader = binary(Recorder(), len(data) - 1)
    reader.receive(data)
    assert failed(reader) == "limit_exceeded"


def test_each_piece_of_a_download_is_a_record_as_it_is() -> None:
    reader = download_reader(Recorder(), Limits(), stream=True)
    assert said(reader.receive(b"ab")) == ["ab"]
    assert said(reader.receive(b"")) == []
    assert said(reader.finish(clean=True)) == ["finished"]


def test_only_a_download_that_is_gathered_has_a_limit() -> None:
    limits = Limits(body=3)
    assert said(download_reader(Recorder(), limits, stream=True).receive(b"abcd")) == ["abcd"]
    reader = download_reader(Recorder(), limits, stream=False)
    assert said(reader.receive(b"ab") + reader.receive(b"c")) == ["ab", "c"]
    assert failed(reader) is None
    assert reader.receive(b"d") == []
    assert failed(reader) == "limit_exceeded"
