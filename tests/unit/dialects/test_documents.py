"""Answers that are one document, and what record decoders share."""

from __future__ import annotations

import msgspec
import pytest

import sansio
from sansio import Failure, LocalProtocolError
from sansio.dialects.codec import Reading, Terms
from sansio.dialects.documents import Unanswered, document
from sansio.events import UsageReported
from sansio.http import Limits
from sansio.types import Usage


class _Wire(msgspec.Struct):
    value: int | None = None
    other: str | None = None


class _Value(msgspec.Struct):
    value: int


_TERMS = Terms(provider=sansio.provider("openai"), stream=False, limits=Limits(depth=8))
_decode = msgspec.json.Decoder(_Wire).decode


def _value(wire: _Wire) -> _Value | None:
    return None if wire.value is None else _Value(wire.value)


def _reading() -> Reading[_Value]:
    return document(_TERMS, _Wire, _decode, _value)


def test_an_answer() -> None:
    reading = _reading()
    with pytest.raises(LocalProtocolError, match="no response yet"):
        reading.fold.response()
    assert reading.decoder.receive_document(b'{"value":5}') == []
    reading.fold.extend([])
    assert reading.decoder.complete
    assert reading.fold.response() == _Value(5)
    assert reading.fold.partial() is None


def test_what_is_there_instead_of_an_answer_keeps_its_usage() -> None:
    unanswered = Unanswered(Failure(kind="content_policy", message="no"), Usage(3))
    reading: Reading[_Value] = document(_TERMS, _Wire, _decode, lambda _: unanswered)
    events = reading.decoder.receive_document(b'{"value":5}')
    assert events == [UsageReported(Usage(3))]
    reading.fold.extend(events)
    assert reading.decoder.failure == Failure(kind="content_policy", message="no", body=b'{"value":5}')
    assert not reading.decoder.complete
    partial = reading.fold.partial()
    assert partial is not None
    assert partial.usage == Usage(3)


def test_an_answer_in_an_event() -> None:
    reading = _reading()
    assert reading.decoder.receive([b'{"value":5}', b"not read"]) == []
    assert reading.decoder.complete
    assert reading.decoder.failure is None


def test_a_stream_that_ends_before_it() -> None:
    reading = _reading()
    assert reading.decoder.finish() == []
    assert not reading.decoder.complete


def test_a_misfit_member_is_dropped() -> None:
    reading = _reading()
    reading.decoder.receive_document(b'[{"value":5,"other":[1]}]')
    assert reading.decoder.notes == ["$.other"]
    assert reading.fold.response() == _Value(5)


@pytest.mark.parametrize(
    ("body", "kind", "message"),
    [
        (b'{"other":"a"}', "protocol", "the answer is not the API's"),
        (b'{"error":{"message":"m","code":429}}', "rate_limited", "m"),
        (b'{"detail":"m","value":null}', "server_error", "m"),
        (b'{"value":', "truncated", "not JSON"),
        (b"<html><title>Bad gateway</title>", "protocol", "Bad gateway"),
        (b"", "truncated", "not JSON"),
        (b'{"value":5,"other":' + b"[" * 20 + b"]" * 20 + b"}", "limit_exceeded", "deeper than 8"),
    ],
)
def test_what_is_no_answer(body: bytes, kind: str, message: str) -> None:
    decoder = _reading().decoder
    decoder.receive_document(body)
    assert decoder.failure is not None
    assert decoder.failure.kind == kind
    assert message in decoder.failure.message
    assert decoder.failure.body == body
    assert not decoder.complete


@pytest.mark.parametrize(("record", "kind"), [(b'{"value":', "protocol"), (b"[" * 20, "limit_exceeded")])
def test_what_is_no_record(record: bytes, kind: str) -> None:
    """The framing says that a record is whole."""
    decoder = _reading().decoder
    assert decoder.receive([record, b'{"value":5}']) == []
    assert decoder.failure is not None
    assert decoder.failure.kind == kind
