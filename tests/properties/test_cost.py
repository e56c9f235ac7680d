"""Costs: every token in one bucket, lines that add up exactly, more tokens never cheaper, and the unknown never free."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Final, TypeVar, get_args

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from sansio.models import (
    Cost,
    Feature,
    ModelInfo,
    Prices,
    Rates,
    Tier,
    UnitRates,
    Units,
    dump,
    info,
    price,
    rates_for,
    read,
    read_litellm,
)
from sansio.models.buckets import of_completion, of_prompt
from sansio.models.pricing import plain_total
from sansio.types import CompletionTokensDetails, PromptTokensDetails, Usage

D = TypeVar("D", bound=msgspec.Struct)

BUCKETS = Rates.__struct_fields__
COUNTS = st.integers(0, 10**9)
RATES = st.decimals(0, 1000, places=9)
MAYBE_RATE = st.none() | RATES
SERVICES = st.none() | st.sampled_from(["batch", "flex", "priority"])
NAMES = st.text(st.characters(codec="utf-8", exclude_characters="/"), min_size=1, max_size=8)


def _members(struct: type[msgspec.Struct], values: st.SearchStrategy[object]) -> st.SearchStrategy[dict[str, object]]:
    return st.fixed_dictionaries({}, optional=dict.fromkeys(struct.__struct_fields__, values))


def _rates(values: st.SearchStrategy[object]) -> st.SearchStrategy[dict[str, object]]:
    return _members(Rates, values)


@st.composite
def usages(draw: st.DrawFn) -> Usage:
    """Usage that holds together: parts that are within their whole."""
    buckets = {name: draw(st.integers(0, 10**6)) for name in BUCKETS}
    read_media = buckets["cache_read_audio"], buckets["cache_read_image"]
    written = buckets["cache_write"], buckets["cache_write_1h"], buckets["cache_write_12h"]
    prompt = sum(buckets[name] for name in BUCKETS if name.startswith(("input", "cache")))
    completion = sum(buckets[name] for name in BUCKETS if name.startswith(("output", "reasoning")))
    return Usage(
        prompt,
        completion,
        prompt + completion,
        PromptTokensDetails(
            cached_tokens=buckets["cache_read"] + sum(read_media),
            cached_audio_tokens=read_media[0],
            cached_image_tokens=read_media[1],
            cache_write_tokens=sum(written) if draw(st.booleans()) else None,
            cache_write_5m_tokens=written[0],
            cache_write_1h_tokens=written[1],
            cache_write_12h_tokens=written[2],
            audio_tokens=buckets["input_audio"] + read_media[0],
            image_tokens=buckets["input_image"] + read_media[1],
            video_tokens=buckets["input_video"],
        ),
        CompletionTokensDetails(
            reasoning_tokens=buckets["reasoning"],
            audio_tokens=buckets["output_audio"],
            image_tokens=buckets["output_image"],
        ),
    )


def wild_details(struct: type[D]) -> st.SearchStrategy[D | None]:
    """Details as no honest provider states them."""
    stated = _members(struct, st.none() | st.integers(-5, 200))
    return st.none() | stated.map(lambda members: msgspec.convert(members, struct))


@st.composite
def prices(draw: st.DrawFn, values: st.SearchStrategy[object] = MAYBE_RATE) -> Prices:
    """Prices with tiers and units."""
    tiers = [
        msgspec.structs.replace(
            Tier(above=draw(st.sampled_from([0, 1000, 200_000])), service=draw(SERVICES)), **draw(_rates(values))
        )
        for _ in range(draw(st.integers(0, 3)))
    ]
    units = UnitRates(**{name: draw(MAYBE_RATE) for name in UnitRates.__struct_fields__})
    return msgspec.structs.replace(
        Prices(tiers=tuple(tiers), units=draw(st.none() | st.just(units)), incomplete=draw(st.booleans())),
        **draw(_rates(values)),
    )


def _all_known() -> st.SearchStrategy[Prices]:
    full = st.fixed_dictionaries(dict.fromkeys(BUCKETS, RATES))
    units = UnitRates(request=Decimal("0.01"), web_search=Decimal("0.0001"))
    return full.map(lambda rates: msgspec.structs.replace(Prices(units=units), **rates))


@given(st.integers(0, 300), wild_details(PromptTokensDetails))
def test_every_token_of_any_prompt_is_in_one_bucket_or_the_usage_makes_no_sense(
    tokens: int, details: PromptTokensDetails | None
) -> None:
    buckets = of_prompt(tokens, details)
    if buckets is not None:
        assert sum(count for _, count in buckets) == tokens
        assert len({name for name, _ in buckets}) == len(buckets)
        assert all(count > 0 and name in BUCKETS for name, count in buckets)


@given(st.integers(0, 300), wild_details(CompletionTokensDetails))
def test_every_token_of_any_completion_is_in_one_bucket_or_the_usage_makes_no_sense(
    tokens: int, details: CompletionTokensDetails | None
) -> None:
    buckets = of_completion(tokens, details)
    if buckets is not None:
        assert sum(count for _, count in buckets) == tokens
        assert all(count > 0 for _, count in buckets)


@given(usages(), prices() | _all_known(), SERVICES, st.builds(Units, web_search=COUNTS))
def test_the_lines_of_a_bill_are_its_total_and_every_token(
    usage: Usage, of: Prices, service: str | None, units: Units
) -> None:
    found = price(usage, of, service_tier=service, units=units)
    if found is None:
        return
    assert _exact(line.amount for line in found.lines) == Fraction(found.total)
    assert _exact([found.prompt, found.completion, found.units]) == Fraction(found.total)
    assert sum(line.quantity for line in found.lines if line.tokens) == usage.total_tokens
    assert all(line.amount >= 0 for line in found.lines)


PLAIN: Final = st.builds(
    Usage,
    st.integers(0, 10**6),
    st.integers(0, 10**6),
    prompt_tokens_details=st.sampled_from([None, PromptTokensDetails(), PromptTokensDetails(cached_tokens=0)]),
    completion_tokens_details=st.sampled_from([None, CompletionTokensDetails(reasoning_tokens=0)]),
)


@given(
    usage=st.one_of(PLAIN, usages()),
    of=prices(),
    service=st.sampled_from([None, "auto", "flex", "priority", "reserved", "batch"]),
)
def test_what_is_said_in_short_is_the_total_of_the_bill(usage: Usage, of: Prices, service: str | None) -> None:
    if (short := plain_total(usage, of, service)) is not None:
        assert short == _cost(price(usage, of, service_tier=service)).total


@given(usage=PLAIN)
def test_plain_calls_are_priced_in_short(usage: Usage) -> None:
    gpt = info("openai/gpt-4o")
    assert gpt is not None
    assert gpt.prices is not None
    assert plain_total(usage, gpt.prices, "default") == _cost(price(usage, gpt.prices)).total


def _exact(amounts: Iterable[Decimal]) -> Fraction:
    """The sum, of which nothing can be rounded."""
    return sum(map(Fraction, amounts), Fraction(0))


@given(usages(), _all_known())
def test_usage_that_holds_together_has_a_cost_where_every_price_is_known(usage: Usage, of: Prices) -> None:
    assert price(usage, of) is not None


@given(usages(), _all_known(), st.sampled_from(BUCKETS))
def test_without_the_price_of_a_bucket_the_cost_is_of_a_wider_one_or_unknown(
    usage: Usage, of: Prices, bucket: str
) -> None:
    full, less = price(usage, of), price(usage, msgspec.structs.replace(of, **{bucket: None}))
    assert full is not None
    if bucket not in {line.bucket for line in full.lines}:
        assert less == full
    elif less is not None:
        billed_as = {line.bucket: line.rate for line in less.lines}[bucket]
        assert billed_as in {of.input, of.output, of.cache_read}


@given(
    st.integers(0, 10**6),
    st.integers(0, 10**6),
    st.integers(1, 10**6),
    _all_known(),
    st.sampled_from(["prompt", "completion"]),
)
def test_more_tokens_never_cost_less(prompt: int, completion: int, more: int, of: Prices, side: str) -> None:
    """Between the borders of tiers, whose longer prompts may well be cheaper."""
    few = _cost(price(Usage(prompt, completion), of))
    many = Usage(prompt + more, completion) if side == "prompt" else Usage(prompt, completion + more)
    assert _cost(price(many, of)).total >= few.total


def _cost(found: Cost | None) -> Cost:
    assert found is not None
    return found


@given(prices(RATES), st.integers(0, 400_000), SERVICES)
def test_the_rates_of_a_call_are_those_of_one_row(of: Prices, tokens: int, service: str | None) -> None:
    found = rates_for(of, tokens, service_tier=service)
    if isinstance(found, Tier):
        assert found in of.tiers
        assert found.above == 0 or tokens > found.above
        assert found.service in {service, None}
    else:
        assert found is None or found is of


MODELS = st.builds(
    ModelInfo,
    provider=NAMES,
    id=NAMES,
    kind=st.sampled_from(["chat", "image"]),
    max_input_tokens=st.none() | COUNTS,
    features=st.frozensets(st.sampled_from(get_args(Feature))),
    prices=st.none() | prices(),
    deprecation_date=st.none() | st.dates(date(2000, 1, 1)),
    source=st.none() | NAMES,
)


@given(st.lists(MODELS, unique_by=lambda model: (model.provider, model.id), max_size=4))
def test_models_come_back_from_their_file(models: list[ModelInfo]) -> None:
    data = dump(models)
    assert read(data) == tuple(sorted(models, key=lambda model: (model.provider, model.id)))
    assert dump(read(data)) == data
    assert dump(reversed(models)) == data


LITELLM = {
    "input": "input_cost_per_token",
    "output": "output_cost_per_token",
    "cache_read": "cache_read_input_token_cost",
    "cache_write": "cache_creation_input_token_cost",
    "cache_write_1h": "cache_creation_input_token_cost_above_1hr",
}
WRITTEN = st.fixed_dictionaries({}, optional=dict.fromkeys(LITELLM, st.decimals("0.001", 1000, places=3)))


@given(WRITTEN, WRITTEN, WRITTEN)
def test_prices_in_litellms_format_are_read_as_they_were_written(
    standard: dict[str, Decimal], long: dict[str, Decimal], flex: dict[str, Decimal]
) -> None:
    row: dict[str, object] = {"litellm_provider": "acme"}
    for rates, suffix in ((standard, ""), (long, "_above_200k_tokens"), (flex, "_flex")):
        row |= {LITELLM[name] + suffix: float(rate / 1_000_000) for name, rate in rates.items()}
    tiers = [Tier(above=200_000), Tier(service="flex")]
    stated = [msgspec.structs.replace(tier, **rates) for tier, rates in zip(tiers, (long, flex), strict=True) if rates]
    expected = msgspec.structs.replace(Prices(tiers=tuple(stated)), **standard)
    (model,) = read_litellm({"acme/m": row})
    assert model.prices == (expected if standard or stated else None)
