"""Bodies of each kind, once it is known which."""

from __future__ import annotations

import pytest

import sansio
from sansio.dialects.codec import Decoder, Terms
from sansio.dialects.openai_chat import CODEC
from sansio.errors import Failure
from sansio.events import TextDelta
from sansio.exchange.readers import DocumentReader, ErrorReader, EventReader
from sansio.http import Limits

_A = b'{"choices":[{"delta":{"content":"a"},"finish_reason":null}]}'
_END = b'{"choices":[{"delta":{},"finish_reason":"stop"}]}'
_WHOLE = b'{"choices":[{"message":{"content":"a"}}]}'


_LIMITS = Limits()


def _events(limits: Limits = _LIMITS) -> EventReader:
    return EventReader(_decoder(limits), limits)


def _decoder(limits: Limits = _LIMITS) -> Decoder:
    terms = Terms(provider=sansio.provider("openai"), stream=True, limits=limits)
    return CODEC.reading(sansio.ChatRequest(model="m", messages="hi"), terms).decoder


def test_events_and_the_marker() -> None:
    reader = _events()
    assert reader.receive(b"data: %b\n\ndata: [DONE]\n\nerror: late\n\n" % _A) == [TextDelta("a")]
    assert reader.complete
    assert reader.failure is None
    assert reader.finish(clean=True) == []


@pytest.mark.parametrize("last", [b"data: [DONE]", b"data: [DONE]\n", b"data:[DONE]\n\n"])
def test_the_marker_without_its_blank_line_counts_at_a_clean_end(last: bytes) -> None:
    reader = _events()
    reader.receive(b"data: %b\n\n%b" % (_A, last))
    reader.finish(clean=True)
    assert reader.complete


def test_whole_json_without_its_blank_line_counts_at_a_clean_end() -> None:
    reader = _events()
    reader.receive(b"data: %b" % _A)
    assert reader.finish(clean=True) == [TextDelta("a")]
    assert not reader.complete


def test_nothing_unfinished_counts_at_another_end() -> None:
    reader = _events()
    reader.receive(b"data: %b\n\ndata: [DONE]" % _A)
    assert reader.finish(clean=False) == []
    assert not reader.complete


def test_json_that_is_cut_does_not_count() -> None:
    reader = _events()
    reader.receive(b"data: %b" % _A[:-1])
    assert reader.finish(clean=True) == []
    assert (reader.complete, reader.failure) == (False, None)


def test_every_choice_finished_and_a_clean_end() -> None:
    reader = _events()
    reader.receive(b"data: %b\n\n" % _END)
    reader.finish(clean=True)
    assert reader.complete


@pytest.mark.parametrize(
    ("line", "kind", "message"),
    [
        (b'error: {"code":500,"message":"m","type":"server_error"}', "server_error", "m"),
        (b"error: out of memory", "server_error", "out of memory"),
        (b'{"error":{"message":"m","code":429}}', "rate_limited", "m"),
        (b'{"message":"m","code":"invalid_api_key"}', "authentication", "m"),
    ],
)
def test_errors_that_stand_outside_of_events(line: bytes, kind: str, message: str) -> None:
    reader = _events()
    assert reader.receive(b"data: %b\n\n%b\n" % (_A, line)) == [TextDelta("a")]
    assert reader.failure is not None
    assert (reader.failure.kind, reader.failure.message) == (kind, message)
    assert reader.finish(clean=True) == []


@pytest.mark.parametrize("cut", [1, 1000])
@pytest.mark.parametrize(
    ("data", "kind", "message"),
    [
        (b'{"message":"upstream died","type":"server_error"}', "server_error", "upstream died"),
        (b'{"error":{"message":"m","code":429}}', "rate_limited", "m"),
        (b'{"detail":"boom"}', "server_error", '{"detail":"boom"}'),
        (b"out of memory", "server_error", "out of memory"),
        (b"null", "server_error", "null"),
    ],
)
def test_the_data_of_an_event_named_error_is_one(data: bytes, kind: str, message: str, cut: int) -> None:
    """Whatever follows."""
    reader = _events()
    body = b"data: %b\n\nevent: error\ndata: %b\n\ndata: [DONE]\n\n" % (_A, data)
    for start in range(0, len(body), cut):
        if reader.failure is None:
            reader.receive(body[start : start + cut])
    assert not reader.complete
    assert reader.failure is not None
    assert (reader.failure.kind, reader.failure.message) == (kind, message)


@pytest.mark.parametrize("line", [b"{", b'{"status":"ok"}', b"error:"])
def test_lines_that_say_nothing(line: bytes) -> None:
    reader = _events()
    assert reader.receive(line + b"\ndata: %b\n\n" % _A) == [TextDelta("a")]
    assert reader.failure is None


def test_an_error_at_the_very_end() -> None:
    reader = _events()
    reader.receive(b"data: %b\n\nerror: gone" % _A)
    assert reader.failure is None
    reader.finish(clean=True)
    assert reader.failure is not None


@pytest.mark.parametrize("over", [0, 1])
def test_the_limit_of_an_event(over: int) -> None:
    event = b"data: %b" % _A
    reader = _events(Limits(event=len(event) - over))
    assert reader.receive(event + b"\n\n") == ([] if over else [TextDelta("a")])
    assert (reader.failure is not None) == bool(over)
    assert reader.failure is None or reader.failure.kind == "limit_exceeded"


@pytest.mark.parametrize("over", [0, 1])
def test_the_limit_of_a_document(over: int) -> None:
    limits = Limits(body=len(_WHOLE) - over)
    reader = DocumentReader(_decoder(), limits)
    assert reader.receive(_WHOLE[:5]) == []
    assert reader.receive(_WHOLE[5:]) == []
    if over:
        assert reader.failure is not None
        assert reader.failure.kind == "limit_exceeded"
    else:
        assert reader.finish(clean=True) == [TextDelta("a")]
        assert reader.complete


def test_a_document_ends_only_cleanly() -> None:
    reader = DocumentReader(_decoder(), Limits())
    reader.receive(_WHOLE)
    assert reader.finish(clean=False) == []
    assert not reader.complete


@pytest.mark.parametrize("clean", [True, False])
def test_an_error_is_explained_by_what_came_of_it(clean: bool) -> None:
    reader = ErrorReader(lambda body: Failure(kind="bad_request", message=str(len(body))))
    assert reader.receive(bytes(512 * 1024)) == []
    assert reader.failure is None
    assert reader.finish(clean=clean) == []
    assert reader.failure == Failure(kind="bad_request", message=str(512 * 1024))


def test_an_error_that_explains_itself_for_ever_is_not_listened_to() -> None:
    reader = ErrorReader(lambda body: Failure(kind="bad_request", message=str(len(body))))
    reader.receive(bytes(1024 * 1024 - 1))
    assert reader.failure is None
    reader.receive(bytes(512 * 1024))
    assert reader.failure == Failure(kind="bad_request", message=str(1024 * 1024))


_ERROR = b'{\n  "error": {\n    "message": "busy",\n    "code": 503\n  }\n}\n'


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_an_error_outside_of_events_may_span_lines(size: int) -> None:
    """As Google's servers break off a stream."""
    reader = _events()
    stream = b"data: %b\n\n%b" % (_A, _ERROR.replace(b'  "error"', b': ping\n  "error"'))
    events = [event for start in range(0, len(stream), size) for event in reader.receive(stream[start : start + size])]
    assert events == [TextDelta("a")]
    assert reader.failure is not None
    assert reader.failure.message == "busy"


def test_other_lines_that_begin_with_a_brace_say_nothing() -> None:
    reader = _events()
    reader.receive(b'data: %b\n\n}\n{\n  "x": 1\n}\n}\n' % _A)
    assert reader.failure is None


def test_an_object_outside_of_events_has_the_limit_of_an_event() -> None:
    reader = _events(Limits(event=100))
    reader.receive(b"data: %b\n\n{\n%b" % (_A, b'  "x": 1,\n' * 11))
    reader.receive(_ERROR[2:])
    assert reader.failure is None
