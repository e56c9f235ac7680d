"""A ChatRequest as the body of `POST /api/chat`.

https://github.com/ollama/ollama/blob/main/docs/api.md#generate-a-chat-completion.  What the API has and the request does
not goes through `extra`: `keep_alive`, and further members of `options` (`num_ctx`), which stand beside the request's own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, cast

import msgspec
from msgspec import Raw

from ...errors import LocalProtocolError
from ...types import (
    ChatRequest,
    FunctionTool,
    JsonObjectFormat,
    JsonSchemaFormat,
    Opaque,
    Thinking,
    Tool,
)
from ..body import json_body
from ..codec import Encoded, Terms, native_model, path_of
from ..extras import with_extra
from ..lenient import REFUSALS
from ..losses import Losses
from ..narrowing import narrowed
from ..parameters import Parameters, apply_rules
from .messages import MessageEncoder
from .wire import DIALECT

# Canonical name -> the member of `options`.
OPTIONS: Final[dict[str, str]] = {
    "temperature": "temperature",
    "top_p": "top_p",
    "top_k": "top_k",
    "min_p": "min_p",
    "seed": "seed",
    "presence_penalty": "presence_penalty",
    "frequency_penalty": "frequency_penalty",
    "repetition_penalty": "repeat_penalty",
}
_EFFORTS: Final[dict[object, bool | str]] = {
    "none": False,
    "low": "low",
    "medium": "medium",
    "high": "high",
    "max": "max",
}
_NEAREST: Final[dict[object, str]] = {"minimal": "low", "xhigh": "max"}

_members = msgspec.json.Decoder(dict[str, Raw]).decode


def encode_request(request: ChatRequest, terms: Terms) -> Encoded:
    """The body and what it loses.  `stream` is always said, since servers stream unless they are told not to."""
    losses = Losses(DIALECT)
    model = native_model(request.model, terms.provider)
    parameters = Parameters(request, losses)
    apply_rules(parameters.left, model, terms.provider, losses)
    extra = dict(request.extra or {})
    options = {**_options(parameters), **_further(extra.pop("options", None))}
    members: dict[str, object] = {
        "model": model,
        "messages": MessageEncoder(losses).messages(request.conversation),
        "stream": terms.stream,
        "logprobs": parameters.take("logprobs"),
        "top_logprobs": parameters.take("top_logprobs"),
        "options": options or None,
        **_format(parameters),
        **_think(parameters),
        **_tools(parameters),
    }
    parameters.lose_rest("the API has no such parameter")
    body = json_body({name: value for name, value in members.items() if value is not None}, extra)
    path = path_of(terms, "ollama_chat", "/api/chat", model)
    return Encoded(path, body, tuple(losses.found), accept="application/x-ndjson" if terms.stream else None)


def _options(parameters: Parameters) -> dict[str, object]:
    options = {own: parameters.take(name) for name, own in OPTIONS.items()}
    stop = parameters.take("stop")
    options["stop"] = [stop] if isinstance(stop, str) else stop
    options["num_predict"] = parameters.take_limit()
    return {name: value for name, value in options.items() if value is not None}


def _further(options: Raw | None) -> Mapping[str, object]:
    """The options that the caller adds."""
    try:
        return {} if options is None else _members(options)
    except REFUSALS as exc:
        raise LocalProtocolError(f"extra['options'] is no JSON object: {exc}") from exc


def _format(parameters: Parameters) -> dict[str, object]:
    """The form of the answer; a schema binds, and has neither a name nor a description."""
    match parameters.take("response_format"):
        case JsonObjectFormat():
            return {"format": "json"}
        case JsonSchemaFormat(json_schema=schema):
            if schema.description is not None:
                parameters.losses.drop("response_format.json_schema.description", "the API takes the bare schema")
            return {"format": "json" if schema.schema is None else schema.schema}
        case _:
            return {}


def _think(parameters: Parameters) -> dict[str, object]:
    losses = parameters.losses
    thinking, effort = parameters.take("thinking"), parameters.take("reasoning_effort")
    if isinstance(thinking, Thinking):
        if thinking.type not in {"enabled", "disabled"}:
            losses.approximate("thinking.type", "the API has thinking on or off")
        for name in ("budget_tokens", "display"):
            if getattr(thinking, name) is not None:
                losses.drop(f"thinking.{name}", "the API has nothing like it")
        level = None if thinking.type == "disabled" else effort
        if effort is not None and level is None:
            losses.drop("reasoning_effort", "thinking says otherwise")
        return {"think": thinking.type != "disabled"} if level is None else _effort(level, losses)
    return {} if effort is None else _effort(effort, losses)


def _effort(effort: object, losses: Losses) -> dict[str, object]:
    if effort in _NEAREST:
        losses.approximate("reasoning_effort", f"the nearest level is {_NEAREST[effort]}")
        effort = _NEAREST[effort]
    return {"think": _EFFORTS.get(effort, effort)}


def _tools(parameters: Parameters) -> dict[str, object]:
    """The tools that the choice leaves; that one of them must be called cannot be said."""
    losses = parameters.losses
    given, choice = parameters.take("tools"), parameters.take("tool_choice")
    if isinstance(choice, Opaque):
        losses.own(choice, "tool_choice")
    left, mode = narrowed(cast("Sequence[Tool]", given or ()), choice)
    if mode == "none":
        return {}
    if mode != "auto":
        losses.approximate("tool_choice", "the API cannot make the model call a tool")
    wire = [encoded for n, tool in enumerate(left) if (encoded := _tool(tool, f"tools[{n}]", losses)) is not None]
    return {"tools": wire} if wire else {}


def _tool(tool: Tool, path: str, losses: Losses) -> object:
    if isinstance(tool, Opaque):
        own = losses.own(tool, path)
        return own and own.raw
    if not isinstance(tool, FunctionTool):
        losses.drop(path, "the API has functions only")
        return None
    losses.omit_marks(tool, path)
    if tool.function.strict:
        losses.drop(f"{path}.function.strict", "the API does not hold the model to it")
    function = msgspec.structs.replace(tool.function, strict=None)
    return with_extra(msgspec.structs.replace(tool, function=function, cache_control=None))
