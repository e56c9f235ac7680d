"""How much a model is to think, by family."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec import Raw

from sansio.errors import LocalProtocolError
from sansio.types import Thinking
from tests.unit.dialects.gemini.by_hand import chat, encoded, lost, sent

FLASH, PRO, LITE = "gemini-2.5-flash", "gemini-2.5-pro", "gemini-2.5-flash-lite"
FLASH_3, PRO_3 = "gemini-3-flash-preview", "gemini-3.1-pro-preview"


def config(model: str, **parameters: Any) -> object:
    return sent(chat(model, **parameters)).get("generationConfig", {}).get("thinkingConfig")


@pytest.mark.parametrize(
    ("model", "effort", "expected"),
    [
        (FLASH, "none", {"thinkingBudget": 0, "includeThoughts": False}),
        (FLASH, "low", {"thinkingBudget": 1024, "includeThoughts": True}),
        (FLASH, "medium", {"thinkingBudget": 8192, "includeThoughts": True}),
        (FLASH, "high", {"thinkingBudget": 24576, "includeThoughts": True}),
        (FLASH, "max", {"thinkingBudget": 24576, "includeThoughts": True}),
        (LITE, "minimal", {"thinkingBudget": 512, "includeThoughts": True}),
        (FLASH_3, "none", {"thinkingLevel": "minimal", "includeThoughts": False}),
        (FLASH_3, "minimal", {"thinkingLevel": "minimal", "includeThoughts": True}),
        (PRO_3, "minimal", {"thinkingLevel": "low", "includeThoughts": True}),
        (PRO_3, "medium", {"thinkingLevel": "medium", "includeThoughts": True}),
        (FLASH_3, "xhigh", {"thinkingLevel": "high", "includeThoughts": True}),
        ("gemini-4-ultra", "high", {"thinkingLevel": "high", "includeThoughts": True}),
        ("models/gemini-2.5-flash", "low", {"thinkingBudget": 1024, "includeThoughts": True}),
    ],
)
def test_efforts(model: str, effort: str, expected: object) -> None:
    assert config(model, reasoning_effort=effort) == expected
    assert lost(chat(model, reasoning_effort=effort)) == []


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        (PRO, {"thinkingBudget": 128, "includeThoughts": False}),
        (PRO_3, {"thinkingLevel": "low", "includeThoughts": False}),
    ],
)
def test_models_that_always_reason(model: str, expected: object) -> None:
    assert config(model, reasoning_effort="none") == expected
    assert lost(chat(model, reasoning_effort="none")) == [("reasoning_effort", "approximated")]
    assert lost(chat(model, thinking=Thinking("disabled"))) == [("thinking", "approximated")]


@pytest.mark.parametrize("model", ["gemini-2.0-flash", "gemma-3", "gemini-2.5-flash-preview-tts"])
def test_models_that_are_not_known_to_reason(model: str) -> None:
    assert lost(chat(model, reasoning_effort="low")) == [("reasoning_effort", "dropped")]
    assert lost(chat(model, thinking=Thinking("enabled", 5))) == [("thinking", "dropped")]


@pytest.mark.parametrize("model", [FLASH, FLASH_3])
def test_an_unknown_effort_is_a_mistake(model: str) -> None:
    with pytest.raises(LocalProtocolError, match="reasoning_effort 'huge'"):
        encoded(chat(model, reasoning_effort="huge"))


@pytest.mark.parametrize(
    ("model", "thinking", "expected"),
    [
        (FLASH, Thinking("enabled", 5), {"thinkingBudget": 5, "includeThoughts": True}),
        (FLASH, Thinking("enabled", 5, "omitted"), {"thinkingBudget": 5, "includeThoughts": False}),
        (FLASH, Thinking("adaptive"), {"thinkingBudget": -1, "includeThoughts": True}),
        (FLASH, Thinking("disabled"), {"thinkingBudget": 0, "includeThoughts": False}),
        (FLASH_3, Thinking("adaptive"), {"includeThoughts": True}),
        (FLASH_3, Thinking("enabled", 5), {"thinkingBudget": 5, "includeThoughts": True}),
        ("gemini-pro-latest", Thinking("enabled", 5), {"thinkingBudget": 5, "includeThoughts": True}),
        (FLASH_3, Thinking("enabled", extra={"x": Raw(b"1")}), {"includeThoughts": True, "x": 1}),
        (FLASH_3, Thinking("disabled"), {"thinkingLevel": "minimal", "includeThoughts": False}),
    ],
)
def test_thinking(model: str, thinking: Thinking, expected: object) -> None:
    assert config(model, thinking=thinking) == expected
    assert lost(chat(model, thinking=thinking)) == []


@pytest.mark.parametrize(("budget", "level"), [(1024, "low"), (1025, "medium"), (8193, "high")])
def test_a_budget_comes_to_a_level(budget: int, level: str) -> None:
    request = chat("gemini-4-flash", thinking=Thinking("enabled", budget))
    found = config("gemini-4-flash", thinking=Thinking("enabled", budget))
    assert found == {"thinkingLevel": level, "includeThoughts": True}
    assert lost(request) == [("thinking.budget_tokens", "approximated")]


def test_thinking_says_more_than_an_effort() -> None:
    request = chat(FLASH, thinking=Thinking("enabled", 5), reasoning_effort="high")
    assert sent(request)["generationConfig"]["thinkingConfig"]["thinkingBudget"] == 5
    assert lost(request) == [("reasoning_effort", "dropped")]
