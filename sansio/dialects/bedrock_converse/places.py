"""Where the parameters stand in Converse's body, and what has to be said in another way there.

https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_InferenceConfiguration.html and .../API_runtime_OutputConfig.html
"""

from __future__ import annotations

from typing import Final, cast

import msgspec

from ...types import Extra, JsonSchema, JsonSchemaFormat, TextFormat
from ..losses import Losses
from ..parameters import Parameters
from .content import Block
from .reasoning import Reasoning
from .wire import decode_members

# The place of each parameter.  A rule may rename one to another place, written in this way.
_PLACES: Final = {
    "max_tokens": "inferenceConfig.maxTokens",
    "metadata": "requestMetadata",
    "service_tier": "serviceTier.type",
    "stop": "inferenceConfig.stopSequences",
    "temperature": "inferenceConfig.temperature",
    "top_k": "additionalModelRequestFields.top_k",
    "top_p": "inferenceConfig.topP",
}
_TIERS: Final = {
    "auto": "default",
    "default": "default",
    "flex": "flex",
    "priority": "priority",
    "reserved": "reserved",
}
_HOTTEST: Final = 1.0
_LEAST_TOP_P: Final = 0.95  # of a model that thinks within a budget
_AUTO: Final[Block] = {"auto": {}}


def put(body: Block, place: str, value: object) -> None:
    """Put a value where the names in *place*, with dots between them, lead."""
    *owners, member = place.split(".")
    for owner in owners:
        body = cast("Block", body.setdefault(owner, {}))
    body[member] = value


def place(body: Block, parameters: Parameters, lacks: frozenset[str]) -> None:
    """Put the parameters where they stand in the body of a model that *lacks* so much."""
    left = parameters.left
    _place_format(body, parameters, lacks)
    if isinstance(stop := left.get("stop"), str):
        left["stop"] = [stop]
    if isinstance(heat := left.get("temperature"), int | float) and heat > _HOTTEST:
        left["temperature"] = _HOTTEST
        parameters.losses.approximate("temperature", "the API takes at most 1")
    if (tier := parameters.take("service_tier")) in _TIERS:
        left["service_tier"] = _TIERS[str(tier)]
    elif tier is not None:
        parameters.losses.drop("service_tier", f"the API has no tier {tier!r}")
    for name in list(left):
        if where := _PLACES.get(name) or (name if "." in name else None):
            put(body, where, left.pop(name))


def _place_format(body: Block, parameters: Parameters, lacks: frozenset[str]) -> None:
    losses = parameters.losses
    match parameters.take("response_format"):
        case None | TextFormat():
            return
        case JsonSchemaFormat(schema) if "json_schema" not in lacks and schema.schema is not None:
            put(body, "outputConfig.textFormat", _text_format(schema))
        case JsonSchemaFormat():
            losses.drop("response_format", "the model has no structured output; schema_as_tool lets a tool stand in")
        case _:
            losses.drop("response_format", "the API has no JSON mode; ask for JSON in the prompt, or give a schema")


def _text_format(schema: JsonSchema) -> Block:
    """The schema is JSON within JSON; the model is always held to it, so `strict` says nothing."""
    members: Block = {"schema": msgspec.json.encode(schema.schema).decode(), "name": schema.name}
    if schema.description is not None:
        members["description"] = schema.description
    return {"type": "json_schema", "structure": {"jsonSchema": {**members, **(schema.extra or {})}}}


def make_room(left: Block, tools: Block, thoughts: Reasoning, lacks: frozenset[str], losses: Losses) -> None:
    """Drop what the model refuses together: a tool that must be called, and sampling, beside thinking."""
    forced = tools.get("toolChoice", _AUTO) != _AUTO
    if forced and (
        "forced_tools" in lacks or thoughts.has_budget or (thoughts.thinks and "forced_while_thinking" in lacks)
    ):
        del tools["toolChoice"]
        losses.approximate("tool_choice", "the model cannot be made to call a tool")
    top_p = left.get("top_p", 1)
    if thoughts.thinks:
        refused = {
            "temperature": left.get("temperature", 1) != 1,
            "top_k": "top_k" in left,
            "top_p": isinstance(top_p, int | float) and top_p < _LEAST_TOP_P,
        }
        for name in [name for name, is_refused in refused.items() if is_refused]:
            del left[name]
            losses.drop(name, "the model does not take it while it thinks")
    if "two_samplings" in lacks and {"temperature", "top_p"} <= left.keys():
        del left["top_p"]
        losses.drop("top_p", "the model takes it or a temperature")


def merged(body: Block, extra: Extra | None) -> Block:
    """The body with the caller's own members; where both have an object, the caller's members go into it."""
    whole = dict(body)
    for name, raw in (extra or {}).items():
        ours = body.get(name)
        is_both = isinstance(ours, dict) and bytes(raw).lstrip()[:1] == b"{"
        whole[name] = {**cast("Block", ours), **decode_members(raw)} if is_both else raw
    return whole
