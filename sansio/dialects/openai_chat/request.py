"""A ChatRequest as the body of `POST /chat/completions`: https://platform.openai.com/docs/api-reference/chat/create.

The canonical names are the wire's, so most of a request is encoded by msgspec as it is; only what goes beyond the API, and
what the provider's quirks name, is rewritten here, and what cannot be sent is a loss.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final, cast

import msgspec
from msgspec import UNSET

from ...errors import LocalProtocolError
from ...types import ChatRequest, Loss, ModelRule, Opaque, Provider, StreamOptions
from ..codec import Encoded, Terms, native_model
from .extras import with_extra
from .messages import Rewriter

# Values that change nothing: a model that refuses the parameter answers the same without it.
_DEFAULTS: Final[dict[str, object]] = {
    "frequency_penalty": 0,
    "logprobs": False,
    "presence_penalty": 0,
    "temperature": 1,
    "top_p": 1,
}
_FOR_TOOLS: Final = ("tool_choice", "parallel_tool_calls")  # without tools OpenAI answers 400


def encode_request(request: ChatRequest, terms: Terms) -> Encoded:
    """The body and what it loses.  `stream` follows the terms; of a stream usage is asked for, unless the caller chose."""
    quirks = terms.provider.quirks
    rewriter = Rewriter(quirks)
    losses = rewriter.losses
    members = {name: value for name, value in msgspec.structs.asdict(request).items() if value is not UNSET}
    extra = members.pop("extra")
    members["model"] = model = native_model(request.model, terms.provider)
    members["messages"] = rewriter.messages(request.conversation)
    for name in ("functions", "response_format"):
        if name in members:
            members[name] = _wire(members[name])
    if request.tools:
        members["tools"] = rewriter.tools(request.tools)
    if isinstance(request.tool_choice, Opaque):
        members["tool_choice"] = rewriter.opaque(request.tool_choice, "tool_choice")
    for name in ("tools", "tool_choice"):
        if not members.get(name, True):  # nothing is left of it, and the API refuses an empty list
            del members[name]
    _switch_stream(members, stream=terms.stream, usage_switch=quirks.usage_switch)
    if not members.get("tools") and not members.get("functions"):
        for name in _FOR_TOOLS:
            if members.pop(name, None) is not None:
                losses.append(Loss(name, "dropped", "it needs tools"))
    _apply_quirks(members, model, terms.provider, losses)
    try:
        body = msgspec.json.encode(members if extra is None else {**members, **extra})
    except (TypeError, ValueError, OverflowError, RecursionError) as exc:
        raise LocalProtocolError(f"the request is no JSON: {exc}") from exc
    return Encoded("/chat/completions", body, tuple(losses))


def _switch_stream(members: dict[str, object], *, stream: bool, usage_switch: bool) -> None:
    """The verb decides whether the wire streams; `stream_options` is refused where it does not."""
    options = members.pop("stream_options", None)
    members.pop("stream", None)
    if not stream:
        return
    members["stream"] = True
    options = options if isinstance(options, StreamOptions) else StreamOptions()
    if usage_switch and options.include_usage is None:
        options = msgspec.structs.replace(options, include_usage=True)
    if options != StreamOptions():
        members["stream_options"] = options if options.extra is None else with_extra(options)


def _wire(value: object) -> object:
    if isinstance(value, list | tuple):
        return [_wire(item) for item in cast("Sequence[object]", value)]
    return with_extra(value) if isinstance(value, msgspec.Struct) else value


@lru_cache(maxsize=256)  # each pattern is looked up and tried only for the first request to a model
def _first_match(patterns: tuple[str, ...], model: str) -> int | None:
    return next((position for position, pattern in enumerate(patterns) if re.fullmatch(pattern, model)), None)


_NO_RULE: Final = ModelRule(pattern="")


def _apply_quirks(members: dict[str, object], model: str, provider: Provider, losses: list[Loss]) -> None:
    """Rename and drop parameters as the provider's and the model's rules say."""
    quirks = provider.quirks
    matching = _first_match(tuple([rule.pattern for rule in quirks.models]), model)
    rule = _NO_RULE if matching is None else quirks.models[matching]
    for old, new in (*quirks.renamed.items(), *rule.renamed.items()):
        if old in members:
            value = members.pop(old)
            if members.setdefault(new, value) != value:
                losses.append(Loss(old, "dropped", f"{new} says otherwise"))
    forbidden = quirks.forbidden
    if rule.lifted_by is None or members.get("reasoning_effort") != rule.lifted_by:
        forbidden |= rule.forbidden
    for name in sorted(members.keys() & forbidden):
        value = members.pop(name)
        if value is not None and value != _DEFAULTS.get(name):
            who = provider.name if name in quirks.forbidden else model
            losses.append(Loss(name, "dropped", f"{who} does not take it"))
