"""The HTTP client that is there already: `Exchange` does the protocol, httpx the rest, synchronous or not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Generator

import httpx

import sansio
from sansio import ChatRequest, ChatResponse, Completed, Event, Exchange, Failed, TextDelta
from sansio.testing import Double, answer
from sansio_transports.serve.threads import serve_double


def events_of(exchange: Exchange[ChatResponse]) -> Generator[Event[ChatResponse]]:
    """What the exchange has to say now."""
    while (event := exchange.next_event()) is not None:
        yield event


def prepared(exchange: Exchange[ChatResponse]) -> httpx.Request:
    """The exchange's request as one of httpx's."""
    message = exchange.request
    content = message.body if isinstance(message.body, bytes) else None  # a chat request's always is
    return httpx.Request(message.method, message.url, headers=list(message.headers), content=content)


def ask(client: httpx.Client, provider: sansio.Provider, request: ChatRequest) -> Generator[Event[ChatResponse]]:
    """The events of an answer, over a client of httpx's."""
    exchange = Exchange(provider, request, stream=True)
    try:
        response = client.send(prepared(exchange), stream=True)
        exchange.receive_head(response.status_code, response.headers.items())
        for chunk in response.iter_bytes():
            exchange.receive_data(chunk)
            yield from events_of(exchange)
        exchange.receive_eof()
    except httpx.TransportError as exc:
        exchange.receive_broken(str(exc))
    yield from events_of(exchange)


async def ask_async(
    client: httpx.AsyncClient, provider: sansio.Provider, request: ChatRequest
) -> AsyncGenerator[Event[ChatResponse]]:
    """The same, awaited."""
    exchange = Exchange(provider, request, stream=True)
    try:
        response = await client.send(prepared(exchange), stream=True)
        exchange.receive_head(response.status_code, response.headers.items())
        async for chunk in response.aiter_bytes():
            exchange.receive_data(chunk)
            for event in events_of(exchange):
                yield event
        exchange.receive_eof()
    except httpx.TransportError as exc:
        exchange.receive_broken(str(exc))
    for event in events_of(exchange):
        yield event


def show(event: Event[ChatResponse]) -> None:
    """Print an event."""
    match event:
        case TextDelta(text):
            print(text, end="")
        case Completed(response):
            print(f"  [{response.finish_reason}]")
        case Failed(failure, partial):
            print(f"  [{failure.kind}: {failure.message}; partial: {partial.text if partial else ''!r}]")
        case _:
            return


async def main_async(provider: sansio.Provider, request: ChatRequest) -> None:
    """Ask on asyncio."""
    async with httpx.AsyncClient() as client:
        async for event in ask_async(client, provider, request):
            show(event)


def main() -> None:
    """Three answers of a double's; the third is cut off."""
    good = answer("Any client will do.", pieces=5)
    with serve_double(Double([good, good, good.until(3, sansio.gateway.Reset())])) as server:
        provider = sansio.provider("openai", api_key="none needed", base_url=f"{server.url}/v1")
        request = ChatRequest(model="double", messages="Hello?")
        with httpx.Client() as client:
            for event in ask(client, provider, request):
                show(event)
            asyncio.run(main_async(provider, request))
            for event in ask(client, provider, request):
                show(event)


if __name__ == "__main__":
    main()
