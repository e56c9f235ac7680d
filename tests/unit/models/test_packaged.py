"""What an answer cost, by the package's own tables and by others."""

from __future__ import annotations

from decimal import Decimal

import pytest

import sansio.models
from sansio.models import ModelInfo, Prices, Registry, Tier, UnitRates, Units, bill, cost
from sansio.types import (
    ChatResponse,
    EmbeddingResponse,
    Image,
    ImageResponse,
    RerankResponse,
    Response,
    TranscriptionResponse,
    Usage,
)

USAGE = Usage(1000, 500, 1500)
D = Decimal
REGISTRY = Registry(
    [
        ModelInfo(
            provider="acme",
            id="m",
            prices=Prices(
                input=D(2),
                output=D(4),
                tiers=(
                    Tier(input=D(1), output=D(2), service="flex"),
                    Tier(input=D(0), output=D(1), service="batch"),
                    Tier(input=D(3), output=D(6), hours=((0, 1),)),
                ),
            ),
        ),
        ModelInfo(provider="acme", id="unpriced"),
    ],
    packaged=False,
)
MONDAY = 1_763_942_400  # 2025-11-24T00:00:00Z


def _answer(
    model: str = "m", provider: str | None = "acme", tier: str | None = None, created: int = 60
) -> ChatResponse:
    return ChatResponse(
        id="1", created=created, model=model, choices=[], usage=USAGE, service_tier=tier, provider=provider
    )


def test_the_package_knows_models_and_prices() -> None:
    found = sansio.models.info("openai/gpt-4o")
    assert found is not None
    assert found in sansio.models.with_feature("vision", provider="openai", kind="chat")
    assert cost(_answer("gpt-4o-2024-08-06", "openai")) == D("0.0075")


def test_the_cost_is_that_of_the_bill() -> None:
    assert bill(_answer(), registry=REGISTRY, provider="nobody") is None
    found = bill(_answer(), registry=REGISTRY)
    assert found is not None
    assert found.total == cost(_answer(), registry=REGISTRY) == D("0.004")
    assert [line.bucket for line in found.lines] == ["input", "output"]


@pytest.mark.parametrize("usage", [Usage(1000), Usage(total_tokens=1000)])
def test_vectors_and_rankings_have_no_completion(usage: Usage) -> None:
    registry = Registry([ModelInfo(provider="acme", id="e", prices=Prices(input=D(2)))], packaged=False)
    answers = [
        EmbeddingResponse(data=[], model="e", usage=usage, provider="acme"),
        RerankResponse(results=[], model="e", usage=usage, provider="acme"),
    ]
    assert [cost(answer, registry=registry) for answer in answers] == [D("0.002"), D("0.002")]


def test_without_a_provider_nothing_is_known() -> None:
    assert cost(_answer(provider=None), registry=REGISTRY) is None
    assert cost(_answer(provider=None), registry=REGISTRY, provider="acme") == D("0.004")
    assert cost(_answer(provider="mine"), registry=REGISTRY, provider="acme") == D("0.004")


def test_the_model_that_was_asked_for_counts_where_the_one_that_answered_is_not_priced() -> None:
    for answered in ("unheard-of", "unpriced", ""):
        assert cost(_answer(answered), registry=REGISTRY) is None
        assert cost(_answer(answered), registry=REGISTRY, model="m") == D("0.004")
    assert cost(_answer("m"), registry=REGISTRY, model="unpriced") == D("0.004")


def test_the_service_tier_is_the_answers_unless_another_is_given() -> None:
    assert cost(_answer(tier="flex"), registry=REGISTRY) == D("0.002")
    assert cost(_answer(tier="default"), registry=REGISTRY) == D("0.004")
    assert cost(_answer(tier="default"), registry=REGISTRY, service_tier="flex") == D("0.002")
    assert cost(_answer(tier="flex"), registry=REGISTRY, batch=True) == D("0.0005")


def test_the_hour_is_that_of_the_answer() -> None:
    assert cost(_answer(created=MONDAY), registry=REGISTRY) == D("0.006")
    assert cost(_answer(created=0), registry=REGISTRY) is None


def _by_unit(kind: str, rates: UnitRates) -> Registry:
    return Registry([ModelInfo(provider="acme", id="m", kind=kind, prices=Prices(units=rates))], packaged=False)


@pytest.mark.parametrize(
    ("response", "cost_"),
    [
        (TranscriptionResponse(text="", billed_seconds=7.5, provider="acme"), D("0.00075")),
        (TranscriptionResponse(text="", billed_seconds=0.0, provider="acme"), D(0)),
        (TranscriptionResponse(text="", billed_seconds=-1.0, provider="acme"), None),
        (TranscriptionResponse(text="", billed_seconds=float("inf"), provider="acme"), None),
        (TranscriptionResponse(text="", duration=7.5, provider="acme"), None),
    ],
)
def test_sound_is_billed_by_the_seconds_that_the_answer_states(response: Response, cost_: Decimal | None) -> None:
    registry = _by_unit("transcription", UnitRates(second=D("0.0001")))
    assert cost(response, registry=registry, model="m") == cost_
    assert cost(response, registry=registry, model="m", units=Units(second=60)) == D("0.006")


def test_images_and_queries_are_billed_as_the_answer_states_them() -> None:
    images = ImageResponse(data=[Image(url="https://x/1"), Image(url="https://x/2")], provider="acme")
    assert cost(images, registry=_by_unit("image", UnitRates(output_image=D("0.04"))), model="m") == D("0.08")
    ranked = RerankResponse(results=[], model="m", search_units=3.0, provider="acme")
    assert cost(ranked, registry=_by_unit("rerank", UnitRates(query=D("0.002")))) == D("0.006")


def test_an_answer_without_a_model_has_no_price_of_its_own() -> None:
    assert cost(TranscriptionResponse(text="", billed_seconds=1.0, provider="acme"), registry=REGISTRY) is None
