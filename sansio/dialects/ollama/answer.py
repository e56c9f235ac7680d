"""The lines of an answer, which is one of them where it is not streamed: https://github.com/ollama/ollama/blob/main/docs/api.md."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec
from msgspec import Raw

from ...types import Choice, ToolCall, Usage
from ..calls import arguments_of, object_of

_NATIVE: Final = frozenset({"length", "load", "stop", "unload"})
_SPACED: Final = bytes.maketrans(b"\r\n", b"  ")


class Names(msgspec.Struct, frozen=True):
    """What stands on every line: the model, and the Unix time."""

    model: str = ""
    created: int = 0


def line(names: Names, message: dict[str, object], end: dict[str, object] | None = None) -> bytes:
    """A line; the last one has an *end*."""
    members = {
        "model": names.model,
        "created_at": _date(names.created),
        "message": {"role": "assistant", "content": "", **message},
        **(end or {}),
        "done": end is not None,
    }
    return msgspec.json.encode(members).translate(_SPACED) + b"\n"


def end(reason: str | None, native: str | None, usage: Usage | None) -> dict[str, object]:
    """The members of the last line; what is not known is not there."""
    members: dict[str, object] = {}
    if reason is not None:
        known = "stop" if reason == "tool_calls" else reason
        members["done_reason"] = native if native in _NATIVE else known
    if usage is not None:
        counts = {"prompt_eval_count": usage.prompt_tokens, "eval_count": usage.completion_tokens}
        members |= {name: count for name, count in counts.items() if count is not None}
    return members


def calls_json(calls: Sequence[ToolCall]) -> list[dict[str, object]]:
    """Calls, each whole.  Arguments that are no object stand there as the text that the model wrote."""
    return [
        {
            **({} if call.native_id is None else {"id": call.native_id}),
            "function": {"index": index, "name": call.name, "arguments": _arguments(arguments_of(call))},
        }
        for index, call in enumerate(calls)
    ]


def whole(names: Names, choice: Choice, usage: Usage | None) -> bytes:
    """All of an answer in one line."""
    message, logprobs = choice.message, choice.logprobs
    text = message.text + (message.refusal or "")
    given = {"content": text, "thinking": message.reasoning_content, "tool_calls": calls_json(message.tool_calls or ())}
    ending = end(choice.finish_reason, choice.native_finish_reason, usage)
    if logprobs is not None:
        ending["logprobs"] = logprobs.content
    return line(names, {name: value for name, value in given.items() if value}, ending)


def _arguments(arguments: str) -> Raw | str:
    whole = object_of(arguments)
    return arguments if whole is None else whole


def _date(created: int) -> str:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(created, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
