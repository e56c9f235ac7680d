"""LiteLLM's cost calculator as cases: ours agrees with it to 1e-12, or a row of data says why ours is right.

The cases lie beside the repository; each brings the prices, in LiteLLM's own format, and the usage.
"""

from __future__ import annotations

import gzip
from collections import Counter
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

from sansio.models import Cost, price, read_litellm
from sansio.types import CompletionTokensDetails, PromptTokensDetails, Usage
from tests.tally import Tally

_CASES = Path(__file__).resolve().parents[3] / "shared" / "cases" / "litellm_cases.jsonl.gz"
_EXPLAINED = Path(__file__).parent / "data" / "cost_explained.jsonl"
_NEAR = Decimal("1e-12")
_PARTS = {"total_cost": "total", "prompt_cost": "prompt", "completion_cost": "completion"}

pytestmark = pytest.mark.skipif(not _CASES.exists(), reason="no cases beside the repository")


class _PromptDetails(msgspec.Struct, frozen=True):
    cached_tokens: int | None = None
    cache_creation_tokens: int | None = None
    audio_tokens: int | None = None
    text_tokens: int | None = None


class _Usage(msgspec.Struct):
    prompt_tokens: int
    completion_tokens: int
    total_tokens: int
    prompt_tokens_details: _PromptDetails = _PromptDetails()
    completion_tokens_details: CompletionTokensDetails | None = None

    def canonical(self) -> Usage:
        """LiteLLM's usage under our names."""
        stated = self.prompt_tokens_details
        prompt = PromptTokensDetails(
            cached_tokens=stated.cached_tokens,
            cache_write_tokens=stated.cache_creation_tokens,
            audio_tokens=stated.audio_tokens,
            text_tokens=stated.text_tokens,
        )
        counts = self.prompt_tokens, self.completion_tokens, self.total_tokens
        return Usage(*counts, prompt, self.completion_tokens_details)


class _Input(msgspec.Struct):
    model: str
    usage: _Usage
    tier: str | None
    prices: dict[str, object]


class _Kind(msgspec.Struct):
    kind: str


class _Case(msgspec.Struct):
    id: str
    provider: str
    input: _Input
    expected: dict[str, Decimal]

    def cost(self) -> Cost | None:
        """What it costs here."""
        (model,) = read_litellm({self.input.model: self.input.prices})
        usage = self.input.usage.canonical()
        return None if model.prices is None else price(usage, model.prices, service_tier=self.input.tier)

    def agrees(self) -> bool:
        """Whether it costs the same there."""
        found = self.cost()
        return found is not None and all(
            abs(getattr(found, _PARTS[part]) - amount) < _NEAR for part, amount in self.expected.items()
        )


class _Explained(msgspec.Struct):
    """A case's id, and the sheet and section, or the flaw of LiteLLM's, that says why ours is right."""

    id: str
    because: str


def _cases() -> list[_Case]:
    with gzip.open(_CASES, "rb") as lines:
        ours = (line for line in lines if msgspec.json.decode(line, type=_Kind).kind == "cost")
        return [msgspec.json.decode(line, type=_Case) for line in ours]


def _explained() -> dict[str, str]:
    rows = [msgspec.json.decode(line, type=_Explained) for line in _EXPLAINED.read_bytes().splitlines()]
    return {row.id: row.because for row in rows}


def test_every_case_agrees_or_is_explained(tally: Tally) -> None:
    explained = _explained()
    agreed, told = Counter[str](), Counter[str]()
    wrong: list[str] = []
    for case in _cases():
        if case.agrees():
            agreed[case.provider] += 1
        elif case.id in explained:
            told[case.provider] += 1
        else:
            wrong.append(f"{case.id}: {case.expected} there, {case.cost()} here")
    for provider in agreed | told:
        tally("cases", "cost", provider, {"agree": agreed[provider], "explained": told[provider]})
    assert wrong == []
    assert agreed
    assert agreed.total() >= 0.9 * (agreed.total() + told.total())


def test_nothing_is_explained_that_agrees_or_is_no_case() -> None:
    differing = {case.id for case in _cases() if not case.agrees()}
    assert _explained().keys() <= differing
    assert all(_explained().values())
