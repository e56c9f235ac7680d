"""Mistral's SDK, chat completions."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from tests.peers.sdks.report import BUSY, MISSING, PLAIN, QUESTION, SCHEMA, TOOLS, call, error, run

try:
    _Mistral: Any = import_module("mistralai.client").Mistral
except (ImportError, AttributeError):
    _Mistral = import_module("mistralai").Mistral
_TOOLS = [{"type": "function", "function": {"name": name, "parameters": SCHEMA}} for name in ("weather", "time")]


def _calls(calls: Any) -> list[Any]:
    return [call(made.function.name, made.function.arguments) for made in calls or ()]


def main(url: str) -> dict[str, Any]:
    """Ask through `complete` and `stream`."""
    chat = _Mistral(api_key="k", server_url=url).chat

    def asked(model: str, **more: Any) -> dict[str, Any]:
        return {"model": f"whole/{model}", "messages": [{"role": "user", "content": QUESTION}], **more}

    whole = chat.complete(**asked(PLAIN))
    chunks = [event.data for event in chat.stream(**asked(PLAIN))]
    choices = [choice for chunk in chunks for choice in chunk.choices]
    usage = next((chunk.usage for chunk in reversed(chunks) if chunk.usage), None)
    streamed_tools = [
        made
        for event in chat.stream(**asked(TOOLS, tools=_TOOLS))
        for choice in event.data.choices
        for made in choice.delta.tool_calls or ()
    ]
    tokens = [whole.usage.prompt_tokens, whole.usage.completion_tokens]
    text = "".join([str(choice.delta.content or "") for choice in choices])
    return {
        "whole": {
            "text": whole.choices[0].message.content,
            "reason": whole.choices[0].finish_reason,
            "tokens": tokens,
        },
        "streamed": {
            "text": text,
            "deltas": text,
            "reason": next((choice.finish_reason for choice in choices if choice.finish_reason), None),
            "tokens": [usage.prompt_tokens, usage.completion_tokens] if usage else tokens,
        },
        "tools": _calls(chat.complete(**asked(TOOLS, tools=_TOOLS)).choices[0].message.tool_calls),
        "streamed tools": [made.function.name for made in streamed_tools if made.function.name],
        "missing": error(lambda: chat.complete(**asked(MISSING))),
        "busy": error(lambda: chat.complete(**asked(BUSY))),
        "busy stream": error(lambda: list(chat.stream(**asked(BUSY)))),
    }


run(main)
