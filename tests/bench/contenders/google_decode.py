"""Google's SDK on a stream from memory."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from tests.bench import payloads, streams
from tests.bench.contenders.memory_http import transport
from tests.bench.contenders.rounds import Result, run

genai: Any = import_module("google.genai")
_API: Any = import_module("google.genai._api_client")  # which knows what the SDK brings along
httpx: Any = _API.httpx2 or _API.httpx
_CLIENT: Any = genai.Client(
    api_key="key",
    http_options=genai.types.HttpOptions(httpx_client=httpx.Client(transport=transport(httpx, streams.gemini()))),
)


def decode_gemini(_url: str) -> Result:
    """Every chunk, as the SDK's own type."""
    length = 0
    for chunk in _CLIENT.models.generate_content_stream(model="gemini-2.5-flash", contents="Why is the sky blue?"):
        length += len(chunk.candidates[0].content.parts[0].text)
    return {"count": payloads.PARSED_EVENTS, "length": length}


if __name__ == "__main__":
    run({"decode_gemini": decode_gemini}, "google-genai", httpx.__name__, "pydantic")
