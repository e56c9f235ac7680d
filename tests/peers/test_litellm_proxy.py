"""Our clients against LiteLLM's proxy with mocked models; .ci/run starts it and names it in the environment."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable

import pytest
import trio

import sansio
import sansio_transports.asyncio
import sansio_transports.sync
import sansio_transports.trio
from sansio import ChatRequest, Completed, Retry

URL = os.environ.get("SANSIO_PEER_LITELLM_URL", "")
KEY = os.environ.get("SANSIO_PEER_LITELLM_KEY", "")
TEXT = "The proxy says: grüße, 世界."
REQUEST = ChatRequest(model="litellm/mock", messages="hi")

pytestmark = [
    pytest.mark.peers,
    pytest.mark.skipif(not URL, reason="no LiteLLM proxy: SANSIO_PEER_LITELLM_URL is not set (.ci/run sets it)"),
]

Said = tuple[str, str, str]


def _provider(key: str = KEY) -> sansio.Provider:
    return sansio.provider("openai_compatible", name="litellm", api_key=key, base_url=f"{URL}/v1")


def _sync() -> Said:
    """The text of a whole answer, that of a stream, and that of its fold."""
    with sansio_transports.sync.Client(providers=[_provider()]) as client:
        whole = client.send(REQUEST)
        with client.stream(REQUEST) as stream:
            streamed = "".join(stream.text)
        return whole.text, streamed, stream.response.text


async def _asyncio() -> Said:
    async with sansio_transports.asyncio.Client(providers=[_provider()]) as client:
        whole = await client.send(REQUEST)
        async with client.stream(REQUEST) as stream:
            streamed = "".join([text async for text in stream.text])
        return whole.text, streamed, stream.response.text


async def _trio() -> Said:
    async with sansio_transports.trio.Client(providers=[_provider()]) as client:
        whole = await client.send(REQUEST)
        async with client.stream(REQUEST) as stream:
            streamed = "".join([text async for text in stream.text])
        return whole.text, streamed, stream.response.text


DRIVERS: dict[str, Callable[[], Said]] = {
    "sync": _sync,
    "asyncio": lambda: asyncio.run(_asyncio()),
    "trio": lambda: trio.run(_trio),
}


@pytest.mark.parametrize("driver", DRIVERS)
def test_whole_and_streamed_answers_are_the_same(driver: str) -> None:
    assert DRIVERS[driver]() == (TEXT, TEXT, TEXT)


def test_a_stream_says_how_it_ended() -> None:
    with sansio_transports.sync.Client(providers=[_provider()]) as client, client.stream(REQUEST) as stream:
        *_, last = stream
    assert isinstance(last, Completed)
    assert last.response.finish_reason == "stop"
    assert last.response.usage is not None


def test_errors_are_typed() -> None:
    with sansio_transports.sync.Client(providers=[_provider()], retry=Retry(retries=0)) as client:
        with pytest.raises(sansio.RateLimitError) as limited:
            client.send(ChatRequest(model="litellm/limited", messages="hi"))
        with pytest.raises(sansio.BadRequestError):
            client.send(ChatRequest(model="litellm/unknown", messages="hi"))
    assert limited.value.status_code == 429


def test_a_wrong_key_is_refused() -> None:
    """Without a database the proxy answers 400 or 401 as text of its own; either way it is no success."""
    with (
        sansio_transports.sync.Client(providers=[_provider("sk-wrong")], retry=Retry(retries=0)) as client,
        pytest.raises(sansio.APIError) as refused,
    ):
        client.send(REQUEST)
    assert refused.value.status_code in {400, 401, 403, 500}
