"""Cohere's SDK, version 2 of the chat API."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from tests.peers.sdks.report import BUSY, MISSING, PLAIN, QUESTION, SCHEMA, TOOLS, call, error, run

cohere: Any = import_module("cohere")
_TOOLS = [{"type": "function", "function": {"name": name, "parameters": SCHEMA}} for name in ("weather", "time")]


def main(url: str) -> dict[str, Any]:
    """Ask through `chat` and `chat_stream`."""
    client = cohere.ClientV2(api_key="k", base_url=url)

    def asked(model: str, **more: Any) -> dict[str, Any]:
        once = {"request_options": {"max_retries": 0}}
        return {"model": model, "messages": [{"role": "user", "content": QUESTION}], **once, **more}

    whole = client.chat(**asked(PLAIN))
    events = list(client.chat_stream(**asked(PLAIN)))
    end = events[-1].delta
    deltas = [
        event.delta.message.content.text or ""
        for event in events
        if event.type == "content-delta" and event.delta.message.content.text
    ]
    streamed: dict[int, list[str]] = {}
    for event in client.chat_stream(**asked(TOOLS, tools=_TOOLS)):
        if event.type == "tool-call-start":
            streamed[event.index] = [event.delta.message.tool_calls.function.name, ""]
        if event.type == "tool-call-delta":
            streamed[event.index][1] += event.delta.message.tool_calls.function.arguments
    tokens = whole.usage.tokens
    return {
        "whole": {
            "text": "".join([part.text for part in whole.message.content if part.type == "text"]),
            "reason": whole.finish_reason,
            "tokens": [tokens.input_tokens, tokens.output_tokens],
        },
        "streamed": {
            "text": "".join(deltas),
            "deltas": "".join(deltas),
            "reason": end.finish_reason,
            "tokens": [end.usage.tokens.input_tokens, end.usage.tokens.output_tokens],
        },
        "tools": [
            call(made.function.name, made.function.arguments)
            for made in client.chat(**asked(TOOLS, tools=_TOOLS)).message.tool_calls
        ],
        "streamed tools": [call(*made) for made in streamed.values()],
        "missing": error(lambda: client.chat(**asked(MISSING))),
        "busy": error(lambda: client.chat(**asked(BUSY))),
        "busy stream": error(lambda: list(client.chat_stream(**asked(BUSY)))),
    }


run(main)
