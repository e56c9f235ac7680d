"""Anthropic's SDK, the Messages API."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from tests.peers.sdks.report import BUSY, MISSING, PLAIN, QUESTION, SCHEMA, TOOLS, call, error, run

anthropic: Any = import_module("anthropic")
_TOOLS = [{"name": name, "input_schema": SCHEMA} for name in ("weather", "time")]


def _calls(message: Any) -> list[Any]:
    return [call(block.name, block.input) for block in message.content if block.type == "tool_use"]


def _shown(message: Any) -> dict[str, Any]:
    usage = message.usage
    return {
        "text": "".join([block.text for block in message.content if block.type == "text"]),
        "reason": message.stop_reason,
        "tokens": [usage.input_tokens, usage.output_tokens],
    }


def main(url: str) -> dict[str, Any]:
    """Ask through `create`, raw events and the stream helper."""
    messages = anthropic.Anthropic(api_key="k", base_url=url, max_retries=0).messages

    def asked(model: str, **more: Any) -> dict[str, Any]:
        return {"model": model, "max_tokens": 99, "messages": [{"role": "user", "content": QUESTION}], **more}

    with messages.stream(**asked(PLAIN)) as stream:
        deltas = list(stream.text_stream)
        streamed = stream.get_final_message()
    with messages.stream(**asked(TOOLS, tools=_TOOLS)) as stream:
        streamed_tools = stream.get_final_message()
    return {
        "counted": messages.count_tokens(
            model=PLAIN, messages=[{"role": "user", "content": QUESTION}], tools=_TOOLS
        ).input_tokens,
        "whole": _shown(messages.create(**asked(PLAIN))),
        "streamed": {**_shown(streamed), "deltas": "".join(deltas)},
        "tools": _calls(messages.create(**asked(TOOLS, tools=_TOOLS))),
        "streamed tools": _calls(streamed_tools),
        "missing": error(lambda: messages.create(**asked(MISSING))),
        "busy": error(lambda: messages.create(**asked(BUSY))),
        "busy stream": error(lambda: list(messages.create(**asked(BUSY), stream=True))),
    }


run(main)
