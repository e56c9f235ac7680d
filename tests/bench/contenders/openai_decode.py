"""OpenAI's SDK on a stream of Responses from memory."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from tests.bench import payloads, streams
from tests.bench.contenders.memory_http import transport
from tests.bench.contenders.rounds import Result, run

openai: Any = import_module("openai")
httpx: Any = import_module(openai.DefaultHttpxClient.__mro__[1].__module__.partition(".")[0])
_CLIENT: Any = openai.OpenAI(
    api_key="key", max_retries=0, http_client=httpx.Client(transport=transport(httpx, streams.responses()))
)


def decode_responses(_url: str) -> Result:
    """Every event, as the SDK's own type."""
    length = 0
    for event in _CLIENT.responses.create(model="gpt-4o", input="Why is the sky blue?", stream=True):
        if event.type == "response.output_text.delta":
            length += len(event.delta)
    return {"count": payloads.PARSED_EVENTS, "length": length}


if __name__ == "__main__":
    run({"decode_responses": decode_responses}, "openai", httpx.__name__, "pydantic")
