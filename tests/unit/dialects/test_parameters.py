"""Parameters on their way into a body."""

from __future__ import annotations

import msgspec
import pytest

import sansio
from sansio import ChatRequest
from sansio.dialects.losses import Losses
from sansio.dialects.parameters import Parameters, apply_rules, rule_for
from sansio.types import FunctionChoice, JsonObjectFormat, Loss, ModelRule, Quirks, StreamOptions, Thinking

_OPENAI = sansio.provider("openai")


def _parameters(request: ChatRequest) -> Parameters:
    return Parameters(request, Losses("gemini"))


def test_what_was_given_until_it_is_taken() -> None:
    asked = ChatRequest(model="m", messages="hi", temperature=0.5, seed=None, stream=True, top_k=0)
    parameters = _parameters(asked)
    assert parameters.left == {"temperature": 0.5, "top_k": 0}
    assert parameters.take("temperature") == 0.5
    assert parameters.take("temperature") is None
    assert parameters.take("seed") is None
    parameters.lose_rest("the API has no such parameter")
    assert parameters.losses.found == [Loss("top_k", "dropped", "the API has no such parameter")]
    assert parameters.left == {}


def test_values_that_change_nothing_are_no_loss() -> None:
    asked = ChatRequest(model="m", messages="hi", n=1, presence_penalty=0.0, logprobs=False, logit_bias={}, tools=[])
    parameters = _parameters(asked)
    parameters.lose_rest("no")
    assert parameters.losses.found == []


_QUIRKS = Quirks(
    renamed={"max_tokens": "max_output"},
    forbidden=frozenset({"seed", "stream_options"}),
    spelled={"reasoning_effort": {"medium": "high"}},
    models=(
        ModelRule(
            pattern="x.*",
            spelled={"verbosity": {"low": "terse"}},
            refused={
                "response_format": frozenset({"json_object"}),
                "thinking": frozenset({"disabled"}),
                "tool_choice": frozenset({"required"}),
            },
        ),
        ModelRule(pattern="a.*", forbidden=frozenset({"top_k"}), lifted_by="none", reasoning="budget"),
        ModelRule(pattern=".*b", renamed={"stop": "halt"}),
    ),
)
_MINE = msgspec.structs.replace(_OPENAI, name="mine", quirks=_QUIRKS)


@pytest.mark.parametrize(("model", "rule"), [("ab", 1), ("bb", 2)])
def test_the_first_rule_that_matches_counts(model: str, rule: int) -> None:
    assert rule_for(_MINE, model) is _QUIRKS.models[rule]


def test_a_model_without_a_rule() -> None:
    assert rule_for(_MINE, "c") == ModelRule(pattern="")


@pytest.mark.parametrize(
    ("members", "model", "left", "lost"),
    [
        ({"max_tokens": 5, "stop": "x"}, "bb", {"max_output": 5, "halt": "x"}, []),
        ({"max_tokens": 5, "max_output": 6}, "c", {"max_output": 6}, [("max_tokens", "max_output says otherwise")]),
        ({"max_tokens": 5, "max_output": 5}, "c", {"max_output": 5}, []),
        ({"max_tokens": 5, "max_output": None}, "c", {"max_output": 5}, []),
        ({"max_tokens": None, "max_output": 5}, "c", {"max_output": 5}, []),
        ({"seed": 5, "top_k": 1}, "a", {}, [("seed", "mine does not take it"), ("top_k", "a does not take it")]),
        ({"top_k": 1, "reasoning_effort": "none"}, "a", {"top_k": 1, "reasoning_effort": "none"}, []),
        ({"seed": None}, "c", {}, []),
        ({"reasoning_effort": "medium"}, "c", {"reasoning_effort": "high"}, []),
        ({"reasoning_effort": "low", "verbosity": "low"}, "x", {"reasoning_effort": "low", "verbosity": "terse"}, []),
        ({"verbosity": 5}, "x", {"verbosity": 5}, []),
        ({"tool_choice": "required"}, "x", {}, [("tool_choice", "x does not take 'required'")]),
        ({"tool_choice": "auto"}, "x", {"tool_choice": "auto"}, []),
        ({"tool_choice": "required"}, "c", {"tool_choice": "required"}, []),
        ({"tool_choice": FunctionChoice.of("f")}, "x", {"tool_choice": FunctionChoice.of("f")}, []),
        ({"thinking": Thinking("disabled")}, "x", {}, [("thinking", "x does not take 'disabled'")]),
        ({"response_format": JsonObjectFormat()}, "x", {}, [("response_format", "x does not take 'json_object'")]),
        ({"thinking": Thinking("enabled")}, "x", {"thinking": Thinking("enabled")}, []),
        ({"stream_options": StreamOptions(include_usage=True)}, "o", {}, []),
        (
            {"stream_options": StreamOptions(include_obfuscation=True)},
            "o",
            {},
            [("stream_options", "mine does not take it")],
        ),
    ],
)
def test_rules(members: dict[str, object], model: str, left: object, lost: list[tuple[str, str]]) -> None:
    losses = Losses("x")
    assert apply_rules(members, model, _MINE, losses) is rule_for(_MINE, model) or model == "c"
    assert members == left
    assert losses.found == [Loss(name, "dropped", reason) for name, reason in lost]


@pytest.mark.parametrize(
    ("newer", "older", "limit", "lost"),
    [(None, None, None, 0), (5, None, 5, 0), (None, 6, 6, 0), (5, 5, 5, 0), (5, 6, 5, 1)],
)
def test_the_limit_has_two_names(newer: int | None, older: int | None, limit: int | None, lost: int) -> None:
    """The newer counts, and the other is lost where it says otherwise."""
    losses = Losses("x")
    request = ChatRequest(model="m", messages="hi", max_completion_tokens=newer, max_tokens=older)
    parameters = Parameters(request, losses)
    assert parameters.take_limit() == limit
    assert parameters.left == {}
    assert losses.found == [Loss("max_tokens", "dropped", "max_completion_tokens says otherwise")] * lost
