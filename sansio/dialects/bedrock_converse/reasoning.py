"""How much a model is to reason: members of its own, which each family has in another form.

https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters.html.  The form is data of a `ModelRule.reasoning`: one
of Claude's (`adaptive`, `budget`, `between_tools`: see its dialect), `effort` and `nested_effort` of OpenAI's models,
`levels` of Nova's, `none` of those that cannot be told.  Where no rule names a form, an effort goes into Converse's own
`outputConfig`.
"""

from __future__ import annotations

from typing import Final

import msgspec

from ...types import ModelRule, Thinking
from ..anthropic.thinking import fit_budget, plan_thinking
from ..losses import Losses
from ..parameters import Parameters
from .content import Block

_CLAUDES: Final = frozenset({"adaptive", "between_tools", "budget"})
_NONE: Final = "none"
_ANSWER: Final = 4096  # tokens left for the answer behind a budget, where nobody says how long it may be
_LEVELS: Final = {"minimal": "low", "low": "low", "medium": "medium", "high": "high"}


class Reasoning(msgspec.Struct):
    """Where it goes: members of the model's own, and an effort of Converse's; and what of it rules out other parameters."""

    fields: Block = {}
    effort: str | None = None
    thinks: bool = False
    has_budget: bool = False


def reasoning(parameters: Parameters, rule: ModelRule) -> Reasoning:
    """What `reasoning_effort` and `thinking` come to, by the form of *rule*; a budget may raise or fill `max_tokens`."""
    if rule.reasoning in _CLAUDES:
        return _claude(parameters, rule)
    losses = parameters.losses
    thinking, effort = parameters.take("thinking"), parameters.take("reasoning_effort")
    if rule.reasoning == _NONE:
        _refuse(thinking, effort, losses)
        return Reasoning()
    fields: Block = {}
    if isinstance(thinking, Thinking) and rule.reasoning is None:
        fields["thinking"] = _members(thinking)
    elif thinking is not None:
        losses.drop("thinking", "the model takes a reasoning effort")
    if effort is None:
        return Reasoning(fields)
    match rule.reasoning:
        case "effort":
            return Reasoning({"reasoning_effort": effort})
        case "nested_effort":
            return Reasoning({"reasoning": {"effort": effort}})
        case "levels":
            return Reasoning(_levels(str(effort), losses))
        case _:
            return Reasoning(fields, str(effort))


def _refuse(thinking: object, effort: object, losses: Losses) -> None:
    """A model that does not reason on demand; not to reason is what it does anyway."""
    if isinstance(thinking, Thinking) and thinking.type != "disabled":
        losses.drop("thinking", "the model cannot be told to")
    if effort not in {None, "none"}:
        losses.drop("reasoning_effort", "the model cannot be told to")


def _claude(parameters: Parameters, rule: ModelRule) -> Reasoning:
    losses, left = parameters.losses, parameters.left
    plan = plan_thinking(parameters, rule, rule.lacks, losses)
    fields: Block = {}
    if plan.thinking is not None:
        fields["thinking"] = plan.thinking
    if plan.effort is not None:
        fields["output_config"] = {"effort": plan.effort}
    budget = plan.budget
    if budget is None or plan.thinking is None or plan.thinking["type"] != "enabled":
        return Reasoning(fields, thinks=plan.is_on)
    limit = left.get("max_tokens")
    if isinstance(limit, int):
        left["max_tokens"] = fit_budget(plan, limit, rule.max_output_tokens, losses)
    else:
        left["max_tokens"] = budget + _ANSWER
        losses.fill("max_tokens", f"the budget of {budget} tokens to think with, and {_ANSWER} for the answer")
    return Reasoning(fields, thinks=plan.is_on, has_budget=True)


def _levels(effort: str, losses: Losses) -> Block:
    if effort == "none":
        return {"reasoningConfig": {"type": "disabled"}}
    level = _LEVELS.get(effort, "high")
    if level != effort:
        losses.approximate("reasoning_effort", f"the nearest that the model has is {level}")
    return {"reasoningConfig": {"type": "enabled", "maxReasoningEffort": level}}


def _members(thinking: Thinking) -> Block:
    members = {"type": thinking.type, "budget_tokens": thinking.budget_tokens, "display": thinking.display}
    given = {name: value for name, value in members.items() if value is not None}
    return {**given, **(thinking.extra or {})}
