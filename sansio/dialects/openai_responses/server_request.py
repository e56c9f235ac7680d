"""The server's way in: the bytes of a request to a ChatRequest, with every unknown member kept.

https://platform.openai.com/docs/api-reference/responses/create.  What the client sends is data: a request that cannot be
read becomes a Failure, worded for its sender.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final

import msgspec
from msgspec import Raw

from ...errors import Failure
from ...http import Headers
from ...types import ChatRequest, Extra, Message, StreamOptions, system, user
from ..inbound import read_request
from ..openai_chat.server_request import WORDS
from ..shapes import reader_of, shape
from .fields import Fields, build, each, read_text, reads
from .request import LOGPROBS, SAME
from .server_input import read_conversation
from .server_tools import read_choice, read_format, read_tool

PATH: Final = "/responses"

_FIELDS: Final = {field.name: field for field in msgspec.structs.fields(ChatRequest)}
_SAME: Final = {name: reader_of(_FIELDS[name].type) for name in SAME}
_read_count: Final = reads(int)
_read_flag: Final = reads(bool)
_read_names: Final = reads(list[str])
_read_tools: Final = partial(each, read_tool)
_read_stream_options: Final = shape(StreamOptions)


def decode_request(method: str, path: str, headers: Headers, body: bytes, ending: str = PATH) -> ChatRequest | Failure:
    """The request in *body*, or why there is none: a Failure with the status to answer, never an exception.

    *path* may have any prefix before *ending*, and a query.  `instructions` are the first message.  Unknown members of the
    request, its messages, parts and tools are in their `extra`, those of the assistant's texts and calls in their state;
    items, parts, tools and tool choices of an unknown type are Opaque.  `stream` is kept.
    """
    return read_request((method, path), ending, headers, body, _read_request, words=WORDS)


def _read_request(raw: Raw) -> ChatRequest:
    fields = Fields(raw)
    given: dict[str, object] = {name: fields.take(name, read) for name, read in _SAME.items()}
    given |= {
        "max_completion_tokens": fields.take("max_output_tokens", _read_count),
        "stream": fields.take("stream", _read_flag),
        "stream_options": fields.take("stream_options", _read_stream_options),
        "tool_choice": fields.take("tool_choice", read_choice),
        "tools": fields.take("tools", _read_tools),
        "logprobs": True if LOGPROBS in (include := fields.take("include", _read_names) or []) else None,
    }
    left: dict[str, object] = {"include": [name for name in include if name != LOGPROBS]}
    for name, read in _OBJECTS.items():
        if (found := fields.take(name, read)) is not None:
            parameters, left[name] = found
            given |= parameters
    model, messages = fields.need("model", read_text), _read_messages(fields)
    fields.left |= {name: Raw(msgspec.json.encode(value)) for name, value in left.items() if value}
    parameters = {name: value for name, value in given.items() if value is not None}
    return build(ChatRequest, {**parameters, "model": model, "messages": messages, "extra": fields.rest()})


def _read_messages(fields: Fields) -> str | Sequence[Message]:
    instructions, given = fields.take("instructions", read_text), fields.take("input", _read_input)
    if instructions is None:
        return [] if given is None else given
    return [system(instructions), *([user(given)] if isinstance(given, str) else given or ())]


def _read_input(raw: Raw) -> str | Sequence[Message]:
    return read_text(raw) if bytes(raw)[:1] == b'"' else read_conversation(raw)


def _read_text_object(raw: Raw) -> tuple[Mapping[str, object], Extra | None]:
    fields = Fields(raw)
    found = {"response_format": fields.take("format", read_format), "verbosity": fields.take("verbosity", read_text)}
    return found, fields.rest()


def _read_reasoning(raw: Raw) -> tuple[Mapping[str, object], Extra | None]:
    fields = Fields(raw)
    return {"reasoning_effort": fields.take("effort", read_text)}, fields.rest()


# Objects that hold parameters: what is left of them stays in the request's extra.
_OBJECTS: Final = {"reasoning": _read_reasoning, "text": _read_text_object}
