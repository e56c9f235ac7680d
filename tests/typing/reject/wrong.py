"""Lines that both type checkers must refuse: each has the comment, and no other line has an error."""

from __future__ import annotations

from typing import assert_never

import sansio
from sansio import ChatRequest, ChatResponse, Completed, Event, Exchange, Failed, Provider, TextDelta
from sansio_transports.sync import Client


def misspelt() -> None:
    """Names and parameters that do not exist."""
    ChatRequest(model="m", messages="hi", temprature=0.5)  # expect-error
    sansio.ChatReqest  # expect-error  # noqa: B018
    ChatRequest(messages="hi")  # expect-error


def wrongly_typed(client: Client, openai: Provider, request: ChatRequest) -> None:
    """Values of another type than the one that is asked for."""
    ChatRequest(model="m", messages="hi", temperature="hot")  # expect-error
    client.send("hi")  # expect-error
    answer: str = client.send(request)  # expect-error
    Exchange(request, openai)  # expect-error
    Client(retry=3)  # expect-error
    Client(on_loss="ignore")  # expect-error
    sansio.Timeouts(read="slow")  # expect-error
    print(answer)


def unhandled(event: Event[ChatResponse]) -> str:
    """A match that forgets an event is not exhaustive."""
    match event:
        case TextDelta(text):
            return text
        case Completed() | Failed():
            return ""
        case _:
            assert_never(event)  # expect-error


def frozen(event: TextDelta, request: ChatRequest) -> None:
    """Values do not change."""
    event.text = "other"  # expect-error
    request.model = "other"  # expect-error


def absent(response: ChatResponse) -> int:
    """A usage may be missing, and says so."""
    return response.usage.total_tokens  # expect-error
