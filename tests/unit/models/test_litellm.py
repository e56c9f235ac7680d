"""LiteLLM's table, read into our schema."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal, localcontext

import pytest

from sansio.errors import LocalProtocolError
from sansio.models import ModelInfo, Prices, Tier, UnitRates, read_litellm

D = Decimal


def _one(row: dict[str, object], *, key: str = "acme/m", provider: str = "acme") -> ModelInfo:
    (model,) = read_litellm({key: {"litellm_provider": provider, **row}})
    return model


def _prices(row: dict[str, object], *, provider: str = "acme") -> Prices | None:
    return _one(row, provider=provider).prices


def test_a_row_becomes_a_model() -> None:
    row = {
        "litellm_provider": "azure",
        "mode": "responses",
        "max_input_tokens": 1000,
        "max_output_tokens": 100.0,
        "deprecation_date": "2027-01-31",
        "supports_function_calling": True,
        "supports_native_structured_output": True,
        "supports_vision": False,
        "supports_system_messages": False,
        "input_cost_per_token": 2.5e-06,
        "output_cost_per_token": 1e-05,
    }
    assert read_litellm(json.dumps({"azure/gpt-x": row, "sample_spec": {}, "nobody": {"mode": "chat"}}).encode()) == (
        ModelInfo(
            provider="azure_openai",
            id="gpt-x",
            max_input_tokens=1000,
            max_output_tokens=100,
            features=frozenset({"streaming", "structured_output", "tools"}),
            prices=Prices(input=D("2.5"), output=D(10)),
            deprecation_date=date(2027, 1, 31),
            source="litellm",
        ),
    )


@pytest.mark.parametrize(
    ("key", "provider", "ours"),
    [
        ("gpt-4o", "openai", ("openai", "gpt-4o")),
        ("deepinfra/meta-llama/L", "deepinfra", ("deepinfra", "meta-llama/L")),
        ("gemini-2.5-pro", "vertex_ai-language-models", ("vertex_ai", "gemini-2.5-pro")),
        ("vertex_ai/claude@1", "vertex_ai-anthropic_models", ("vertex_ai", "claude@1")),
        ("amazon.nova", "bedrock_converse", ("bedrock", "amazon.nova")),
        ("openai/gpt-oss", "groq", ("groq", "openai/gpt-oss")),
        ("sample_specs/x", "acme", ("acme", "sample_specs/x")),
    ],
)
def test_the_providers_name_leaves_the_id(key: str, provider: str, ours: tuple[str, str]) -> None:
    model = _one({}, key=key, provider=provider)
    assert (model.provider, model.id) == ours


def test_of_two_rows_for_a_model_the_one_with_the_provider_in_front_counts() -> None:
    plain, full = ({"litellm_provider": "xai", "max_input_tokens": n} for n in (1, 2))
    for table in ({"xai/g": full, "g": plain}, {"g": plain, "xai/g": full}):
        (model,) = read_litellm(table)
        assert model.max_input_tokens == 2


@pytest.mark.parametrize(
    ("mode", "kind"),
    [
        ("chat", "chat"),
        ("completion", "chat"),
        ("image_edit", "image"),
        ("audio_speech", "speech"),
        ("rerank", "rerank"),
        ("ocr", "ocr"),
    ],
)
def test_a_mode_is_a_kind(mode: str, kind: str) -> None:
    assert _one({"mode": mode}).kind == kind


@pytest.mark.parametrize(
    "row",
    [{"max_input_tokens": "many"}, {"max_input_tokens": 0}, {"deprecation_date": "soon"}, {"deprecation_date": 7}],
)
def test_what_is_no_limit_and_no_date_is_not_known(row: dict[str, object]) -> None:
    model = _one(row)
    assert (model.max_input_tokens, model.deprecation_date) == (None, None)


def test_only_chat_models_are_taken_to_stream_and_to_hear_the_system() -> None:
    assert _one({}).features == {"streaming", "system_messages"}
    assert _one({"supports_native_streaming": False}).features == {"system_messages"}
    assert _one({"mode": "embedding"}).features == frozenset()


def test_a_price_is_what_is_written_per_million_tokens() -> None:
    with localcontext(prec=2):
        assert _prices({"input_cost_per_token": 1.23456789e-07, "output_cost_per_token": "0.0000025"}) == Prices(
            input=D("0.123456789"), output=D("2.5")
        )


def test_a_model_without_prices_has_none_and_nothing_is_a_price() -> None:
    assert _prices({"input_cost_per_token": None}) is None
    assert _prices({"input_cost_per_token": 0, "output_cost_per_token": 0.0}) == Prices(input=D(0), output=D(0))


def test_buckets_tiers_and_services_are_told_by_the_names() -> None:
    row: dict[str, object] = {
        "input_cost_per_token": 1e-06,
        "input_cost_per_token_above_200k_tokens": 2e-06,
        "input_cost_per_token_above_200k_tokens_priority": 8e-06,
        "input_cost_per_token_priority": 4e-06,
        "input_cost_per_token_batches": 5e-07,
        "cache_creation_input_token_cost": 3e-06,
        "cache_creation_input_token_cost_above_1hr": 5e-06,
        "cache_creation_input_token_cost_above_1hr_above_200k_tokens": 6e-06,
        "cache_creation_input_token_cost_above_12hr_flex": 7e-06,
        "cache_read_input_audio_token_cost": 9e-06,
        "input_cost_per_token_decisions": 1.0,
        "input_cost_per_video_per_second": 1.0,
    }
    assert _prices(row) == Prices(
        input=D(1),
        cache_write=D(3),
        cache_write_1h=D(5),
        cache_read_audio=D(9),
        tiers=(
            Tier(input=D(2), cache_write_1h=D(6), above=200_000),
            Tier(input=D("0.5"), service="batch"),
            Tier(cache_write_12h=D(7), service="flex"),
            Tier(input=D(4), service="priority"),
            Tier(input=D(8), above=200_000, service="priority"),
        ),
    )


def test_a_long_prompt_begins_at_the_threshold_at_xai_and_behind_it_elsewhere() -> None:
    row: dict[str, object] = {"input_cost_per_token_above_128k_tokens": 1e-06}
    assert _prices(row) == Prices(tiers=(Tier(input=D(1), above=128_000),))
    assert _prices(row, provider="xai") == Prices(tiers=(Tier(input=D(1), above=127_999),))


def test_a_price_that_says_nothing_new_is_left_out() -> None:
    """Else the same bucket would be unknown in a tier that does not repeat it."""
    row: dict[str, object] = {
        "output_cost_per_token": 1e-06,
        "output_cost_per_reasoning_token": 1e-06,
        "output_cost_per_audio_token": 2e-06,
    }
    assert _prices(row) == Prices(output=D(1), output_audio=D(2))
    tier: dict[str, object] = {"output_cost_per_reasoning_token_flex": 5e-07}
    assert _prices(row | tier) == Prices(
        output=D(1), output_audio=D(2), reasoning=D(1), tiers=(Tier(reasoning=D("0.5"), service="flex"),)
    )


def test_ranges_of_prompts_are_tiers() -> None:
    spans = [
        {"range": [0, 32000.0], "input_cost_per_token": 1e-06, "output_cost_per_token": 2e-06},
        {"range": [32000.0, 1e6], "input_cost_per_token": 3e-06, "other_cost": 1.0},
        {"input_cost_per_token": 9e-06},
        "nonsense",
    ]
    assert _prices({"tiered_pricing": spans}) == Prices(
        input=D(1), output=D(2), tiers=(Tier(input=D(3), above=32_000),)
    )


def test_off_peak_prices_hold_at_their_minutes_of_the_week() -> None:
    row: dict[str, object] = {
        "input_cost_per_token": 2e-06,
        "output_cost_per_token": 4e-06,
        "off_peak_pricing": {
            "input_cost_per_token": 1e-06,
            "windows": [
                {"hours_utc": ["00:00-01:30", "10:00-00:00"], "weekdays": [1]},
                {"hours_utc": "02:00-03:00", "weekdays": [7]},
            ],
        },
    }
    hours = ((0, 90), (600, 1440), (6 * 1440 + 120, 6 * 1440 + 180))
    tier = Tier(input=D(1), output=D(4), hours=hours)
    assert _prices(row) == Prices(input=D(2), output=D(4), tiers=(tier,))


def test_a_window_without_weekdays_is_of_every_day() -> None:
    prices = _prices({"off_peak_pricing": {"input_cost_per_token": 1e-06, "windows": [{"hours_utc": "01:00-02:00"}]}})
    assert prices is not None
    assert [first for first, _ in prices.tiers[0].hours] == [60 + day * 1440 for day in range(7)]


@pytest.mark.parametrize(
    ("row", "units"),
    [
        ({"input_cost_per_query": 0.002}, UnitRates(query=D("0.002"))),
        ({"input_cost_per_request": 0.005}, UnitRates(request=D("0.005"))),
        ({"input_cost_per_character": 1.5e-05}, UnitRates(character=D("0.000015"))),
        ({"ocr_cost_per_page": 0.001}, UnitRates(page=D("0.001"))),
        ({"input_cost_per_image": 0.1}, UnitRates(input_image=D("0.1"))),
        ({"mode": "image_generation", "output_cost_per_image": 0.04}, UnitRates(output_image=D("0.04"))),
        ({"input_cost_per_second": 0.1, "output_cost_per_second": 0.1}, UnitRates(second=D("0.1"))),
        ({"input_cost_per_second": 0.1, "output_cost_per_second": 0.0}, UnitRates(second=D("0.1"))),
        ({"input_cost_per_second": 0.0, "output_cost_per_second": 0.2}, UnitRates(second=D("0.2"))),
        ({"search_context_cost_per_query": {"low": 0.01, "high": 0.01}}, UnitRates(web_search=D("0.01"))),
        ({"search_context_cost_per_query": {"low": 0.01, "high": 0.02}}, None),
        ({"output_cost_per_image": 0.04}, None),
    ],
)
def test_other_units_have_their_prices(row: dict[str, object], units: UnitRates | None) -> None:
    assert _prices(row) == (units and Prices(units=units))


def test_what_is_billed_by_tokens_is_not_billed_by_another_unit_too() -> None:
    image: dict[str, object] = {
        "mode": "image_generation",
        "output_cost_per_image": 0.04,
        "output_cost_per_image_token": 3e-05,
    }
    assert _prices(image) == Prices(output_image=D(30))
    speech: dict[str, object] = {
        "mode": "audio_transcription",
        "input_cost_per_token": 2.5e-06,
        "input_cost_per_second": 1e-4,
    }
    assert _prices(speech) == Prices(input=D("2.5"))


def test_a_fee_that_cannot_be_stated_makes_prices_incomplete() -> None:
    """A search of Perplexity's costs by how much it looks at, and every call searches."""
    row: dict[str, object] = {
        "input_cost_per_token": 1e-06,
        "search_context_cost_per_query": {"low": 0.005, "high": 0.012},
    }
    assert _prices(row, provider="perplexity") == Prices(input=D(1), incomplete=True)
    assert _prices(row) == Prices(input=D(1))


@pytest.mark.parametrize("table", [b"", b"[]", b"\xff", b'{"m": 3}'])
def test_bytes_that_are_no_table_are_refused(table: bytes) -> None:
    with pytest.raises(LocalProtocolError, match="LiteLLM"):
        read_litellm(table)


@pytest.mark.parametrize(
    "row",
    [
        {"input_cost_per_token": "cheap"},
        {"tiered_pricing": [{"range": ["none"]}]},
        {"off_peak_pricing": {"windows": [{"hours_utc": "noon"}]}},
        {"off_peak_pricing": {"windows": [{"hours_utc": "00:00-01:00", "weekdays": ["Monday"]}]}},
    ],
)
def test_a_row_that_cannot_be_read_is_named(row: dict[str, object]) -> None:
    with pytest.raises(LocalProtocolError, match="acme/m is not in LiteLLM's format"):
        _one(row)


def test_a_negative_price_is_refused() -> None:
    with pytest.raises(LocalProtocolError, match="input is no price"):
        _one({"input_cost_per_token": -1e-06})
