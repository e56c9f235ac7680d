"""A request is a value that knows its answer: `send` gives a ChatResponse, and streams give its events."""

from __future__ import annotations

from typing import assert_type

import sansio_transports.asyncio
import sansio_transports.sync
import sansio_transports.trio
from sansio import ChatRequest, ChatResponse, Event, Exchange, Provider, provider
from sansio.types import EmbeddingRequest, EmbeddingResponse, ListModelsRequest, SpeechRequest, SpeechResponse


def in_a_thread(client: sansio_transports.sync.Client, request: ChatRequest) -> None:
    """The two verbs of the sync client."""
    assert_type(client.send(request), ChatResponse)
    with client.stream(request) as stream:
        for event in stream:
            assert_type(event, Event[ChatResponse])
    assert_type(stream.response, ChatResponse)
    assert_type(stream.response.text, str)
    vectors = EmbeddingRequest(model="openai/text-embedding-3-small", input=["a", "b"])
    assert_type(client.send(vectors), EmbeddingResponse)
    assert_type(client.send(ListModelsRequest(provider="openai")).data[0].id, str)
    with client.stream(SpeechRequest(model="openai/tts-1", input="hi", voice="alloy")) as sound:
        assert_type(next(sound), Event[SpeechResponse])
    assert_type(sound.response, SpeechResponse)


async def on_asyncio(client: sansio_transports.asyncio.Client, request: ChatRequest) -> None:
    """The same names, with async and await."""
    assert_type(await client.send(request), ChatResponse)
    async with client.stream(request) as stream:
        async for event in stream:
            assert_type(event, Event[ChatResponse])
    assert_type(stream.response, ChatResponse)


async def on_trio(client: sansio_transports.trio.Client, request: ChatRequest) -> None:
    """And again."""
    assert_type(await client.send(request), ChatResponse)
    async with client.stream(request) as stream:
        async for event in stream:
            assert_type(event, Event[ChatResponse])
    assert_type(stream.response, ChatResponse)


def without_a_client(request: ChatRequest) -> None:
    """The exchange takes its type from the request."""
    openai = provider("openai", api_key="key")
    assert_type(openai, Provider)
    exchange = Exchange(openai, request)
    assert_type(exchange, Exchange[ChatResponse])
    assert_type(exchange.next_event(), Event[ChatResponse] | None)
