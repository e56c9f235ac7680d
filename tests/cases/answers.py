"""Response, stream and error cases: what LiteLLM makes of an answer, and what this library does, on the same terms.

Of a choice the text, the reasoning text, the tool calls and the finish reason count, and the numbers of the usage.  LiteLLM
ends a stream with its usage only if its caller asked for that; where it did not, there is none to compare.  Of a stream that
failed, the kind of failure counts.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import msgspec

from sansio import ChatResponse, Failed
from sansio.types import Choice, Usage
from tests.cases.kinds import kind_of, kind_within
from tests.cases.litellm import Case, answered

Outcome = tuple[object, ...]


def agrees(case: Case) -> bool:
    """Whether both come to the same."""
    return outcome(case) == expected(case)


def outcome(case: Case) -> Outcome:
    """What comes of the case here."""
    ended = answered(case)
    if isinstance(ended, Failed):
        return ("failed", ended.failure.kind)
    with_usage = case["kind"] == "response" or any(chunk.get("usage") for chunk in case["expected"]["chunks"])
    return _response(ended.response, with_usage=with_usage)


def expected(case: Case) -> Outcome:
    """What came of it there."""
    told = case["expected"]
    if (raised := told.get("exception")) is None:
        return _told(told["response"]) if case["kind"] == "response" else _told(_folded(told["chunks"]))
    if case["kind"] == "stream":
        given = case["input"]["provider_stream"]
        kind = kind_within(given.get("sse_chunks") or given.get("aws_event_frames"))
        return ("failed", kind or "truncated")
    return ("failed", kind_of(raised, case["input"]["provider_response"]))


def _response(response: ChatResponse, *, with_usage: bool) -> Outcome:
    choices = tuple(_choice(choice) for choice in response.choices)
    return ("completed", choices, _usage(response.usage) if with_usage else None)


def _choice(choice: Choice) -> Outcome:
    calls = [_call(msgspec.to_builtins(call)) for call in choice.message.tool_calls or ()]
    return choice.message.text, choice.message.reasoning_content or "", calls, choice.finish_reason


def _usage(usage: Usage | None) -> Outcome:
    members: Case = {} if usage is None else msgspec.to_builtins(usage)
    return _counts(members)


def _told(response: Case) -> Outcome:
    choices = tuple(_told_choice(choice) for choice in response["choices"])
    usage = response.get("usage")
    return ("completed", choices, None if usage is None else _counts(usage))


def _told_choice(choice: Case) -> Outcome:
    message = choice["message"]
    calls = [_call(call) for call in message.get("tool_calls") or ()]
    return message.get("content") or "", message.get("reasoning_content") or "", calls, choice["finish_reason"]


def _call(call: Case) -> Outcome:
    """A function's name and arguments, or a custom tool's name and input."""
    if (custom := call.get("custom")) is not None:
        return custom["name"], custom["input"]
    return call["function"]["name"], _arguments(call["function"]["arguments"])


def _arguments(text: str) -> object:
    """Arguments as JSON; none at all are the empty object, and what is no JSON is itself."""
    try:
        return json.loads(text or "{}") or {}
    except ValueError:
        return text


def _counts(usage: Case) -> Outcome:
    """The totals, and those of their parts that are not zero."""
    prompt: Case = usage.get("prompt_tokens_details") or {}
    completion: Case = usage.get("completion_tokens_details") or {}
    written = prompt.get("cache_creation_tokens") or prompt.get("cache_write_tokens")
    parts = (
        prompt.get("cached_tokens"),
        written,
        prompt.get("audio_tokens"),
        completion.get("reasoning_tokens"),
        completion.get("audio_tokens"),
    )
    totals = (usage.get("prompt_tokens"), usage.get("completion_tokens"), usage.get("total_tokens"))
    return *totals, *(part or None for part in parts)


def _folded(chunks: Iterable[Case]) -> Case:
    """LiteLLM's chunks as a response."""
    choices: dict[int, Case] = {}
    usage: Any = None
    for chunk in chunks:
        usage = chunk.get("usage") or usage
        for piece in chunk["choices"]:
            if piece["delta"] or piece.get("finish_reason"):
                _add(choices.setdefault(piece["index"], {"message": {}, "calls": {}, "finish_reason": None}), piece)
    for choice in choices.values():
        choice["message"]["tool_calls"] = list(choice["calls"].values())
    return {"choices": [choices[index] for index in sorted(choices)], "usage": usage}


def _add(choice: Case, piece: Case) -> None:
    delta, message = piece["delta"], choice["message"]
    for name in ("content", "reasoning_content"):
        message[name] = message.get(name, "") + (delta.get(name) or "")
    for fragment in delta.get("tool_calls") or ():
        function = choice["calls"].setdefault(fragment["index"], {"function": {"name": "", "arguments": ""}})[
            "function"
        ]
        function["name"] += fragment["function"].get("name") or ""
        function["arguments"] += fragment["function"].get("arguments") or ""
    choice["finish_reason"] = piece.get("finish_reason") or choice["finish_reason"]
