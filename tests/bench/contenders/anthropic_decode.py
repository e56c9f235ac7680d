"""Anthropic's SDK on a stream from memory."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from tests.bench import payloads, streams
from tests.bench.contenders.memory_http import transport
from tests.bench.contenders.rounds import Result, run

anthropic: Any = import_module("anthropic")
httpx: Any = import_module(anthropic.DefaultHttpxClient.__mro__[1].__module__.partition(".")[0])
_CLIENT: Any = anthropic.Anthropic(
    api_key="key", max_retries=0, http_client=httpx.Client(transport=transport(httpx, streams.anthropic()))
)


def decode_anthropic(_url: str) -> Result:
    """Every event, as the SDK's own type."""
    length = 0
    for event in _CLIENT.messages.create(
        model="claude-sonnet-4-5", max_tokens=4096, messages=payloads.question(), stream=True
    ):
        if event.type == "content_block_delta" and event.delta.type == "text_delta":
            length += len(event.delta.text)
    return {"count": payloads.PARSED_EVENTS, "length": length}


if __name__ == "__main__":
    run({"decode_anthropic": decode_anthropic}, "anthropic", httpx.__name__, "pydantic")
