"""What the benchmark's server says and its clients ask: plain data, the same for every contender."""

from __future__ import annotations

import json
from typing import Any

EVENTS = 2000  # text events of one stream
HELD_EVENTS = 20  # of one of many concurrent streams: the first comes at once, the others on release
PIECE = 5  # characters of each
TEXT = EVENTS * PIECE
HELD_TEXT = HELD_EVENTS * PIECE
UNARY_TEXT = 600
PARSED_EVENTS = 10_000

_NAMES = {
    "id": "chatcmpl-Bx7vQ2nJd0YH1wZkqmT3sLr9PfAe5",
    "object": "chat.completion.chunk",
    "created": 1764547200,
    "model": "gpt-4o-2024-08-06",
    "service_tier": "default",
    "system_fingerprint": "fp_cbf1785567",
}
_USAGE = {"prompt_tokens": 20, "completion_tokens": EVENTS, "total_tokens": EVENTS + 20}


def _event(**members: object) -> bytes:
    return b"data: " + json.dumps({**_NAMES, **members}, separators=(",", ":")).encode() + b"\n\n"


def _choice(delta: dict[str, str], reason: str | None = None) -> list[dict[str, object]]:
    return [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}]


def text(number: int) -> str:
    """A piece of text; neighbours differ, because LiteLLM ends a stream that repeats itself."""
    return f" w{number % 1000:03}"


def events(count: int) -> list[bytes]:
    """A stream as its server-sent events: the role, *count* pieces of text, the reason, the usage and the marker."""
    return [
        _event(choices=_choice({"role": "assistant", "content": ""})),
        *[_event(choices=_choice({"content": text(number)})) for number in range(count)],
        _event(choices=_choice({}, "stop")),
        _event(choices=[], usage=_USAGE),
        b"data: [DONE]\n\n",
    ]


def unary() -> bytes:
    """A whole answer of about 1 KB."""
    message: dict[str, object] = {"role": "assistant", "content": "x" * UNARY_TEXT, "refusal": None, "annotations": []}
    choice: dict[str, object] = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
    return json.dumps({**_NAMES, "object": "chat.completion", "choices": [choice], "usage": _USAGE}).encode()


def question() -> list[dict[str, Any]]:
    """A conversation of one short message."""
    return [{"role": "user", "content": "Why is the sky blue?"}]


def conversation() -> list[dict[str, Any]]:
    """Fifty messages of an agent at work, tool calls and their results among them; with the tools about 35 KB."""
    messages: list[dict[str, Any]] = [{"role": "system", "content": "You are a careful assistant. " * 20}]
    for turn in range(12):
        call = {"name": f"tool_{turn % 8}", "arguments": json.dumps({"query": f"turn {turn} " * 12, "limit": turn})}
        messages += [
            {"role": "user", "content": f"Question {turn}: " + "what do the records say about it? " * 18},
            {
                "role": "assistant",
                "content": None,
                "tool_calls": [{"id": f"call_{turn}", "type": "function", "function": call}],
            },
            {
                "role": "tool",
                "tool_call_id": f"call_{turn}",
                "content": f"Result {turn}: " + "a line of a record. " * 44,
            },
            {"role": "assistant", "content": f"Answer {turn}: " + "the records say the following. " * 20},
        ]
    return [*messages, {"role": "user", "content": "Sum it up."}]


def tools() -> list[dict[str, Any]]:
    """Eight function tools."""
    properties = {
        "query": {"type": "string", "description": "What to look for, in plain words."},
        "limit": {"type": "integer", "description": "How many records to return at most.", "minimum": 1},
        "order": {"type": "string", "enum": ["newest", "oldest", "best"]},
    }
    parameters = {"type": "object", "properties": properties, "required": ["query"], "additionalProperties": False}
    return [
        {
            "type": "function",
            "function": {
                "name": f"tool_{number}",
                "description": f"Search collection {number} of the archive and return matching records.",
                "parameters": parameters,
            },
        }
        for number in range(8)
    ]
