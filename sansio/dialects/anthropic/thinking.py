"""How much a model is to think: `reasoning_effort` and `thinking` in the way that its family takes.

https://platform.claude.com/docs/en/build-with-claude/extended-thinking and .../effort.  The family's way is data of its
`ModelRule.reasoning`: `adaptive` (it decides, an effort guides it; also where no rule says otherwise), `budget` (so many
tokens, by `ModelRule.budgets`), or `between_tools` (adaptive, and the least that it can do is to think between tools only).
Of `lacks`, `thinking_off` says that it always thinks, `thinking_budget` that it takes no budget, `unthinking_xhigh` that
without thinking it takes efforts up to high.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec

from ...errors import LocalProtocolError
from ...types import ModelRule, Thinking
from ..losses import Losses
from ..parameters import Parameters
from .blocks import Members

_EFFORTS: Final = {"minimal": "low"}  # the API's words where they differ
_USUAL: Final = "medium"


class Plan(msgspec.Struct):
    """What the body says about thinking.  `raises` is how many tokens a budget adds to a maximum that it does not fit in."""

    thinking: Members | None = None
    effort: str | None = None
    budget: int | None = None
    raises: bool = False

    @property
    def is_on(self) -> bool:
        """Whether the request asks for thinking; some models think unasked."""
        return self.thinking is not None and self.thinking["type"] in {"adaptive", "enabled"}


class _Family(msgspec.Struct, frozen=True):
    """What the rules say of a model."""

    way: str
    budgets: Mapping[str, int]
    lacks: frozenset[str]

    @property
    def least(self) -> Members | None:
        """The least thinking of a model that always does some; None where that is not for the request to say."""
        return {"type": "between_tools"} if self.way == "between_tools" else None


def plan_thinking(
    parameters: Parameters, rule: ModelRule, lacks: frozenset[str], losses: Losses, *, own: bool = False
) -> Plan:
    """What the two parameters come to.  An effort of the API's *own* guides all of the answer, and asks for no thinking."""
    thinking, effort = parameters.take("thinking"), parameters.take("reasoning_effort")
    family = _Family(rule.reasoning or "adaptive", rule.budgets, lacks)
    word = None if effort is None else str(effort)
    if isinstance(thinking, Thinking):
        return _asked(thinking, word, family, losses)
    if word is None or own:
        return Plan(effort=word)
    if word == "none":
        if "thinking_off" not in lacks:
            return Plan({"type": "disabled"})
        losses.approximate("reasoning_effort", "the model does not stop thinking")
        least = family.least
        return Plan(effort="low") if least is None else Plan(least)
    if family.way == "budget":
        return _of_budget(word, family, losses)
    # Text that goes with reasoning on other providers has to be asked for here.
    return Plan({"type": "adaptive", "display": "summarized"}, _EFFORTS.get(word, word))


def _of_budget(effort: str, family: _Family, losses: Losses) -> Plan:
    if (budget := family.budgets.get(effort)) is None:
        losses.drop("reasoning_effort", f"there is no budget for {effort!r}")
        return Plan()
    return Plan({"type": "enabled", "budget_tokens": budget}, budget=budget, raises=True)


def _asked(asked: Thinking, effort: str | None, family: _Family, losses: Losses) -> Plan:
    """What an explicit `thinking` comes to, with an effort beside it."""
    members: Members = {"type": asked.type}
    if asked.budget_tokens is not None:
        members["budget_tokens"] = asked.budget_tokens
    if asked.display is not None:
        members["display"] = asked.display
    members |= asked.extra or {}
    if asked.type == "disabled" and "thinking_off" in family.lacks:
        losses.approximate("thinking", "the model does not stop thinking")
        return Plan(family.least, _effort(effort, family.least, family, losses))
    if asked.type == "enabled" and "thinking_budget" in family.lacks:
        losses.approximate("thinking.budget_tokens", "the model decides by itself how much it thinks")
        members["type"] = "adaptive"
        members.pop("budget_tokens", None)
    if family.way != "budget":
        return Plan(members, _effort(effort, members, family, losses), asked.budget_tokens)
    if asked.type == "adaptive":
        losses.approximate("thinking.type", "the model takes a budget only")
        members["type"] = "enabled"
    if members["type"] == "enabled" and "budget_tokens" not in members:
        if (usual := family.budgets.get(effort or _USUAL)) is not None:
            members["budget_tokens"] = usual
    elif effort is not None:
        losses.drop("reasoning_effort", "thinking says otherwise")
    budget = members.get("budget_tokens")
    if not isinstance(budget, int):
        return Plan(members)
    return Plan(members, budget=budget, raises=asked.budget_tokens is None)


def _effort(effort: str | None, thinking: Members | None, family: _Family, losses: Losses) -> str | None:
    """The API's word for an effort beside *thinking*."""
    quiet = thinking is not None and thinking["type"] in {"between_tools", "disabled"}
    if quiet and effort in {"xhigh", "max"} and "unthinking_xhigh" in family.lacks:
        losses.approximate("reasoning_effort", "without thinking it is high at the most")
        return "high"
    return _EFFORTS.get(effort or "", effort)


def fit_budget(plan: Plan, max_tokens: int, most: int | None, losses: Losses) -> int:
    """The maximum of tokens, which includes those of thinking and so exceeds its budget.

    It is raised for a budget that the caller did not name, up to the model's own maximum *most* where that is known; raises
    LocalProtocolError where the caller named both.
    """
    if plan.budget is None or plan.thinking is None or plan.thinking["type"] != "enabled" or max_tokens > plan.budget:
        return max_tokens
    if not plan.raises:
        raise LocalProtocolError(
            f"thinking.budget_tokens is {plan.budget} and max_tokens {max_tokens}: the maximum includes the budget"
        )
    losses.approximate("max_tokens", f"raised for the {plan.budget} tokens that the reasoning effort stands for")
    raised = max_tokens + plan.budget
    return raised if most is None else min(raised, most)
