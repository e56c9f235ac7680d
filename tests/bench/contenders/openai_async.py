"""openai-python on asyncio."""

from __future__ import annotations

import asyncio
from functools import cache
from importlib import import_module
from typing import Any

from tests.bench import payloads
from tests.bench.contenders.holding import hold
from tests.bench.contenders.rounds import Result, run

openai: Any = import_module("openai")
httpx: Any = import_module(openai.DefaultHttpxClient.__mro__[1].__module__.partition(".")[0])
_runner = asyncio.Runner()


@cache
def _client(url: str) -> Any:
    return openai.AsyncOpenAI(api_key="key", base_url=f"{url}/v1", max_retries=0)


async def _stream(url: str) -> int:
    length = 0
    stream = await _client(url).chat.completions.create(model="gpt-4o", messages=payloads.question(), stream=True)
    async for chunk in stream:
        for choice in chunk.choices:
            length += len(choice.delta.content or "")
    return length


async def _streams(count: int, url: str) -> Result:
    length = sum([await _stream(url) for _ in range(count)])
    return {"count": count * payloads.EVENTS, "length": length / count}


def burst(url: str) -> Result:
    """Streams whose events come all at once."""
    return _runner.run(_streams(4, f"{url}/burst"))


def paced(url: str) -> Result:
    """A stream whose events come one by one."""
    return _runner.run(_streams(1, f"{url}/paced"))


async def _unary(url: str) -> Result:
    length = 0
    for _ in range(100):
        answer = await _client(url).chat.completions.create(model="gpt-4o", messages=payloads.question())
        length += len(answer.choices[0].message.content)
    return {"count": 100, "length": length / 100}


def unary(url: str) -> Result:
    """Whole answers."""
    return _runner.run(_unary(f"{url}/unary"))


async def _held(url: str) -> Result:
    limits = httpx.Limits(max_connections=None)
    http_client = openai.DefaultAsyncHttpxClient(limits=limits)
    client = openai.AsyncOpenAI(api_key="key", base_url=f"{url}/held/v1", max_retries=0, http_client=http_client)

    async def stream_one(begun: asyncio.Semaphore) -> int:
        length = 0
        stream = await client.chat.completions.create(model="gpt-4o", messages=payloads.question(), stream=True)
        async for chunk in stream:
            for choice in chunk.choices:
                if choice.delta.content:
                    if not length:
                        begun.release()
                    length += len(choice.delta.content)
        return length

    return await hold(stream_one, url)


def held(url: str) -> Result:
    """Many streams that are open at the same time."""
    return _runner.run(_held(url))


if __name__ == "__main__":
    run({"burst": burst, "paced": paced, "unary": unary, "held": held}, "openai", httpx.__name__, "pydantic")
