"""A ChatRequest as the body of `POST /v2/chat`: https://docs.cohere.com/reference/chat.

What the API has and the request does not (`documents`, `citation_options`, `safety_mode`, `priority`) goes through `extra`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from ...types import ChatRequest, JsonObjectFormat, JsonSchemaFormat, Thinking
from ..body import json_body
from ..codec import Encoded, Terms, native_model, path_of
from ..ids import with_own_ids
from ..losses import Losses
from ..parameters import Parameters, apply_rules
from .messages import MessageEncoder
from .tools import encode_tools
from .wire import DIALECT

# Canonical name -> the API's; the value is the same.
_SAME: Final[dict[str, str]] = {
    "temperature": "temperature",
    "top_k": "k",
    "seed": "seed",
    "logprobs": "logprobs",
}
# Canonical name -> the API's, and the range that it takes.
_RANGES: Final[dict[str, tuple[str, float, float]]] = {
    "top_p": ("p", 0.01, 0.99),
    "frequency_penalty": ("frequency_penalty", 0.0, 1.0),
    "presence_penalty": ("presence_penalty", 0.0, 1.0),
}
_EFFORTS: Final = frozenset({"minimal", "low", "medium", "high", "xhigh", "max"})


def encode_request(request: ChatRequest, terms: Terms) -> Encoded:
    """The body and what it loses.  `stream` follows the terms; its end always has the usage."""
    losses = Losses(DIALECT)
    model = native_model(request.model, terms.provider)
    parameters = Parameters(request, losses)
    rule = apply_rules(parameters.left, model, terms.provider, losses)
    members: dict[str, object] = {
        "model": model,
        "messages": MessageEncoder(losses).messages(with_own_ids(request.conversation)),
    }
    if terms.stream:
        members["stream"] = True
    members |= _sampling(parameters) | encode_tools(parameters) | _thinking(parameters, rule.budgets)
    beside = [name for name in ("tools", "documents") if name in members or name in (request.extra or {})]
    members |= _format(parameters, beside)
    parameters.lose_rest("the API has no such parameter")
    body = json_body(members, request.extra)
    return Encoded(path_of(terms, "cohere_chat", "/v2/chat", model), body, tuple(losses.found))


def _sampling(parameters: Parameters) -> dict[str, object]:
    members = {own: parameters.take(name) for name, own in _SAME.items()}
    for name, (own, low, high) in _RANGES.items():
        members[own] = _within(name, parameters, low, high)
    stop = parameters.take("stop")
    members["stop_sequences"] = [stop] if isinstance(stop, str) else stop
    members["max_tokens"] = parameters.take_limit()
    return {name: value for name, value in members.items() if value is not None}


def _within(name: str, parameters: Parameters, low: float, high: float) -> object:
    """The nearest number in the range; none where a penalty is to be a reward."""
    number = parameters.take(name)
    if not isinstance(number, int | float) or low <= number <= high:
        return number
    if number < 0:
        parameters.losses.drop(name, f"the API takes {low} to {high}")
        return None
    parameters.losses.approximate(name, f"the API takes {low} to {high}")
    return low if number < low else high


def _thinking(parameters: Parameters, budgets: Mapping[str, int]) -> dict[str, object]:
    thinking, effort = parameters.take("thinking"), parameters.take("reasoning_effort")
    if not isinstance(thinking, Thinking):
        return _effort(effort, budgets, parameters.losses)
    if effort is not None:
        parameters.losses.drop("reasoning_effort", "thinking says how much")
    if thinking.display is not None:
        parameters.losses.drop("thinking.display", "the API always shows it")
    if thinking.type == "adaptive":
        parameters.losses.approximate("thinking.type", "the API has enabled and disabled")
    budget = {} if thinking.budget_tokens is None else {"token_budget": thinking.budget_tokens}
    type_ = "enabled" if thinking.type == "adaptive" else thinking.type
    return {"thinking": {"type": type_, **budget, **(thinking.extra or {})}}


def _effort(effort: object, budgets: Mapping[str, int], losses: Losses) -> dict[str, object]:
    """An effort is a budget where the model has one for it, and else no more than that it thinks."""
    if isinstance(effort, str) and (budget := budgets.get(effort)) is not None:
        return {"thinking": {"type": "enabled", "token_budget": budget}}
    if effort in _EFFORTS:
        losses.approximate("reasoning_effort", "the API has thinking on or off, and budgets")
        return {"thinking": {"type": "enabled"}}
    if effort not in {None, "none"}:
        losses.drop("reasoning_effort", "the API has no such effort")
    return {"thinking": {"type": "disabled"}} if effort == "none" else {}


def _format(parameters: Parameters, beside: Sequence[str]) -> dict[str, object]:
    """The form of the answer; a schema's name and its strictness say nothing here, since it always binds."""
    match parameters.take("response_format"):
        case JsonObjectFormat():
            wire: dict[str, object] = {"type": "json_object"}
        case JsonSchemaFormat(json_schema=schema):
            if schema.description is not None:
                parameters.losses.drop("response_format.json_schema.description", "the API takes the bare schema")
            wire = {"type": "json_object"}
            if schema.schema is not None:
                wire["json_schema"] = schema.schema
        case _:
            return {}
    if beside:
        parameters.losses.drop("response_format", f"the API takes none beside {beside[0]}")
        return {}
    return {"response_format": wire}
