"""What went wrong, as each dialect tells it before an answer and within one: its kind, and what was said before it."""

from __future__ import annotations

from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sansio.errors import EXCEPTIONS, Failure, Kind
from sansio.events import Completed, Event, Failed
from sansio.testing.strategies import event_streams, failures, fragmented
from sansio.types import ChatResponse, Choice
from tests.properties.answers import LACKS, words
from tests.properties.crossing import DOUBLES, answered

# What went wrong behind a server is the server's own error to its client; a refusal by this library is a bad request.
BEHIND: Final[dict[Kind, Kind]] = {
    "connection": "server_error",
    "limit_exceeded": "server_error",
    "protocol": "server_error",
    "truncated": "server_error",
    "unsupported": "bad_request",
}

# Kinds that an API has one error for, in a response of its own.
BY_STATUS: Final[dict[str, dict[Kind, Kind]]] = {"gemini": {"service_unavailable": "overloaded"}}

# The same within a stream, where there is no status.
_BAD: Final[dict[Kind, Kind]] = {"unprocessable": "bad_request"}
_FAILED: Final[dict[Kind, Kind]] = dict.fromkeys(EXCEPTIONS, "server_error")
WITHIN: Final[dict[str, dict[Kind, Kind]]] = {
    "anthropic": _BAD,
    "bedrock_converse": {  # which has five exceptions for streams
        "authentication": "bad_request",
        "conflict": "bad_request",
        "not_found": "bad_request",
        "permission_denied": "bad_request",
        "quota_exceeded": "rate_limited",
        "request_too_large": "bad_request",
        "service_unavailable": "overloaded",
        "timeout": "server_error",
        "unprocessable": "bad_request",
    },
    "cohere": {**_FAILED, "timeout": "timeout"},  # a finish reason and a message
    "gemini": {"service_unavailable": "overloaded"},
    "ollama": _FAILED,  # a message
    "openai_chat": {**_BAD, "conflict": "server_error"},
    "openai_responses": {**_BAD, "conflict": "server_error"},
}

# The dialects whose errors name the parameter; those whose errors in a stream say when to come again.
NAME_PARAMETERS: Final = frozenset({"gemini", "openai_chat", "openai_responses"})
SAY_WHEN: Final = frozenset({"gemini"})

# The dialects whose calls come whole, so that those under way are not told.
WHOLE_CALLS: Final = frozenset({"gemini", "ollama"})


def ending(events: list[Event[ChatResponse]]) -> Failed:
    """The end, of which there is one."""
    *said, end = events
    assert isinstance(end, Failed), end
    assert not any(isinstance(event, Completed | Failed) for event in said)
    return end


def explained(failure: Failure, dialect: str) -> tuple[str, str | None]:
    return failure.message, failure.param if dialect in NAME_PARAMETERS else None


def spoken(partial: ChatResponse | None, dialect: str) -> list[object]:
    """What each answer says: its words, its reasoning, and which tools it calls."""
    choices = () if partial is None else partial.choices
    said = [
        (choice.index, words(choice), choice.message.reasoning_content, called(choice, dialect))
        for choice in choices
        if choice.index == 0 or "choices" not in LACKS[dialect]
    ]
    return [choice for choice in said if any(choice[1:])]


def called(choice: Choice, dialect: str) -> list[str]:
    return [] if dialect in WHOLE_CALLS else sorted(call.name for call in choice.message.tool_calls or ())


@pytest.mark.parametrize("dialect", DOUBLES)
@given(data=st.data(), failure=failures())
@settings(max_examples=40)
def test_instead_of_an_answer(dialect: str, data: st.DataObject, failure: Failure) -> None:
    """The kind or the coarser one, the message, when to come again, and whether to."""
    told = ending(answered(dialect, [Failed(failure)], lambda body: data.draw(fragmented(body)), stream=False)).failure
    kind = BY_STATUS.get(dialect, {}).get(failure.kind, failure.kind)
    assert told.kind == BEHIND.get(kind, kind)
    assert explained(told, dialect) == explained(failure, dialect)
    assert (told.retry_after, told.should_retry) == (failure.retry_after, failure.should_retry)


@pytest.mark.parametrize("dialect", DOUBLES)
@given(data=st.data(), said=event_streams(completes=False))
@settings(max_examples=30)
def test_in_the_middle_of_an_answer(dialect: str, data: st.DataObject, said: list[Event[ChatResponse]]) -> None:
    """The kind or a coarser one, the message, and nothing that was said before is lost."""
    failure = ending(said).failure
    end = ending(answered(dialect, said, lambda body: data.draw(fragmented(body))))
    kind = BEHIND.get(failure.kind, failure.kind)
    assert end.failure.kind == WITHIN[dialect].get(kind, kind)
    assert explained(end.failure, dialect) == explained(failure, dialect)
    assert end.failure.retry_after == (failure.retry_after if dialect in SAY_WHEN else None)
    assert spoken(end.partial, dialect) == spoken(ending(said).partial, dialect)
