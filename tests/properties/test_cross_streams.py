"""An answer from one dialect to another, streamed or not: what a client hears is what was said, less what its API lacks."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sansio.events import Completed, Event, Failed, Fold
from sansio.testing.strategies import fragmented
from sansio.types import ChatResponse
from tests.properties.answers import LATE, NONE, heard_of
from tests.properties.crossing import DOUBLES, PAIRS, answered, streams


def whole(body: bytes) -> list[bytes]:
    return [body]


def completed(events: list[Event[ChatResponse]]) -> ChatResponse:
    """The response, of which the events before it are what was said."""
    *said, end = events
    assert isinstance(end, Completed), end
    fold = Fold()
    fold.extend(event for event in said if not isinstance(event, Completed | Failed))
    assert fold.response().choices == end.response.choices
    return end.response


@pytest.mark.parametrize(("one", "other"), PAIRS)
@given(said=streams(), stream=st.booleans())
@settings(max_examples=10)
def test_an_answer_survives_both(one: str, other: str, said: list[Event[ChatResponse]], *, stream: bool) -> None:
    """As a gateway hears it in one dialect, and says it in another; the last part as a stream or not."""
    first = answered(one, said, whole)
    between = completed(first)
    assert heard_of(between, one) == heard_of(completed(said), one)
    second = completed(answered(other, first, whole, stream=stream))
    late = LATE.get(one, NONE) if stream else NONE
    assert heard_of(second, other, late) == heard_of(between, other, late)


@pytest.mark.parametrize("dialect", DOUBLES)
@given(data=st.data(), said=streams())
@settings(max_examples=20)
def test_chunking_does_not_matter(dialect: str, data: st.DataObject, said: list[Event[ChatResponse]]) -> None:
    events = answered(dialect, said, whole)
    assert answered(dialect, said, lambda body: data.draw(fragmented(body))) == events
