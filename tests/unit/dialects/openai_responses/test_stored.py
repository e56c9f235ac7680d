"""Responses that the provider keeps: asked for, stopped, forgotten."""

from __future__ import annotations

import json

import pytest

import sansio
from sansio import Completed, Exchange, Failed
from sansio.types import (
    CancelResponseRequest,
    ChatResponse,
    DeleteResponseRequest,
    GetResponseRequest,
    Request,
    ResponseDeleted,
)

_OPENAI = sansio.provider("openai", api_key="key")
_URL = "https://api.openai.com/v1/responses/resp_1"
_JSON = (("content-type", "application/json"),)
_EVENTS = (("content-type", "text/event-stream"),)


def _answered(exchange: Exchange[ChatResponse], body: bytes) -> Completed[ChatResponse] | Failed | None:
    exchange.receive_head(200, _EVENTS if exchange.stream else _JSON)
    exchange.receive_data(body)
    exchange.receive_eof()
    return exchange.outcome


@pytest.mark.parametrize(
    ("request_", "method", "url"),
    [
        (GetResponseRequest(id="resp_1"), "GET", _URL),
        (GetResponseRequest(id="a/b", include=["x"]), "GET", f"{_URL[:-6]}a%2Fb?include%5B%5D=x"),
        (CancelResponseRequest(id="resp_1"), "POST", f"{_URL}/cancel"),
        (DeleteResponseRequest(id="resp_1"), "DELETE", _URL),
    ],
)
def test_what_is_asked(request_: Request[object], method: str, url: str) -> None:
    request = Exchange(_OPENAI, request_).request
    assert (request.method, request.url, request.body) == (method, url, b"")


@pytest.mark.parametrize("request_", [GetResponseRequest(id="resp_1"), CancelResponseRequest(id="resp_1")])
def test_a_response_that_is_being_made_says_so(request_: Request[ChatResponse]) -> None:
    body = json.dumps({"object": "response", "id": "resp_1", "status": "queued", "output": []}).encode()
    outcome = _answered(Exchange(_OPENAI, request_), body)
    assert isinstance(outcome, Completed)
    assert (outcome.response.id, outcome.response.finish_reason) == ("resp_1", "queued")


@pytest.mark.parametrize(("starting_after", "query"), [(None, "?stream=true"), (7, "?stream=true&starting_after=7")])
def test_a_stream_goes_on(starting_after: int | None, query: str) -> None:
    exchange = Exchange(_OPENAI, GetResponseRequest(id="resp_1", starting_after=starting_after), stream=True)
    assert exchange.request.url == _URL + query
    deltas = b'data: {"type":"response.output_text.delta","delta":"lo"}\n\n'
    outcome = _answered(exchange, deltas + b'data: {"type":"response.completed"}\n\n')
    assert isinstance(outcome, Completed)
    assert outcome.response.text == "lo"


def test_a_response_is_forgotten() -> None:
    exchange = Exchange(_OPENAI, DeleteResponseRequest(id="resp_1"))
    exchange.receive_head(200, _JSON)
    exchange.receive_data(b'{"id":"resp_1","object":"response","deleted":true}')
    exchange.receive_eof()
    assert isinstance(exchange.outcome, Completed)
    gone = exchange.outcome.response
    assert isinstance(gone, ResponseDeleted)
    assert (gone.id, gone.deleted) == ("resp_1", True)


def test_another_answer_is_none() -> None:
    exchange = Exchange(_OPENAI, DeleteResponseRequest(id="resp_1"))
    exchange.receive_head(200, _JSON)
    exchange.receive_data(b"{}")
    exchange.receive_eof()
    assert isinstance(exchange.outcome, Failed)
