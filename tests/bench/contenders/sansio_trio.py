"""The driver for trio.  A run is begun for every case, and not measured."""

from __future__ import annotations

from time import process_time

import trio

import sansio
from sansio import ChatRequest, TextDelta
from sansio_transports.trio import Client
from tests.bench import payloads
from tests.bench.contenders.rounds import Result, run

_REQUEST = ChatRequest(model="openai/gpt-4o", messages=[sansio.user(payloads.question()[0]["content"])])


async def _streams(count: int, url: str) -> Result:
    length = 0
    async with Client(providers=[sansio.provider("openai", api_key="key", base_url=f"{url}/v1")]) as client:
        start = process_time()
        for _ in range(count):
            async with client.stream(_REQUEST) as stream:
                async for event in stream:
                    if isinstance(event, TextDelta):
                        length += len(event.text)
        cpu = process_time() - start
    return {"count": count * payloads.EVENTS, "length": length / count, "cpu": cpu}


def burst(url: str) -> Result:
    """Streams whose events come all at once."""
    return trio.run(_streams, 20, f"{url}/burst")


def paced(url: str) -> Result:
    """A stream whose events come one by one."""
    return trio.run(_streams, 1, f"{url}/paced")


async def _unary(url: str) -> Result:
    async with Client(providers=[sansio.provider("openai", api_key="key", base_url=f"{url}/v1")]) as client:
        await client.send(_REQUEST)  # the others have their connection from the round before
        start = process_time()
        length = sum([len((await client.send(_REQUEST)).text) for _ in range(300)])
        cpu = process_time() - start
    return {"count": 300, "length": length / 300, "cpu": cpu}


def unary(url: str) -> Result:
    """Whole answers."""
    return trio.run(_unary, f"{url}/unary")


if __name__ == "__main__":
    run({"burst": burst, "paced": paced, "unary": unary}, "sansio-llm", "trio")
