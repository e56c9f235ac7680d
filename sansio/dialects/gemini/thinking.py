"""How much a model is to think: tokens in one family, a level in the next; `ModelRule.reasoning` says which.

Models with levels still take a budget, but for those that lack `thinking_budget`.

https://ai.google.dev/gemini-api/docs/thinking
"""

from __future__ import annotations

from typing import Final

from ...errors import LocalProtocolError
from ...types import ModelRule, Thinking
from ..parameters import Parameters

_DYNAMIC: Final = -1  # as many tokens as the model thinks fit
_LEVELS: Final = {
    "none": "minimal",
    "minimal": "minimal",
    "low": "low",
    "medium": "medium",
    "high": "high",
    "xhigh": "high",
    "max": "high",
}
# What a budget comes to where there are levels: up to so many tokens.
_STEPS: Final = ((1024, "low"), (8192, "medium"))


class ThinkingWriter:
    """Takes `reasoning_effort` and `thinking` out of the *parameters*, as *rule* has the model take them."""

    __slots__ = ("_losses", "_model", "_rule", "config")

    def __init__(self, parameters: Parameters, rule: ModelRule, model: str) -> None:
        self._losses = parameters.losses
        self._rule = rule
        self._model = model
        effort, thinking = parameters.take("reasoning_effort"), parameters.take("thinking")
        self.config: dict[str, object] | None = None
        if isinstance(thinking, Thinking):
            if effort is not None:
                self._losses.drop("reasoning_effort", "thinking says how much already")
            self.config = self._thinking(thinking)
        elif effort is not None:
            self.config = self._effort(str(effort), "reasoning_effort")

    def _effort(self, effort: str, path: str) -> dict[str, object] | None:
        shown = effort != "none"
        match self._rule.reasoning:
            case "budget":
                budget = self._rule.budgets.get("high" if effort in {"xhigh", "max"} else effort)
                if budget is None:
                    raise LocalProtocolError(f"{path} {effort!r} is none that {self._model} knows")
                if not shown and budget:
                    self._losses.approximate(path, f"{self._model} always reasons")
                return {"thinkingBudget": budget, "includeThoughts": shown}
            case "level":
                return {"thinkingLevel": self._level(effort, path), "includeThoughts": shown}
            case _:
                self._losses.drop(path, f"{self._model} is not known to reason")
                return None

    def _level(self, effort: str, path: str) -> str:
        """The level for an effort; one that the model lacks is approximated by the next."""
        level = _LEVELS.get(effort)
        if level is None:
            raise LocalProtocolError(f"{path} {effort!r} is none that {self._model} knows")
        if level in self._rule.lacks:
            if effort == "none":
                self._losses.approximate(path, f"{self._model} always reasons")
            level = "low"
        return level

    def _thinking(self, thinking: Thinking) -> dict[str, object] | None:
        if thinking.type == "disabled" or self._rule.reasoning is None:
            return self._effort("none", "thinking")
        config: dict[str, object] = {"includeThoughts": thinking.display != "omitted"}
        budget = thinking.budget_tokens
        if self._rule.reasoning == "budget":
            config["thinkingBudget"] = _DYNAMIC if budget is None else budget
        elif budget is not None and "thinking_budget" not in self._rule.lacks:
            config["thinkingBudget"] = budget
        elif budget is not None:
            self._losses.approximate("thinking.budget_tokens", f"{self._model} has levels")
            level = next((level for most, level in _STEPS if budget <= most), "high")
            config["thinkingLevel"] = self._level(level, "thinking")
        return {**config, **(thinking.extra or {})}
