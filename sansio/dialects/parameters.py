"""The parameters of a chat request on their way into a body: what a provider's rules do to them, and what is left over.

They keep their canonical names here; each dialect takes those that it has by `take`, and what nobody took is a loss.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

import msgspec
from msgspec import UNSET

from ..types import ChatRequest, ModelRule, Provider, StreamOptions
from .losses import Losses

# Values that change nothing: a model that refuses the parameter answers the same without it.
DEFAULTS: Final[dict[str, object]] = {
    "frequency_penalty": 0,
    "logprobs": False,
    "n": 1,
    "parallel_tool_calls": True,
    "presence_penalty": 0,
    "repetition_penalty": 1,
    "store": False,
    "temperature": 1,
    "tool_choice": "auto",
    "top_p": 1,
}
_ASKED_ANYWAY: Final = StreamOptions(include_usage=True)  # whoever refuses the option reports usage without it
_NO_RULE: Final = ModelRule(pattern="")
# What a conversion takes from the request itself, or what concerns the client and not the answer.
_APART: Final = ("model", "messages", "dialect", "extra", "schema_as_tool", "stream", "stream_options")


class Parameters:
    """The parameters that the caller gave, by canonical name, until the dialect takes them; None is as good as unset."""

    __slots__ = ("left", "losses")

    def __init__(self, request: ChatRequest, losses: Losses) -> None:
        given = msgspec.structs.asdict(request)
        for name in _APART:
            del given[name]
        self.left = {name: value for name, value in given.items() if value is not UNSET and value is not None}
        self.losses = losses

    def take(self, name: str) -> object:
        """The parameter, which is the dialect's from now on; None where it was not given."""
        return self.left.pop(name, None)

    def take_limit(self) -> object:
        """The most tokens of the answer: of the two names that they have the newer counts."""
        limit, older = self.take("max_completion_tokens"), self.take("max_tokens")
        if limit is None:
            return older
        if older not in (None, limit):
            self.losses.drop("max_tokens", "max_completion_tokens says otherwise")
        return limit

    def lose_rest(self, reason: str) -> None:
        """What was not taken is dropped for *reason*; values that change nothing go without a word."""
        for name, value in self.left.items():
            if value != DEFAULTS.get(name) and value not in ([], {}, ()):
                self.losses.drop(name, reason)
        self.left.clear()


@lru_cache(maxsize=256)  # each pattern is looked up and tried only for the first request to a model
def _first_match(patterns: tuple[str, ...], model: str) -> int | None:
    return next((position for position, pattern in enumerate(patterns) if re.fullmatch(pattern, model)), None)


def rule_for(provider: Provider, model: str) -> ModelRule:
    """The first of the provider's rules that fits *model*, or one that changes nothing."""
    rules = provider.quirks.models
    matching = _first_match(tuple([rule.pattern for rule in rules]), model)
    return _NO_RULE if matching is None else rules[matching]


def apply_rules(members: dict[str, object], model: str, provider: Provider, losses: Losses) -> ModelRule:
    """Rename and drop parameters as the provider's and the model's rules say; the latter is returned."""
    quirks, rule = provider.quirks, rule_for(provider, model)
    for name, refused in rule.refused.items():
        if (asked := _word(members.get(name))) in refused:
            del members[name]
            losses.drop(name, f"{model} does not take {asked!r}")
    for name, words in (*quirks.spelled.items(), *rule.spelled.items()):
        if isinstance(word := members.get(name), str):
            members[name] = words.get(word, word)
    for old, new in (*quirks.renamed.items(), *rule.renamed.items()):
        if old in members:
            value = members.pop(old)
            if members.get(new) is None:
                members[new] = value
            elif value is not None and members[new] != value:
                losses.drop(old, f"{new} says otherwise")
    forbidden = quirks.forbidden
    if rule.lifted_by is None or members.get("reasoning_effort") != rule.lifted_by:
        forbidden |= rule.forbidden
    for name in sorted(members.keys() & forbidden):
        value = members.pop(name)
        if value is not None and value != DEFAULTS.get(name) and value != _ASKED_ANYWAY:
            losses.drop(name, f"{provider.name if name in quirks.forbidden else model} does not take it")
    return rule


def _word(value: object) -> str | None:
    """What rules know a value by: a word is itself, an object its type."""
    word: object = value
    if isinstance(value, msgspec.Struct):
        word = getattr(value, "type", value.__struct_config__.tag)
    return word if isinstance(word, str) else None
