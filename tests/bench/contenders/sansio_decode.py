"""Streams of other APIs through `Exchange`, in reads of 64 KiB, without sockets."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from sansio import ChatRequest, Completed, Exchange, Provider, TextDelta, provider
from sansio.auth import AwsKeys
from tests.bench import payloads, streams
from tests.bench.contenders.rounds import Result, run

_READ = 64 * 1024


def _decode(of: Provider, model: str, content_type: str, body: bytes, _url: str) -> Result:
    exchange = Exchange(of, ChatRequest(model=model, messages="hi", max_tokens=4096), stream=True, unix=1.764e9)
    exchange.receive_head(200, [("content-type", content_type)])
    length = 0
    for start in range(0, len(body), _READ):
        exchange.receive_data(body[start : start + _READ])
        for event in exchange.take_events():
            if isinstance(event, TextDelta):
                length += len(event.text)
    if exchange.outcome is None:
        exchange.receive_eof()
    if not isinstance(exchange.outcome, Completed):
        raise TypeError(exchange.outcome)
    return {"count": payloads.PARSED_EVENTS, "length": length}


_SSE = "text/event-stream"
_CASES: dict[str, Callable[[str], Result]] = {
    "decode_anthropic": partial(
        _decode, provider("anthropic", api_key="k"), "claude-sonnet-4-5", _SSE, streams.anthropic()
    ),
    "decode_responses": partial(
        _decode, provider("openai", dialect="openai_responses", api_key="k"), "gpt-4o", _SSE, streams.responses()
    ),
    "decode_gemini": partial(_decode, provider("gemini", api_key="k"), "gemini-2.5-flash", _SSE, streams.gemini()),
    "decode_bedrock": partial(
        _decode,
        provider("bedrock", secret=AwsKeys("id", "secret"), region="us-east-1"),
        "amazon.nova-pro-v1:0",
        "application/vnd.amazon.eventstream",
        streams.bedrock(),
    ),
}

if __name__ == "__main__":
    run(_CASES, "sansio-llm", "msgspec")
