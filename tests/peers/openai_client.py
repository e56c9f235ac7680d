"""Calls of OpenAI's Python client, run by `test_openai_python` in another environment: prints what it saw as JSON."""

from __future__ import annotations

import asyncio
import inspect
import json
import sys
from importlib import import_module
from typing import Any

openai: Any = import_module("openai")
MESSAGES = [{"role": "user", "content": "hi"}]
TOOLS = [
    {"type": "function", "function": {"name": name, "parameters": {"type": "object"}}} for name in ("weather", "time")
]


async def _done(value: Any) -> Any:
    """The value of either client's method."""
    return await value if inspect.isawaitable(value) else value


async def _chunks(stream: Any) -> list[Any]:
    """Every chunk of either client's stream."""
    return [chunk async for chunk in stream] if hasattr(stream, "__aiter__") else list(stream)


async def _create(client: Any, **parameters: Any) -> Any:
    return await _done(client.chat.completions.create(**{"model": "double", "messages": MESSAGES, **parameters}))


async def _streamed(client: Any) -> dict[str, Any]:
    stream = await _create(client, stream=True, stream_options={"include_usage": True})
    chunks = await _chunks(stream)
    choices = [choice for chunk in chunks for choice in chunk.choices]
    return {
        "text": "".join([choice.delta.content or "" for choice in choices]),
        "reason": next((choice.finish_reason for choice in choices if choice.finish_reason), None),
        "tokens": next((chunk.usage.total_tokens for chunk in chunks if chunk.usage), None),
    }


async def _streamed_tools(client: Any) -> list[list[str]]:
    calls: dict[int, list[str]] = {}
    for chunk in await _chunks(await _create(client, tools=TOOLS, stream=True)):
        for choice in chunk.choices:
            for delta in choice.delta.tool_calls or ():
                call = calls.setdefault(delta.index, ["", ""])
                call[0] += delta.function.name or ""
                call[1] += delta.function.arguments or ""
    return list(calls.values())


async def _error(client: Any, model: str) -> list[Any]:
    try:
        await _create(client, model=model)
    except openai.APIStatusError as exc:
        return [type(exc).__name__, exc.status_code, exc.code]
    return []


async def _cut(client: Any) -> dict[str, Any]:
    try:
        chunks = await _chunks(await _create(client, model="cut", stream=True))
    except openai.OpenAIError as exc:
        return {"reason": None, "raised": type(exc).__name__}
    reasons = [choice.finish_reason for chunk in chunks for choice in chunk.choices if choice.finish_reason]
    return {"reason": next(iter(reasons), None), "raised": None}


async def main(url: str, kind: str) -> None:
    """Make the calls with the synchronous or the asynchronous client."""
    make = openai.OpenAI if kind == "sync" else openai.AsyncOpenAI
    client = make(api_key="none needed", base_url=url, max_retries=0)
    whole = await _create(client)
    tools = await _create(client, tools=TOOLS)
    models = await _done(client.models.list())
    seen = {
        "whole": {
            "text": whole.choices[0].message.content,
            "reason": whole.choices[0].finish_reason,
            "tokens": whole.usage.total_tokens,
        },
        "streamed": await _streamed(client),
        "tools": [[call.function.name, call.function.arguments] for call in tools.choices[0].message.tool_calls],
        "streamed tools": await _streamed_tools(client),
        "models": [model.id for model in models.data],
        "missing": await _error(client, "missing"),
        "busy": await _error(client, "busy"),
        "cut": await _cut(client),
    }
    json.dump(seen, sys.stdout)
    await _done(client.close())


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
