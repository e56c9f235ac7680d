"""How much a model is to think, in the way of its family."""

from __future__ import annotations

import msgspec
import pytest
from msgspec import Raw

import sansio
from sansio import Exchange, dialects
from sansio.dialects.anthropic.thinking import Plan, fit_budget, plan_thinking
from sansio.dialects.losses import Losses
from sansio.dialects.parameters import Parameters
from sansio.errors import LocalProtocolError
from sansio.types import ChatRequest, ModelRule, Thinking

ADAPTIVE = ModelRule(pattern="")
BETWEEN = ModelRule(pattern="", reasoning="between_tools")
BUDGET = ModelRule(pattern="", reasoning="budget", budgets={"low": 1024, "medium": 4096})
ALWAYS = frozenset({"thinking_off"})
NONE = frozenset[str]()


def planned(
    rule: ModelRule, effort: str | None = None, thinking: Thinking | None = None, lacks: frozenset[str] = NONE
) -> tuple[Plan, list[str]]:
    losses = Losses("anthropic")
    request = ChatRequest(model="m", messages="", reasoning_effort=effort, thinking=thinking)
    plan = plan_thinking(Parameters(request, losses), rule, lacks, losses)
    return plan, [f"{loss.path} {loss.action}" for loss in losses.found]


@pytest.mark.parametrize(
    ("rule", "effort", "lacks", "plan", "said"),
    [
        (ADAPTIVE, None, NONE, Plan(), []),
        (ADAPTIVE, "high", NONE, Plan({"type": "adaptive", "display": "summarized"}, "high"), []),
        (ADAPTIVE, "minimal", NONE, Plan({"type": "adaptive", "display": "summarized"}, "low"), []),
        (ADAPTIVE, "none", NONE, Plan({"type": "disabled"}), []),
        (ADAPTIVE, "none", ALWAYS, Plan(effort="low"), ["reasoning_effort approximated"]),
        (BETWEEN, "none", ALWAYS, Plan({"type": "between_tools"}), ["reasoning_effort approximated"]),
        (BUDGET, "low", NONE, Plan({"type": "enabled", "budget_tokens": 1024}, None, 1024, True), []),
        (BUDGET, "odd", NONE, Plan(), ["reasoning_effort dropped"]),
    ],
)
def test_an_effort(rule: ModelRule, effort: str | None, lacks: frozenset[str], plan: Plan, said: list[str]) -> None:
    assert planned(rule, effort, lacks=lacks) == (plan, said)


@pytest.mark.parametrize(
    ("rule", "asked", "lacks", "plan", "said"),
    [
        (ADAPTIVE, (Thinking("disabled"), "high"), NONE, Plan({"type": "disabled"}, "high"), []),
        (ADAPTIVE, (Thinking("disabled"), None), ALWAYS, Plan(), ["thinking approximated"]),
        (
            BETWEEN,
            (Thinking("disabled"), "minimal"),
            ALWAYS,
            Plan({"type": "between_tools"}, "low"),
            ["thinking approximated"],
        ),
        (
            ADAPTIVE,
            (Thinking("enabled", 2000, "omitted"), None),
            frozenset({"thinking_budget"}),
            Plan({"type": "adaptive", "display": "omitted"}, None, 2000),
            ["thinking.budget_tokens approximated"],
        ),
        (
            ADAPTIVE,
            (Thinking("enabled", 2000), None),
            NONE,
            Plan({"type": "enabled", "budget_tokens": 2000}, None, 2000),
            [],
        ),
        (
            BUDGET,
            (Thinking("adaptive"), None),
            NONE,
            Plan({"type": "enabled", "budget_tokens": 4096}, None, 4096, True),
            ["thinking.type approximated"],
        ),
        (
            BUDGET,
            (Thinking("enabled"), "low"),
            NONE,
            Plan({"type": "enabled", "budget_tokens": 1024}, None, 1024, True),
            [],
        ),
        (BUDGET, (Thinking("enabled"), "odd"), NONE, Plan({"type": "enabled"}), []),
        (
            BUDGET,
            (Thinking("enabled", 3000), "low"),
            NONE,
            Plan({"type": "enabled", "budget_tokens": 3000}, None, 3000),
            ["reasoning_effort dropped"],
        ),
        (BUDGET, (Thinking("disabled"), None), NONE, Plan({"type": "disabled"}), []),
    ],
)
def test_thinking_that_is_asked_for(
    rule: ModelRule, asked: tuple[Thinking, str | None], lacks: frozenset[str], plan: Plan, said: list[str]
) -> None:
    thinking, effort = asked
    assert planned(rule, effort, thinking, lacks) == (plan, said)


def test_an_effort_without_thinking_has_a_limit_in_some_models() -> None:
    lacks = frozenset({"unthinking_xhigh"})
    plan, said = planned(ADAPTIVE, "max", Thinking("disabled"), lacks)
    assert (plan.effort, said) == ("high", ["reasoning_effort approximated"])
    plan, said = planned(ADAPTIVE, "max", Thinking("adaptive"), lacks)
    assert (plan.effort, said) == ("max", [])
    plan, said = planned(ADAPTIVE, "max", Thinking("disabled"))
    assert (plan.effort, said) == ("max", [])


def test_what_else_thinking_has_is_kept() -> None:
    plan, _ = planned(ADAPTIVE, thinking=Thinking("adaptive", extra={"x": Raw(b"1")}))
    assert msgspec.json.encode(plan.thinking) == b'{"type":"adaptive","x":1}'


def test_a_budget_fits_into_the_maximum() -> None:
    losses = Losses("anthropic")
    effort = Plan({"type": "enabled"}, budget=1024, raises=True)
    assert fit_budget(effort, 2000, None, losses) == 2000
    assert fit_budget(Plan({"type": "adaptive"}, budget=1024), 500, None, losses) == 500
    assert not losses.found
    assert fit_budget(effort, 1024, None, losses) == 2048
    assert fit_budget(effort, 1024, 1500, losses) == 1500
    assert [loss.path for loss in losses.found] == ["max_tokens", "max_tokens"]
    with pytest.raises(LocalProtocolError, match=r"budget_tokens is 1024 and max_tokens 1024"):
        fit_budget(Plan({"type": "enabled"}, budget=1024), 1024, None, losses)


def test_an_effort_of_the_apis_own_asks_for_no_thinking() -> None:
    body = {"model": "claude-sonnet-4-6", "max_tokens": 9, "temperature": 0.5, "output_config": {"effort": "low"}}
    sent = msgspec.json.encode({**body, "messages": [{"role": "user", "content": [{"type": "text", "text": "hi"}]}]})
    request = dialects.server("anthropic").decode_request("POST", "/v1/messages", (), sent)
    assert isinstance(request, ChatRequest)
    encoded = Exchange(sansio.provider("anthropic", api_key="k"), request).request.body
    assert isinstance(encoded, bytes)
    assert msgspec.json.decode(encoded) == msgspec.json.decode(sent)
