"""Anthropic's SDK, synchronous, over its own API: the same text in that API's events."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import Any

from tests.bench import payloads
from tests.bench.contenders.rounds import Result, run

anthropic: Any = import_module("anthropic")
httpx: Any = import_module(anthropic.DefaultHttpxClient.__mro__[1].__module__.partition(".")[0])


@cache
def _client(url: str) -> Any:
    return anthropic.Anthropic(api_key="key", base_url=url, max_retries=0)


def _create(url: str, **parameters: Any) -> Any:
    return _client(url).messages.create(
        model="claude-sonnet-5-5", max_tokens=4096, messages=payloads.question(), **parameters
    )


def _streams(count: int, url: str) -> Result:
    length = 0
    for _ in range(count):
        for event in _create(url, stream=True):
            if event.type == "content_block_delta" and event.delta.type == "text_delta":
                length += len(event.delta.text)
    return {"count": count * payloads.EVENTS, "length": length / count}


def burst(url: str) -> Result:
    """Streams whose events come all at once."""
    return _streams(4, f"{url}/burst")


def paced(url: str) -> Result:
    """A stream whose events come one by one."""
    return _streams(1, f"{url}/paced")


def unary(url: str) -> Result:
    """Whole answers."""
    length = sum([len(_create(f"{url}/unary").content[0].text) for _ in range(100)])
    return {"count": 100, "length": length / 100}


if __name__ == "__main__":
    run({"burst": burst, "paced": paced, "unary": unary}, "anthropic", httpx.__name__, "pydantic")
