"""An exchange with OpenAI, or with a provider that differs, played whole: what is sent, and how an answer ends."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

import sansio
from sansio import Completed, Delta, Event, Exchange, Failed, Failure, HttpRequest
from sansio.types import Loss, Provider, Quirks, Request, Response

R = TypeVar("R")

OPENAI = sansio.provider("openai", api_key="key")
SEED = b"0123456789abcdef"
BOUNDARY = f"sansio-{SEED.hex()}"


def other(operation: str, quirks: Quirks, **paths: str) -> Provider:
    """A provider that differs from OpenAI in one kind of request, and has all of them."""
    operations = OPENAI.operations | {"rerank"}
    whole = Quirks(operations={operation: quirks})
    return msgspec.structs.replace(OPENAI, name="other", quirks=whole, operations=operations, paths=paths)


def exchange(
    request: Request[R], *, provider: Provider = OPENAI, stream: bool = False, on_loss: Any = "raise"
) -> Exchange[R]:
    """The exchange of *request*."""
    return Exchange(provider, request, stream=stream, seed=SEED, on_loss=on_loss)


def sent(request: Request[Any], *, provider: Provider = OPENAI, stream: bool = False) -> HttpRequest:
    """What is sent."""
    return exchange(request, provider=provider, stream=stream).request


def members(request: Request[Any], *, provider: Provider = OPENAI, stream: bool = False) -> dict[str, object]:
    """The JSON body that is sent."""
    body = sent(request, provider=provider, stream=stream).body
    assert isinstance(body, bytes)
    return msgspec.json.decode(body, type=dict[str, object])


def lost(request: Request[Any], *, provider: Provider = OPENAI) -> list[Loss]:
    """What is lost on the way."""
    return list(exchange(request, provider=provider, on_loss="drop").losses)


def header(request: HttpRequest, name: str) -> str | None:
    """The value of a header."""
    return dict(request.headers).get(name)


def events(
    request: Request[R], body: bytes, *, provider: Provider = OPENAI, stream: bool = False, status: int = 200
) -> tuple[list[Delta], Completed[R] | Failed]:
    """The deltas that *body* brings, and the end."""
    ours = exchange(request, provider=provider, stream=stream)
    ours.receive_head(status, [("content-type", "x/y"), ("x-request-id", "req_1")])
    ours.receive_data(body)
    if ours.outcome is None:
        ours.receive_eof()
    found: list[Event[R]] = ours.take_events()
    end = found.pop()
    assert isinstance(end, Completed | Failed)
    return [event for event in found if not isinstance(event, Completed | Failed)], end


def answer(request: Request[R], body: bytes, *, provider: Provider = OPENAI, stream: bool = False) -> R:
    """The response that *body* is, without what it cost."""
    _, end = events(request, body, provider=provider, stream=stream)
    assert isinstance(end, Completed), end
    return priceless(end.response)


def priceless(response: R) -> R:
    """The response without what it cost, which is the registry's business."""
    assert isinstance(response, Response)
    return msgspec.structs.replace(response, cost=None)


def failure(
    request: Request[Any], body: bytes, *, provider: Provider = OPENAI, stream: bool = False, status: int = 200
) -> Failure:
    """Why *body* is no answer."""
    _, end = events(request, body, provider=provider, stream=stream, status=status)
    assert isinstance(end, Failed), end
    return end.failure


def sse(*datas: str) -> bytes:
    """A stream of events."""
    return "".join(f"data: {data}\n\n" for data in datas).encode()
