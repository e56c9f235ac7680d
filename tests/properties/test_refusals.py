"""A failure before any output is told by status, headers and body, in every dialect."""

from __future__ import annotations

import pytest
from hypothesis import given

from sansio import dialects
from sansio.dialects.codec import Reply
from sansio.errors import Failure, Kind
from sansio.testing.strategies import failures
from tests.properties.roundtrip import ASKED, double, terms

# What went wrong behind a server is its own error to its client; a refusal by this library is a bad request.
_TOLD_AS: dict[Kind, Kind] = {
    "connection": "server_error",
    "limit_exceeded": "server_error",
    "protocol": "server_error",
    "truncated": "server_error",
    "unsupported": "bad_request",
}
# What else the words of an API do not tell apart.
_OWN: dict[str, dict[Kind, Kind]] = {
    "cohere": {"cancelled": "bad_request"},
    "gemini": {"cancelled": "timeout", "service_unavailable": "overloaded"},
    "ollama": {"cancelled": "bad_request"},
}
_WITH_PARAM = {"gemini", "openai_chat", "openai_responses"}


@pytest.mark.parametrize("dialect", dialects.names())
@given(failure=failures())
def test_a_failure_is_told(dialect: str, failure: Failure) -> None:
    status, headers, body = dialects.server(dialect).encode_failure(failure)
    provider = double(dialect)
    told = dialects.codec_for(provider, ASKED).failure(Reply(status, dict(headers), body), terms(provider))
    same = ("message", "retry_after", "should_retry", *(["param"] if dialect in _WITH_PARAM else []))
    assert [getattr(told, name) for name in same] == [getattr(failure, name) for name in same]
    assert told.kind == (_TOLD_AS | _OWN.get(dialect, {})).get(failure.kind, failure.kind)
