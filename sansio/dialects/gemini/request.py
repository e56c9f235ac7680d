"""A ChatRequest as the body of generateContent: https://ai.google.dev/api/generate-content#request-body."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec
from msgspec import Raw

from ...errors import LocalProtocolError
from ...http import Headers
from ...types import ChatRequest
from ..codec import Encoded, Terms, native_model
from ..lenient import REFUSALS
from ..losses import Losses
from ..parameters import Parameters, apply_rules, rule_for
from .contents import Contents
from .generation import generation_config
from .parts import PartsWriter
from .paths import method_path
from .state import DIALECT
from .tools import ToolsWriter

_STREAMED: Final[Headers] = (("alt", "sse"),)
_TIER_HEADER: Final = "x-vertex-ai-llm-shared-request-type"
_TIERS: Final = {"auto": None, "default": "standard", "standard": "standard", "flex": "flex", "priority": "priority"}
_object = msgspec.json.Decoder(dict[str, Raw]).decode


def encode_request(request: ChatRequest, terms: Terms) -> Encoded:
    """The body and what it loses; whether the answer streams is said by the path."""
    model = native_model(request.model, terms.provider)
    losses = Losses(DIALECT)
    members, headers = chat_members(request, model, terms, losses)
    try:
        body = msgspec.json.encode(merged(members, request.extra))
    except (TypeError, ValueError, OverflowError, RecursionError) as exc:
        raise LocalProtocolError(f"the request is no JSON: {exc}") from exc
    path = method_path(terms, model, "streamGenerateContent" if terms.stream else "generateContent")
    query = _STREAMED if terms.stream else ()
    return Encoded(path, body, tuple(losses.found), headers=headers, query=query)


def chat_members(request: ChatRequest, model: str, terms: Terms, losses: Losses) -> tuple[dict[str, object], Headers]:
    """The members of the body but for `extra`, and the headers beside it."""
    provider = terms.provider
    parameters = Parameters(request, losses)
    apply_rules(parameters.left, model, provider, losses)
    rule = rule_for(provider, model)
    lacks = provider.quirks.lacks | rule.lacks
    writer = PartsWriter(losses, provider.base_url.partition("?")[0], sends_ids="call_ids" not in lacks)
    contents = Contents(writer, lacks)
    for position, message in enumerate(request.conversation):
        contents.add(message, f"messages[{position}]")
    tools = ToolsWriter(parameters)
    tier, headers = _tier(parameters, lacks)
    members: dict[str, object] = {
        "contents": contents.json,
        "systemInstruction": {"parts": contents.instructions} if contents.instructions else None,
        "tools": tools.json or None,
        "toolConfig": tools.config,
        "generationConfig": generation_config(parameters, rule, model, writer.details) or None,
        "serviceTier": tier,
        "store": parameters.take("store"),
    }
    parameters.lose_rest("the API has no such parameter")
    return {name: value for name, value in members.items() if value is not None}, headers


def _tier(parameters: Parameters, lacks: frozenset[str]) -> tuple[str | None, Headers]:
    """The service tier as a member of the body, or at Vertex AI as a header."""
    asked = parameters.take("service_tier")
    if asked is None:
        return None, ()
    if asked not in _TIERS:
        parameters.losses.drop("service_tier", "the API has the tiers standard, flex and priority")
        return None, ()
    tier = _TIERS[str(asked)]
    if "service_tier" not in lacks or tier is None:
        return tier, ()
    return None, () if tier == "standard" else ((_TIER_HEADER, tier),)


def merged(members: Mapping[str, object], extra: Mapping[str, Raw] | None) -> dict[str, object]:
    """The members with the caller's own; of an object that both have, such as `generationConfig`, the members of both."""
    result = dict(members)
    for name, raw in (extra or {}).items():
        known = result.get(name)
        result[name] = raw
        if isinstance(known, dict):
            try:
                result[name] = merged(known, _object(raw))
            except REFUSALS:  # no object, so it is meant to replace ours
                continue
    return result
