"""A loop of one's own over aiohttp: the body's lines, and `json.loads` of each event."""

from __future__ import annotations

import asyncio
import json
from functools import partial
from importlib import import_module
from typing import Any

from tests.bench import payloads
from tests.bench.contenders.holding import hold
from tests.bench.contenders.rounds import Result, run

aiohttp: Any = import_module("aiohttp")
_runner = asyncio.Runner()


async def _stream(session: Any, url: str, begun: asyncio.Semaphore) -> int:
    length = 0
    body = {"model": "gpt-4o", "messages": payloads.question(), "stream": True}
    async with session.post(f"{url}/v1/chat/completions", json=body) as response:
        async for line in response.content:
            if line.startswith(b"data: ") and not line.startswith(b"data: [DONE]"):
                for choice in json.loads(line[6:])["choices"]:
                    text = choice["delta"].get("content")
                    if text and not length:
                        begun.release()
                    length += len(text or "")
    return length


async def _streams(count: int, url: str) -> Result:
    async with aiohttp.ClientSession() as session:
        length = sum([await _stream(session, url, asyncio.Semaphore(0)) for _ in range(count)])
    return {"count": count * payloads.EVENTS, "length": length / count}


def burst(url: str) -> Result:
    """Streams whose events come all at once."""
    return _runner.run(_streams(5, f"{url}/burst"))


def paced(url: str) -> Result:
    """A stream whose events come one by one."""
    return _runner.run(_streams(1, f"{url}/paced"))


async def _unary(url: str) -> Result:
    body = {"model": "gpt-4o", "messages": payloads.question()}
    length = 0
    async with aiohttp.ClientSession() as session:
        for _ in range(200):
            async with session.post(f"{url}/v1/chat/completions", json=body) as response:
                length += len((await response.json())["choices"][0]["message"]["content"])
    return {"count": 200, "length": length / 200}


def unary(url: str) -> Result:
    """Whole answers."""
    return _runner.run(_unary(f"{url}/unary"))


async def _held(url: str) -> Result:
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        return await hold(partial(_stream, session, f"{url}/held"), url)


def held(url: str) -> Result:
    """Many streams that are open at the same time."""
    return _runner.run(_held(url))


if __name__ == "__main__":
    run({"burst": burst, "paced": paced, "unary": unary, "held": held}, "aiohttp")
