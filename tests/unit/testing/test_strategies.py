"""Strategies: what they make is what they promise."""

from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from sansio.events import Completed, Event, Failed, Fold, Started
from sansio.http import Headers
from sansio.testing.strategies import chat_requests, chat_responses, event_streams, fragmented, headers
from sansio.types import ChatRequest, ChatResponse


@given(chat_requests())
def test_requests_fit_into_json(request: ChatRequest) -> None:
    assert isinstance(msgspec.json.decode(msgspec.json.encode(request)), dict)


@given(chat_responses())
def test_responses_fit_into_json(response: ChatResponse) -> None:
    assert msgspec.json.decode(msgspec.json.encode(response), type=ChatResponse) == response


@given(event_streams())
def test_streams_begin_with_names_and_have_one_end(events: list[Event[ChatResponse]]) -> None:
    *deltas, end = events
    assert isinstance(events[0], Started)
    fold = Fold()
    for event in deltas:
        assert not isinstance(event, Completed | Failed)
        fold.receive(event)
    match end:
        case Completed(response):
            assert response == fold.response()
        case Failed(partial=partial):
            assert partial == fold.partial()
        case _:
            raise AssertionError(end)


@given(st.data(), st.binary(max_size=50))
def test_fragments_join_to_the_bytes(data: st.DataObject, whole: bytes) -> None:
    pieces = data.draw(fragmented(whole))
    assert b"".join(pieces) == whole
    assert all(pieces)


@given(headers())
def test_headers_are_names_and_values(fields: Headers) -> None:
    for name, value in fields:
        assert name == name.lower() != ""
        assert value == value.strip()
        assert value.isascii()
