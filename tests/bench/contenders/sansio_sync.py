"""The driver for threads."""

from __future__ import annotations

from functools import cache

import sansio
from sansio import ChatRequest, TextDelta
from sansio_transports.sync import Client
from tests.bench import payloads
from tests.bench.contenders.rounds import Result, run

_REQUEST = ChatRequest(model="openai/gpt-4o", messages=[sansio.user(payloads.question()[0]["content"])])


@cache
def _client(url: str) -> Client:
    return Client(providers=[sansio.provider("openai", api_key="key", base_url=f"{url}/v1")])


def _streams(count: int, url: str) -> Result:
    length = 0
    for _ in range(count):
        with _client(url).stream(_REQUEST) as stream:
            for event in stream:
                if isinstance(event, TextDelta):
                    length += len(event.text)
    return {"count": count * payloads.EVENTS, "length": length / count}


def burst(url: str) -> Result:
    """Streams whose events come all at once."""
    return _streams(20, f"{url}/burst")


def paced(url: str) -> Result:
    """A stream whose events come one by one."""
    return _streams(1, f"{url}/paced")


def unary(url: str) -> Result:
    """Whole answers."""
    client = _client(f"{url}/unary")
    length = sum([len(client.send(_REQUEST).text) for _ in range(300)])
    return {"count": 300, "length": length / 300}


if __name__ == "__main__":
    run({"burst": burst, "paced": paced, "unary": unary}, "sansio-llm", "msgspec", "h11")
