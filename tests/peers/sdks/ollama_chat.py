"""Ollama's client, the native chat API."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from tests.peers.sdks.report import BUSY, MISSING, PLAIN, QUESTION, SCHEMA, TOOLS, call, error, run

ollama: Any = import_module("ollama")
_TOOLS = [{"type": "function", "function": {"name": name, "parameters": SCHEMA}} for name in ("weather", "time")]


def _calls(chunks: list[Any]) -> list[Any]:
    return [
        call(made.function.name, dict(made.function.arguments))
        for chunk in chunks
        for made in chunk.message.tool_calls or ()
    ]


def _shown(chunks: list[Any]) -> dict[str, Any]:
    last = chunks[-1]
    return {
        "text": "".join([chunk.message.content or "" for chunk in chunks]),
        "reason": last.done_reason,
        "tokens": [last.prompt_eval_count, last.eval_count],
    }


def main(url: str) -> dict[str, Any]:
    """Ask through `chat`, streamed and not."""
    client = ollama.Client(host=url)

    def asked(model: str, **more: Any) -> dict[str, Any]:
        return {"model": model, "messages": [{"role": "user", "content": QUESTION}], **more}

    streamed = list(client.chat(**asked(PLAIN), stream=True))
    return {
        "whole": _shown([client.chat(**asked(PLAIN))]),
        "streamed": {**_shown(streamed), "deltas": "".join([chunk.message.content or "" for chunk in streamed])},
        "tools": _calls([client.chat(**asked(TOOLS, tools=_TOOLS))]),
        "streamed tools": _calls(list(client.chat(**asked(TOOLS, tools=_TOOLS), stream=True))),
        "missing": error(lambda: client.chat(**asked(MISSING))),
        "busy": error(lambda: client.chat(**asked(BUSY))),
        "busy stream": error(lambda: list(client.chat(**asked(BUSY), stream=True))),
    }


run(main)
