"""What usage costs: exactly, by bucket, tier and unit, and unknown rather than wrong."""

from __future__ import annotations

from decimal import Decimal, localcontext

import pytest

from sansio.errors import LocalProtocolError
from sansio.models import Prices, Rates, Tier, UnitRates, Units, price, rates_for
from sansio.types import CompletionTokensDetails, PromptTokensDetails, Usage

D = Decimal
PLAIN = Prices(input=D(2), output=D(8))
MILLION = 1_000_000


def _total(usage: Usage | None, prices: Prices, **options: object) -> Decimal | None:
    found = price(usage, prices, **options)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    return None if found is None else found.total


def test_a_call_is_billed_by_prompt_and_completion() -> None:
    found = price(Usage(1000, 500, 1500), PLAIN)
    assert found is not None
    assert (found.prompt, found.completion, found.units, found.total) == (D("0.002"), D("0.004"), D(0), D("0.006"))
    assert [(line.bucket, line.quantity, line.rate, line.amount) for line in found.lines] == [
        ("input", 1000, D(2), D("0.002")),
        ("output", 500, D(8), D("0.004")),
    ]


def test_nothing_used_costs_nothing_where_a_price_is_known() -> None:
    assert _total(Usage(0, 0, 0), PLAIN) == 0


def test_the_amount_is_exact_whatever_the_callers_arithmetic() -> None:
    prices = Prices(input=D("0.1234567890123456789"), output=D(0))
    with localcontext(prec=2):
        assert _total(Usage(987_654_321, 0), prices) == D("121.9326311248285321112635269")


DETAILS = PromptTokensDetails(
    cached_tokens=300,
    cached_audio_tokens=100,
    audio_tokens=150,
    image_tokens=60,
    video_tokens=40,
    cache_write_5m_tokens=10,
    cache_write_1h_tokens=20,
    cache_write_12h_tokens=30,
)
USAGE = Usage(
    1000, 1000, 2000, DETAILS, CompletionTokensDetails(reasoning_tokens=400, audio_tokens=100, image_tokens=50)
)


def test_each_bucket_has_a_price_of_its_own() -> None:
    prices = Prices(
        input=D(1),
        output=D(2),
        cache_read=D("0.1"),
        cache_read_audio=D("0.2"),
        cache_write=D("1.25"),
        cache_write_1h=D("1.5"),
        cache_write_12h=D("1.75"),
        reasoning=D(3),
        input_audio=D(4),
        input_image=D(5),
        input_video=D(6),
        output_audio=D(7),
        output_image=D(9),
    )
    found = price(USAGE, prices)
    assert found is not None
    assert {line.bucket: (line.quantity, line.rate) for line in found.lines} == {
        "input": (490, 1),
        "input_audio": (50, 4),
        "input_image": (60, 5),
        "input_video": (40, 6),
        "cache_read": (200, D("0.1")),
        "cache_read_audio": (100, D("0.2")),
        "cache_write": (10, D("1.25")),
        "cache_write_1h": (20, D("1.5")),
        "cache_write_12h": (30, D("1.75")),
        "output": (450, 2),
        "reasoning": (400, 3),
        "output_audio": (100, 7),
        "output_image": (50, 9),
    }


def test_what_is_not_priced_apart_is_billed_as_text_of_its_side() -> None:
    assert _total(USAGE, PLAIN) == D("0.01")


def test_cached_audio_without_a_price_is_billed_as_cached_text() -> None:
    details = PromptTokensDetails(cached_tokens=MILLION, cached_audio_tokens=MILLION, audio_tokens=MILLION)
    assert _total(Usage(MILLION, 0, None, details), Prices(input=D(9), input_audio=D(9), cache_read=D(1))) == 1


def test_a_bucket_that_only_the_standard_rates_price_apart_is_unknown_in_a_tier() -> None:
    prices = Prices(input=D(2), output=D(8), cache_read=D(1), tiers=(Tier(input=D(1), output=D(4), service="batch"),))
    assert _total(Usage(10, 10), prices, batch=True) == D("0.00005")
    cached = PromptTokensDetails(cached_tokens=5)
    assert _total(Usage(10, 10, None, cached), prices, batch=True) is None


@pytest.mark.parametrize("written", [{"cache_write_1h_tokens": 5}, {"cache_write_12h_tokens": 5}])
def test_a_long_lived_cache_write_is_unknown_where_only_short_ones_have_a_price(written: dict[str, int]) -> None:
    usage = Usage(10, 0, None, PromptTokensDetails(**written))
    assert _total(usage, PLAIN) == D("0.00002")
    assert _total(usage, Prices(input=D(2), cache_write=D("2.5"))) is None


@pytest.mark.parametrize(
    ("usage", "prices"),
    [
        (None, PLAIN),
        (Usage(), PLAIN),
        (Usage(1, 1), Prices()),
        (Usage(1, 1), Prices(input=D(1))),
        (Usage(1, 1), Prices(output=D(1))),
        (Usage(1, 1, None, PromptTokensDetails(cached_tokens=2)), PLAIN),
        (Usage(1, 1, None, None, CompletionTokensDetails(reasoning_tokens=2)), PLAIN),
        (Usage(1, 1), Prices(input=D(1), output=D(1), incomplete=True)),
        (Usage(1, 1, web_searches=1), PLAIN),
        (Usage(1, 1, web_searches=-1), PLAIN),
    ],
)
def test_what_is_not_known_is_unknown_and_never_nothing(usage: Usage | None, prices: Prices) -> None:
    assert price(usage, prices) is None


def test_an_embedding_needs_no_price_for_output() -> None:
    assert _total(Usage(MILLION, None, MILLION), Prices(input=D("0.02"))) == D("0.02")


def test_what_the_provider_says_plays_no_part() -> None:
    assert _total(Usage(1, 1, cost=99.0), PLAIN) == D("0.00001")
    assert _total(Usage(cost=99.0), PLAIN) is None


TIERED = Prices(
    input=D(1),
    output=D(2),
    tiers=(
        Tier(input=D(3), output=D(4), above=200_000),
        Tier(input=D(7), output=D(8), above=500_000),
        Tier(input=D("0.5"), output=D(1), service="flex"),
        Tier(input=D(5), output=D(6), service="priority"),
        Tier(input=D(9), output=D(9), above=200_000, service="priority"),
    ),
)


@pytest.mark.parametrize(
    ("tokens", "service", "rate"),
    [
        (0, None, 1),
        (200_000, None, 1),
        (200_001, None, 3),
        (500_000, None, 3),
        (500_001, None, 7),
        (200_000, "flex", D("0.5")),
        (200_001, "flex", None),
        (200_000, "priority", 5),
        (200_001, "priority", 9),
        (500_000, "priority", 9),
        (500_001, "priority", None),
        (10, "fast", 5),
        (10, "default", 1),
        (10, "auto", 1),
        (10, "scale", 1),
        (10, "ON_DEMAND", 1),
        (10, "ON_DEMAND_PRIORITY", 5),
        (10, "ON_DEMAND_FLEX", D("0.5")),
        (10, "PROVISIONED_THROUGHPUT", None),
        (10, "reserved", None),
        (10, "batch", None),
    ],
)
def test_the_rates_are_those_of_the_tier_and_of_the_longest_threshold_passed(
    tokens: int, service: str | None, rate: Decimal | None
) -> None:
    rates = rates_for(TIERED, tokens, service_tier=service)
    assert (rates and rates.input) == rate


def test_all_tokens_of_a_long_prompt_have_the_long_price_cached_ones_count_towards_it() -> None:
    details = PromptTokensDetails(cached_tokens=200_000)
    assert _total(Usage(200_001, 1, None, details), TIERED) == D("0.600007")


def test_thresholds_need_no_order() -> None:
    turned = Prices(input=D(1), tiers=tuple(reversed(TIERED.tiers)))
    assert [rates_for(turned, n) for n in (1, 200_001, 500_001)][1:] == [TIERED.tiers[0], TIERED.tiers[1]]


def test_a_batch_goes_before_the_service_tier_and_is_never_half_of_anything() -> None:
    assert price(Usage(1, 1), TIERED, service_tier="flex", batch=True) is None
    batch = Prices(input=D(1), output=D(1), tiers=(Tier(input=D("0.3"), output=D("0.4"), service="batch"),))
    assert _total(Usage(MILLION, MILLION), batch, service_tier="flex", batch=True) == D("0.7")


# Monday 08:00 to 09:00, and Sunday as a whole.
OFF_PEAK = Prices(
    input=D(2), tiers=(Tier(input=D(1), hours=((480, 540), (6 * 1440, 7 * 1440))), Tier(input=D(4), above=9))
)
MONDAY = 1_763_942_400  # 2025-11-24T00:00:00Z


@pytest.mark.parametrize(
    ("at", "rate"),
    [
        (MONDAY - 1, 1),
        (MONDAY, 2),
        (MONDAY + 480 * 60 - 1, 2),
        (MONDAY + 480 * 60, 1),
        (MONDAY + 540 * 60 - 1, 1),
        (MONDAY + 540 * 60, 2),
        (None, None),
    ],
)
def test_the_hour_decides_where_prices_depend_on_it(at: int | None, rate: Decimal | None) -> None:
    rates = rates_for(OFF_PEAK, 5, at=at)
    assert (rates and rates.input) == rate


def test_a_longer_prompt_goes_before_the_hour() -> None:
    rates = rates_for(OFF_PEAK, 10, at=MONDAY + 480 * 60)
    assert isinstance(rates, Rates)
    assert rates.input == 4


UNITS = UnitRates(
    request=D("0.005"),
    input_image=D("0.1"),
    output_image=D("0.04"),
    second=D("0.0001"),
    page=D("0.002"),
    character=D("0.000015"),
    query=D("0.001"),
    web_search=D("0.01"),
)


@pytest.mark.parametrize(
    ("units", "cost"),
    [
        (Units(), D("0.005")),
        (Units(request=0), D(0)),
        (Units(request=3), D("0.015")),
        (Units(request=0, input_image=2), D("0.2")),
        (Units(request=0, output_image=2), D("0.08")),
        (Units(request=0, second=D("30.5")), D("0.00305")),
        (Units(request=0, page=2), D("0.004")),
        (Units(request=0, character=1000), D("0.015")),
        (Units(request=0, query=2), D("0.002")),
        (Units(request=0, web_search=2), D("0.02")),
        (Units(page=1, query=1), D("0.008")),
    ],
)
def test_units_have_their_own_price(units: Units, cost: Decimal) -> None:
    found = price(None, Prices(units=UNITS), units=units)
    assert found is not None
    assert found.total == found.units == cost
    assert sum(line.amount for line in found.lines) == cost


def test_a_fee_per_request_needs_no_count() -> None:
    fees = UnitRates(request=UNITS.request, web_search=UNITS.web_search)
    prices = Prices(input=D(1), output=D(1), units=fees)
    assert _total(Usage(MILLION, MILLION), prices) == D("2.005")
    assert _total(Usage(0, 0, web_searches=2), prices) == D("0.025")
    assert _total(Usage(0, 0, web_searches=2), prices, units=Units(web_search=1)) == D("0.035")


@pytest.mark.parametrize("unit", ["character", "output_image", "page", "query", "second"])
def test_a_model_that_is_priced_by_a_unit_needs_its_count(unit: str) -> None:
    """A rerank model's tokens cost nothing; its queries do."""
    prices = Prices(input=D(0), output=D(0), units=UnitRates(**{unit: D("0.002")}))
    assert price(Usage(1000, 0), prices) is None
    assert _total(Usage(1000, 0), prices, units=Units(**{unit: 2})) == D("0.004")


def test_a_count_without_a_price_is_unknown() -> None:
    assert price(None, PLAIN, units=Units(page=1)) is None
    assert price(Usage(1, 1), Prices(input=D(1), output=D(1), units=UnitRates(page=D(1))), units=Units(query=1)) is None


def test_a_negative_count_is_the_callers_mistake() -> None:
    with pytest.raises(LocalProtocolError, match="negative"):
        Units(second=D(-1))
