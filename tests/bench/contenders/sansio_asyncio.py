"""The driver for asyncio."""

from __future__ import annotations

import asyncio
from functools import cache

import sansio
from sansio import ChatRequest, TextDelta
from sansio.wire.pool import PoolLimits
from sansio_transports.asyncio import Client
from tests.bench import payloads
from tests.bench.contenders.holding import hold
from tests.bench.contenders.rounds import Result, run

_REQUEST = ChatRequest(model="openai/gpt-4o", messages=[sansio.user(payloads.question()[0]["content"])])
_runner = asyncio.Runner()


@cache
def _client(url: str) -> Client:
    return Client(
        providers=[sansio.provider("openai", api_key="key", base_url=f"{url}/v1")],
        pool=PoolLimits(total=2000, per_route=2000),
    )


async def _streams(count: int, url: str) -> Result:
    length = 0
    for _ in range(count):
        async with _client(url).stream(_REQUEST) as stream:
            async for event in stream:
                if isinstance(event, TextDelta):
                    length += len(event.text)
    return {"count": count * payloads.EVENTS, "length": length / count}


def burst(url: str) -> Result:
    """Streams whose events come all at once."""
    return _runner.run(_streams(20, f"{url}/burst"))


def paced(url: str) -> Result:
    """A stream whose events come one by one."""
    return _runner.run(_streams(1, f"{url}/paced"))


async def _unary(url: str) -> Result:
    client = _client(url)
    length = sum([len((await client.send(_REQUEST)).text) for _ in range(300)])
    return {"count": 300, "length": length / 300}


def unary(url: str) -> Result:
    """Whole answers."""
    return _runner.run(_unary(f"{url}/unary"))


async def _held(url: str) -> Result:
    client = _client(f"{url}/held")

    async def stream_one(begun: asyncio.Semaphore) -> int:
        length = 0
        async with client.stream(_REQUEST) as stream:
            async for event in stream:
                if isinstance(event, TextDelta):
                    if not length:
                        begun.release()
                    length += len(event.text)
        return length

    return await hold(stream_one, url)


def held(url: str) -> Result:
    """Many streams that are open at the same time."""
    return _runner.run(_held(url))


if __name__ == "__main__":
    run({"burst": burst, "paced": paced, "unary": unary, "held": held}, "sansio-llm", "msgspec", "h11")
