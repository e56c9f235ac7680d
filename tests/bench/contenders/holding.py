"""Many streams open at the same time, on asyncio: what each costs in CPU, and in memory while all of them are open."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Awaitable, Callable
from time import process_time
from typing import TypeAlias

from tests.bench.contenders.rounds import Result, release
from tests.bench.limits import resident

# Reads a stream to its end, tells the semaphore of its first text, and returns the length of all.
Stream: TypeAlias = Callable[[asyncio.Semaphore], Awaitable[int]]

_FEW = 10
_MANY = 1000


async def hold(stream: Stream, url: str) -> Result:
    """The cost of many *streams*, after a few that load what loads on first use."""
    await _open(stream, url, _FEW)
    gc.collect()
    return await _open(stream, url, _MANY)


async def _open(stream: Stream, url: str, count: int) -> Result:
    begun = asyncio.Semaphore(0)
    before, start = resident(), process_time()
    tasks = [asyncio.ensure_future(stream(begun)) for _ in range(count)]
    for _ in range(count):
        await begun.acquire()
    memory = (resident() - before) / count
    release(url)
    length = sum(await asyncio.gather(*tasks))
    return {"count": count, "length": length / count, "memory": memory, "cpu": process_time() - start}
