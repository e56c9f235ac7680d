"""The structs that lines and answers are decoded into: wide, with only the fields that are read.

https://github.com/ollama/ollama/blob/main/docs/api.md
"""

from __future__ import annotations

from typing import Final

import msgspec
from msgspec import Raw

from ...types import TokenLogprob

DIALECT: Final = "ollama"


class FunctionPiece(msgspec.Struct, gc=False):
    """A function's name and its arguments, an object; a text is arguments that are none."""

    name: str | None = None
    arguments: Raw = Raw(b"{}")


class CallPiece(msgspec.Struct, gc=False):
    """A tool call, which comes whole; newer servers give it an id."""

    id: str | None = None
    function: FunctionPiece | None = None


class MessagePiece(msgspec.Struct, gc=False):
    """A message or a delta of one."""

    content: str | None = None
    thinking: str | None = None
    tool_calls: list[CallPiece] | None = None


class Line(msgspec.Struct, gc=False):
    """A line, or a whole answer; the reason and the counts are on the last."""

    message: MessagePiece | None = None
    done: bool | None = None
    error: object = None
    logprobs: list[TokenLogprob] | None = None
    model: str | None = None
    created_at: str | None = None
    done_reason: str | None = None
    prompt_eval_count: int | None = None
    eval_count: int | None = None


decode_line: Final = msgspec.json.Decoder(Line).decode
