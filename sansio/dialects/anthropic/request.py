"""A ChatRequest as the body of `POST /v1/messages`: https://platform.claude.com/docs/en/api/messages.

Features that some models or hosts lack are named in `lacks` of their rules: `forced_tools` (a tool that must be called),
`forced_while_thinking` (the same while they think), `json_schema`, `prefill`, `system_turns`, `thinking_budget`,
`thinking_off`, `two_samplings` (temperature and top_p together), `unthinking_xhigh`, `url_sources`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final, cast

import msgspec
from msgspec import Raw

from ...errors import LocalProtocolError
from ...types import (
    ChatRequest,
    JsonSchema,
    JsonSchemaFormat,
    Loss,
    ModelRule,
    TextFormat,
)
from ..body import json_body
from ..codec import Encoded, Terms, native_model, path_of
from ..conversation import check_conversation
from ..ids import with_own_ids
from ..lenient import REFUSALS
from ..losses import Losses
from ..parameters import Parameters, apply_rules, rule_for
from ..schema_tool import tool_name, with_tool
from .blocks import DIALECT, BlockWriter, Members
from .messages import ConversationWriter
from .schema import compiled
from .thinking import Plan, fit_budget, plan_thinking
from .tools import forces, write_tools

REFUSED: Final = frozenset({"calls_without_tools", "stray_results", "unanswered_calls"})
"""The conversations that the API refuses, whatever the model; and it wants the first message to be the user's."""

_ENDS: Final = frozenset({"answer", "end"})  # messages of one side are one turn, in which results come first
_NO_ID: Final = re.compile(r"[^A-Za-z0-9_-]")
_MAX_TOKENS: Final = 4096  # for models of which nothing is known: every Claude has as many
_TIERS: Final = {"auto": "auto", "default": "standard_only", "standard_only": "standard_only"}


class Body(msgspec.Struct, frozen=True):
    """A body in the making: its members, the beta features that it needs, and what it lost."""

    members: Members
    betas: frozenset[str]
    losses: tuple[Loss, ...]


def encode_request(request: ChatRequest, terms: Terms) -> Encoded:
    """The request for an answer.  `stream` follows the terms."""
    body = body_of(request, terms)
    path = path_of(terms, "messages", "/v1/messages", native_model(request.model, terms.provider), safe="@")
    return Encoded(path, json_body(body.members, None), body.losses, headers=beta_headers(body.betas))


def beta_headers(betas: frozenset[str]) -> tuple[tuple[str, str], ...]:
    """The header that switches beta features on."""
    return (("anthropic-beta", ",".join(sorted(betas))),) if betas else ()


def schema_tool(request: ChatRequest, terms: Terms) -> str | None:
    """The name of the tool that the schema of *request* becomes; None where it does not become one."""
    if (name := tool_name(request)) is None:
        return None
    quirks, rule = terms.provider.quirks, rule_for(terms.provider, native_model(request.model, terms.provider))
    return name if "json_schema" in quirks.lacks | rule.lacks else None


def body_of(request: ChatRequest, terms: Terms) -> Body:
    """The body, not yet as JSON."""
    provider = terms.provider
    model = native_model(request.model, provider)
    losses = Losses(DIALECT)
    if schema_tool(request, terms) is not None:
        request = with_tool(request)
    parameters = Parameters(request, losses)
    rule = apply_rules(parameters.left, model, provider, losses)
    lacks = provider.quirks.lacks | rule.lacks
    writer = BlockWriter(losses, lacks)
    plan = plan_thinking(parameters, rule, lacks, losses, own=request.dialect == DIALECT)
    unbegun = frozenset({"prefill"}) if plan.is_on else frozenset[str]()  # thinking comes before any answer
    conversation = ConversationWriter(writer, losses, lacks | unbegun, dict(provider.quirks.roles))
    conversation.write(with_own_ids(request.conversation, _NO_ID))

    members: Members = {
        "model": model,
        "max_tokens": fit_budget(
            plan, _max_tokens(parameters, plan, rule, model, terms), rule.max_output_tokens, losses
        ),
    }
    if conversation.system:
        members["system"] = conversation.system
    members["messages"] = [turn.wire() for turn in conversation.turns]
    members |= write_tools(parameters, losses)
    has_tools = "tools" in members or "tools" in (request.extra or {})
    check_conversation(request, REFUSED | lacks, has_tools=has_tools, ends=_ENDS)
    _check_choice(members, plan, lacks, losses)
    members |= _thinking(plan, _format(parameters, lacks, losses))
    members |= _sampling(parameters, plan, lacks, losses) | _plain(parameters, losses)
    if terms.stream:
        members["stream"] = True
    members |= {name: parameters.take(name) for name in _own_names(provider.quirks.renamed, rule.renamed, parameters)}
    parameters.lose_rest("the API has no such parameter")
    members = _with_host(members, provider.quirks.members)
    return Body(_with_extra(members, request.extra or {}), frozenset(writer.betas), tuple(losses.found))


def _own_names(quirks: Mapping[str, str], rule: Mapping[str, str], parameters: Parameters) -> list[str]:
    """The parameters that a provider's rules gave a name of its own, which no dialect knows."""
    return sorted(name for name in {*quirks.values(), *rule.values()} if name in parameters.left)


def _max_tokens(parameters: Parameters, plan: Plan, rule: ModelRule, model: str, terms: Terms) -> int:
    losses = parameters.losses
    if (given := parameters.take_limit()) is not None:
        return cast("int", given)
    losses.fill("max_tokens", "the API requires it")
    return terms.most_output(terms.provider, model) or rule.max_output_tokens or _MAX_TOKENS + (plan.budget or 0)


def _check_choice(members: Members, plan: Plan, lacks: frozenset[str], losses: Losses) -> None:
    """A tool that must be called is asked for only where the model allows that; else it may be called."""
    if not forces(members.get("tool_choice")):
        return
    thinks = plan.is_on and ("forced_while_thinking" in lacks or _has_budget(plan))
    if "forced_tools" in lacks or thinks:
        losses.approximate("tool_choice", "the model cannot be made to call a tool" + (" while it thinks" * thinks))
        choice = cast("Members", members["tool_choice"])
        members["tool_choice"] = {name: value for name, value in choice.items() if name != "name"} | {"type": "auto"}


def _has_budget(plan: Plan) -> bool:
    return plan.thinking is not None and plan.thinking["type"] == "enabled"


def _format(parameters: Parameters, lacks: frozenset[str], losses: Losses) -> Members | None:
    """The output format of a `response_format`."""
    match parameters.take("response_format"):
        case None | TextFormat():
            return None
        case JsonSchemaFormat(schema) if "json_schema" not in lacks:
            return _schema(schema, losses)
        case JsonSchemaFormat():
            losses.drop("response_format", "the model has no structured output; schema_as_tool lets a tool stand in")
            return None
        case _:
            losses.drop("response_format", "the API has no JSON mode; ask for JSON in the prompt, or give a schema")
            return None


def _schema(schema: JsonSchema, losses: Losses) -> Members:
    """The schema; its description becomes the schema's own, and its name, which only labels it, stays here."""
    own = compiled(schema.schema or {}, losses, "response_format.json_schema.schema")
    if schema.description is not None:
        own.setdefault("description", schema.description)
    return {"type": "json_schema", "schema": own, **(schema.extra or {})}


def _thinking(plan: Plan, output_format: Members | None) -> Members:
    config = {"effort": plan.effort, "format": output_format}
    config = {name: value for name, value in config.items() if value is not None}
    members = {"thinking": plan.thinking, "output_config": config or None}
    return {name: value for name, value in members.items() if value is not None}


def _sampling(parameters: Parameters, plan: Plan, lacks: frozenset[str], losses: Losses) -> Members:
    """Sampling, which thinking all but rules out."""
    given = {name: parameters.take(name) for name in ("temperature", "top_p", "top_k")}
    sampling = {name: value for name, value in given.items() if isinstance(value, int | float)}
    if plan.is_on:
        for name, value in list(sampling.items()):
            if name == "top_p" and 0.95 <= value <= 1:
                continue
            del sampling[name]
            if name == "top_k" or value != 1:
                losses.drop(name, "the model does not take it while it thinks")
    if sampling.get("temperature", 0) > 1:
        losses.approximate("temperature", "1 is the highest")
        sampling["temperature"] = 1
    if "two_samplings" in lacks and len(sampling.keys() & {"temperature", "top_p"}) == 2:
        losses.drop("top_p", "the model takes it or a temperature")
        del sampling["top_p"]
    return {**sampling}


def _plain(parameters: Parameters, losses: Losses) -> Members:
    """The parameters that have a member of their own."""
    members: Members = {}
    stop = parameters.take("stop")
    sequences = [stop] if isinstance(stop, str) else cast("Sequence[str]", stop or ())
    if said := [text for text in sequences if text.strip()]:
        members["stop_sequences"] = said
    if len(said) < len(sequences):
        losses.drop("stop", "the API refuses sequences of nothing but white space")
    if metadata := _metadata(parameters, losses):
        members["metadata"] = metadata
    if (tier := parameters.take("service_tier")) is not None:
        if (word := _TIERS.get(str(tier))) is None:
            losses.drop("service_tier", f"the API has no {tier!r}")
        else:
            members["service_tier"] = word
    return members


def _metadata(parameters: Parameters, losses: Losses) -> dict[str, object]:
    """Who the user is, by the first of the names under which that is told."""
    given = cast("Mapping[str, str]", parameters.take("metadata") or {})
    if given.keys() - {"user_id"}:
        losses.drop("metadata", "the API takes a user_id only")
    told = {"metadata.user_id": given.get("user_id")} | {n: parameters.take(n) for n in ("user", "safety_identifier")}
    users = {name: user for name, user in told.items() if user is not None}
    first = next(iter(users.values()), None)
    for name, user in users.items():
        if user != first:
            losses.drop(name, "the API takes one name of a user")
    return {} if first is None else {"user_id": first}


def _with_host(members: Members, own: Mapping[str, str | None]) -> Members:
    """With the members that the host wants in every body, and without those that it does not."""
    return {name: value for name, value in {**members, **own}.items() if own.get(name, value) is not None}


def _with_extra(members: Members, extra: Mapping[str, Raw]) -> Members:
    """Further members; those of an object that is there already join it."""
    body = {**members}
    for name, raw in extra.items():
        known = members.get(name)
        body[name] = {**_object(raw), **cast("Members", known)} if isinstance(known, dict) else raw
    return body


def _object(raw: Raw) -> dict[str, Raw]:
    try:
        return msgspec.json.decode(raw, type=dict[str, Raw])
    except REFUSALS as exc:
        raise LocalProtocolError(f"extra: {bytes(raw).decode('utf-8', 'replace')} is to join an object") from exc
