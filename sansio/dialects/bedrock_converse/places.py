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


def place(body: Block, parameters: Parameters, *, has_schema: bool) -> None:
    """Put the parameters where they stand in the body; *has_schema* says that the model takes one for its answer."""
    left = parameters.left
    _place_format(body, parameters, has_schema=has_schema)
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


def _place_format(body: Block, parameters: Parameters, *, has_schema: bool) -> None:
    wanted = parameters.take("response_format")
    if isinstance(wanted, JsonSchemaFormat) and has_schema and wanted.json_schema.schema is not None:
        put(body, "outputConfig.textFormat", _text_format(wanted.json_schema))
    elif wanted is not None and not isinstance(wanted, TextFormat):
        whose = "API" if has_schema else "model"
        parameters.losses.drop("response_format", f"the {whose} does not take it")


def _text_format(schema: JsonSchema) -> Block:
    """The schema is JSON within JSON; the model is always held to it, so `strict` says nothing."""
    members: Block = {"schema": msgspec.json.encode(schema.schema).decode(), "name": schema.name}
    if schema.description is not None:
        members["description"] = schema.description
    return {"type": "json_schema", "structure": {"jsonSchema": {**members, **(schema.extra or {})}}}


def make_room(left: Block, tools: Block | None, losses: Losses) -> None:
    """Drop what the API refuses beside a budget to think with."""
    why = "the model does not take it while it thinks"
    top_p = left.get("top_p")
    refused = {
        "temperature": left.get("temperature", 1) != 1,
        "top_k": "top_k" in left,
        "top_p": isinstance(top_p, int | float) and top_p < _LEAST_TOP_P,
    }
    for name in [name for name, is_refused in refused.items() if is_refused]:
        del left[name]
        losses.drop(name, why)
    if tools is not None and tools.get("toolChoice", _AUTO) != _AUTO:
        del tools["toolChoice"]
        losses.drop("tool_choice", why)


def merged(body: Block, extra: Extra | None) -> Block:
    """The body with the caller's own members; where both have an object, the caller's members go into it."""
    whole = dict(body)
    for name, raw in (extra or {}).items():
        ours = body.get(name)
        is_both = isinstance(ours, dict) and bytes(raw).lstrip()[:1] == b"{"
        whole[name] = {**cast("Block", ours), **decode_members(raw)} if is_both else raw
    return whole
