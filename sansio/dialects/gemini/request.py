"""A ChatRequest as the body of generateContent: https://ai.google.dev/api/generate-content#request-body."""

from __future__ import annotations

from typing import Final

from ...errors import LocalProtocolError
from ...http import Headers
from ...types import ChatRequest
from ..body import json_body
from ..codec import Encoded, Terms, native_model
from ..conversation import check_conversation
from ..losses import Losses
from ..parameters import Parameters, apply_rules, rule_for
from .contents import Contents
from .generation import generation_config
from .objects import merged
from .parts import PartsWriter
from .paths import method_path
from .state import DIALECT
from .tools import ToolsWriter

REFUSED: Final = frozenset({"stray_results", "unanswered_calls"})
"""The conversations that the API refuses, whatever the model: it wants as many results as there are calls."""

_ENDS: Final = frozenset({"answer", "user"})  # results are a turn of their own, behind one of the model's
_STREAMED: Final[Headers] = (("alt", "sse"),)
_TIER_HEADER: Final = "x-vertex-ai-llm-shared-request-type"
_TIERS: Final = {"auto": None, "default": "standard", "standard": "standard", "flex": "flex", "priority": "priority"}


def encode_request(request: ChatRequest, terms: Terms) -> Encoded:
    """The body and what it loses; whether the answer streams is said by the path."""
    model = native_model(request.model, terms.provider)
    losses = Losses(DIALECT)
    members, headers = chat_members(request, model, terms, losses)
    if not (members["contents"] or losses.found or "contents" in (request.extra or {})):
        raise LocalProtocolError("messages: the API needs one that says something, beside the instructions")
    body = json_body(merged(members, request.extra), None)
    path = method_path(terms, model, "streamGenerateContent" if terms.stream else "generateContent")
    query = _STREAMED if terms.stream else ()
    return Encoded(path, body, tuple(losses.found), headers=headers, query=query)


def chat_members(request: ChatRequest, model: str, terms: Terms, losses: Losses) -> tuple[dict[str, object], Headers]:
    """The members of the body but for `extra`, and the headers beside it."""
    provider = terms.provider
    parameters = Parameters(request, losses)
    if terms.stream and parameters.left.get("n") not in (None, 1):
        losses.drop("n", "the API streams one answer")
        del parameters.left["n"]
    apply_rules(parameters.left, model, provider, losses)
    rule = rule_for(provider, model)
    lacks = provider.quirks.lacks | rule.lacks
    writer = PartsWriter(losses, provider.base_url.partition("?")[0], sends_ids="call_ids" not in lacks)
    contents = Contents(writer, lacks, wants_signatures=rule.reasoning == "level")
    check_conversation(request, REFUSED | lacks, ends=_ENDS)
    for position, message in enumerate(request.conversation):
        contents.add(message, f"messages[{position}]")
    tools = ToolsWriter(parameters, lacks)
    tier, headers = _tier(parameters, lacks)
    config = generation_config(parameters, rule, model, writer.details, has_tools=bool(tools.json))
    members: dict[str, object] = {
        "contents": contents.json,
        "systemInstruction": {"parts": contents.instructions} if contents.instructions else None,
        "tools": tools.json or None,
        "toolConfig": tools.config,
        "generationConfig": config or None,
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
