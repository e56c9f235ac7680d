"""Which parameters a model takes."""

from __future__ import annotations

import pytest

import sansio
from sansio import ChatRequest, LocalProtocolError, Provider, providers, supported_params
from sansio.exchange.supported import _ALTERNATIVES, _SAMPLES  # pyright: ignore[reportPrivateUsage]
from sansio.models import Registry


def test_every_parameter_has_a_sample() -> None:
    """What is no parameter of the answer has none."""
    apart = {"model", "messages", "dialect", "extra", "schema_as_tool", "stream"}
    assert {*_SAMPLES, *_ALTERNATIVES} == set(ChatRequest.__struct_fields__) - apart


@pytest.mark.parametrize(
    ("model", "taken", "refused"),
    [
        ("openai/gpt-4o", {"temperature", "tools", "seed"}, {"top_k", "reasoning_effort", "thinking"}),
        ("openai/gpt-6", {"reasoning_effort", "verbosity"}, {"temperature", "stop", "logit_bias"}),
        ("deepseek/deepseek-chat", {"response_format", "thinking"}, {"seed", "n"}),
        ("anthropic/claude-sonnet-4-5", {"top_k", "thinking", "tool_choice"}, {"seed", "n", "logit_bias"}),
    ],
)
def test_of_models(model: str, taken: set[str], refused: set[str]) -> None:
    supported = supported_params(model)
    assert taken <= supported
    assert refused.isdisjoint(supported)
    assert supported_params(model) is supported  # found once


def test_of_a_provider_that_the_caller_has() -> None:
    mine = sansio.provider("openai", name="mine")
    assert supported_params("mine/gpt-4o", provider=mine) == supported_params("openai/gpt-4o")


def test_of_every_model_of_the_registry() -> None:
    """Each takes something, and no sample is a combination that is refused."""
    listed = [(name, model.id) for name in providers.names() for model in Registry().models(name)]
    assert len(listed) > 1000
    assert all(supported_params(f"{name}/{model}") for name, model in listed)


def test_of_a_provider_that_speaks_no_dialect() -> None:
    with pytest.raises(LocalProtocolError, match="dialect"):
        supported_params("mine/m", provider=Provider(name="mine", base_url="http://localhost", dialect="klingon"))


def test_what_is_no_known_model() -> None:
    with pytest.raises(LocalProtocolError, match="'gpt-4o' names no provider"):
        supported_params("gpt-4o")
    with pytest.raises(LocalProtocolError, match="no provider 'nobody'"):
        supported_params("nobody/x")
