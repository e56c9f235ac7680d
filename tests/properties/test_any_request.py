"""Whatever comes as a request, in any dialect: a server reads it or says what is wrong, and what was read goes on or is refused."""

from __future__ import annotations

from typing import TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sansio import dialects
from sansio.dialects.served import Asked
from sansio.errors import Failure, LocalProtocolError, UnsupportedParameterError
from sansio.exchange import Exchange
from sansio.types import ChatRequest, CountTokensRequest, Request
from tests.properties.crossing import DOUBLES, requests, server_of
from tests.properties.test_any_bytes import payload, spoiled

R = TypeVar("R")

COUNTING = ["anthropic", "bedrock_converse", "gemini", "openai_responses"]


def sent_on(request: Request[R], dialect: str) -> None:
    """The request goes to *dialect*, or is refused before it is sent."""
    try:
        exchange: Exchange[R] = Exchange(DOUBLES[dialect], request, on_loss="drop")
    except (LocalProtocolError, UnsupportedParameterError):
        return
    assert exchange.request.body


def refused(found: object) -> bool:
    """Whether it is refused, with what its sender is to know."""
    if not isinstance(found, Failure):
        return False
    assert found.message
    assert 400 <= (found.status or 0) < 500
    return True


@pytest.mark.parametrize("dialect", DOUBLES)
@given(data=st.data(), other=st.sampled_from(list(DOUBLES)))
@settings(max_examples=60)
def test_any_request_is_read_or_refused(dialect: str, data: st.DataObject, other: str) -> None:
    try:
        http = Exchange(DOUBLES[dialect], data.draw(requests(dialect)), on_loss="drop").request
    except LocalProtocolError:
        return
    whole = http.body
    assert isinstance(whole, bytes)
    target, server = server_of(http.url)
    body = data.draw(st.composite(lambda draw: spoiled(draw, payload(draw, whole)))())
    found = server.decode_request("POST", target, (), body)
    if not refused(found):
        assert isinstance(found, ChatRequest)
        sent_on(found, dialect)
        sent_on(found, other)


@pytest.mark.parametrize("dialect", COUNTING)
@given(data=st.data())
@settings(max_examples=40)
def test_any_question_is_read_or_refused(dialect: str, data: st.DataObject) -> None:
    try:
        http = Exchange(DOUBLES[dialect], CountTokensRequest(data.draw(requests(dialect))), on_loss="drop").request
    except LocalProtocolError:
        return
    whole = http.body
    assert isinstance(whole, bytes)
    target = http.url.removeprefix(DOUBLES[dialect].base_url)
    server = dialects.operation_server(target)
    assert server is not None
    body = data.draw(st.composite(lambda draw: spoiled(draw, payload(draw, whole)))())
    found = server.decode("POST", target, (), body)
    if not refused(found):
        assert isinstance(found, Asked)
        assert isinstance(found.request, CountTokensRequest)
        sent_on(found.request, dialect)
