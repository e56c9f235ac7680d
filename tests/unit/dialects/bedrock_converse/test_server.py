"""The server side in a connection, and the client side that speaks with it."""

from __future__ import annotations

import h11
import pytest

import sansio
from sansio import ChatRequest, ChatResponse, Completed, Exchange, Failed
from sansio.errors import Failure
from sansio.events import TextDelta
from sansio.gateway import Write
from sansio.http import split_url
from sansio.testing import Double
from sansio.testing.replies import Call, Reply, answer

PROVIDER = sansio.provider("bedrock", region="us-east-1", api_key="key")


def asked(double: Double, *, stream: bool) -> Completed[ChatResponse] | Failed:
    """What an exchange makes of the double's answer, through HTTP/1.1 and both of its sides."""
    exchange = Exchange(PROVIDER, ChatRequest(model="m:0", messages="hi"), stream=stream)
    client, server = h11.Connection(h11.CLIENT), double.connect()
    request, target = exchange.request, split_url(exchange.request.url)[1]
    assert isinstance(request.body, bytes)
    headers = [("host", "double"), ("content-length", str(len(request.body))), *request.headers]
    for part in (h11.Request(method="POST", target=target, headers=headers), h11.Data(data=request.body)):
        server.receive_data(client.send(part) or b"")
    client.send(h11.EndOfMessage())
    for action in iter(server.next_action, None):
        assert isinstance(action, Write)
        client.receive_data(action.data)
    head = client.next_event()
    assert isinstance(head, h11.Response)
    exchange.receive_head(head.status_code, [(name.decode(), value.decode()) for name, value in head.headers])
    while isinstance(piece := client.next_event(), h11.Data):
        exchange.receive_data(bytes(piece.data))
    exchange.receive_eof()
    assert exchange.outcome is not None
    return exchange.outcome


@pytest.mark.parametrize("stream", [False, True])
def test_an_answer_with_a_call(stream: bool) -> None:
    end = asked(Double(answer("Hello", pieces=2, calls=[Call("f", '{"a":1}')])), stream=stream)
    assert isinstance(end, Completed)
    response = end.response
    assert (response.text, response.finish_reason) == ("Hello", "tool_calls")
    assert [(call.id, call.name, call.arguments) for call in response.tool_calls] == [("call_0", "f", '{"a":1}')]


@pytest.mark.parametrize("stream", [False, True])
def test_a_failure(stream: bool) -> None:
    end = asked(Double(Reply((Failed(Failure(kind="overloaded", message="later")),))), stream=stream)
    assert isinstance(end, Failed)
    assert (end.failure.kind, end.failure.message) == ("overloaded", "later")


def test_a_failure_behind_some_output() -> None:
    steps = (TextDelta("Hel"), Failed(Failure(kind="rate_limited", message="slow")))
    end = asked(Double(Reply(steps)), stream=True)
    assert isinstance(end, Failed)
    assert (end.failure.kind, end.failure.message) == ("rate_limited", "slow")
    assert end.partial is not None
    assert end.partial.text == "Hel"
