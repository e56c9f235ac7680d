"""What the tests of this dialect share: requests as they are sent, and answers as they are read."""

from __future__ import annotations

import json
from typing import Any

import sansio
from sansio import ChatRequest, ChatResponse, Completed, Exchange, Failed, Loss, Message
from sansio.errors import Failure
from sansio.types import Provider, Request, Response

GEMINI = sansio.provider("gemini", api_key="key")
VERTEX = sansio.provider("vertex_ai", api_key="token", project="p", location="us-central1")


def encoded(request: Request[Any], provider: Provider = GEMINI, *, stream: bool = False) -> Exchange[Any]:
    """The exchange of a request, whatever it loses."""
    return Exchange(provider, request, stream=stream, on_loss="drop", seed=b"0" * 12)


def sent(request: Request[Any], provider: Provider = GEMINI) -> dict[str, Any]:
    """The body of a request."""
    body = encoded(request, provider).request.body
    assert isinstance(body, bytes)
    value: dict[str, Any] = json.loads(body)
    return value


def chat(model: str = "gemini-2.5-flash", /, **parameters: Any) -> ChatRequest:
    """A request with these parameters."""
    given: dict[str, Any] = {"model": model, "messages": "hi", **parameters}
    return ChatRequest(**given)


def said(*messages: Message, model: str = "gemini-2.5-flash") -> list[dict[str, Any]]:
    """The contents of a conversation."""
    contents: list[dict[str, Any]] = sent(ChatRequest(model=model, messages=messages))["contents"]
    return contents


def lost(request: Request[Any], provider: Provider = GEMINI) -> list[tuple[str, str]]:
    """The path and the action of each loss."""
    losses: tuple[Loss, ...] = encoded(request, provider).losses
    return [(loss.path, loss.action) for loss in losses]


def read(exchange: Exchange[Any], body: object, status: int = 200) -> Any:
    """What an exchange makes of an answer: the response, or the failure."""
    exchange.receive_head(status, (("content-type", "application/json"),))
    exchange.receive_data(body if isinstance(body, bytes) else json.dumps(body).encode())
    exchange.receive_eof()
    outcome: Completed[Any] | Failed | None = exchange.outcome
    assert outcome is not None
    if isinstance(outcome, Failed):
        return outcome.failure
    assert isinstance(outcome.response, Response)
    return outcome.response


def answered(body: object) -> ChatResponse:
    """The response that a whole answer is."""
    response = read(encoded(chat()), body)
    assert isinstance(response, ChatResponse), response
    return response


def failed(body: object, status: int = 200) -> Failure:
    """The failure that an answer is."""
    failure = read(encoded(chat()), body, status)
    assert isinstance(failure, Failure), failure
    return failure


def events(*chunks: object) -> list[Any]:
    """All events of a stream of these chunks, its end last."""
    exchange = encoded(chat(), stream=True)
    exchange.receive_head(200, (("content-type", "text/event-stream"),))
    for chunk in chunks:
        exchange.receive_data(b"data: %b\r\n\r\n" % json.dumps(chunk).encode())
    exchange.receive_eof()
    return exchange.take_events()


def streamed(*chunks: object) -> ChatResponse:
    """The response that a stream of these chunks amounts to."""
    end: Completed[ChatResponse] = events(*chunks)[-1]
    return end.response


def candidate(*parts: object, **members: object) -> dict[str, object]:
    """A chunk or an answer of one candidate with these parts."""
    return {"candidates": [{"content": {"parts": list(parts), "role": "model"}, **members}]}
