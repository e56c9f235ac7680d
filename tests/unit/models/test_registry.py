"""The registry: the package's own tables, and what users lay over them."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import get_args

import pytest

from sansio.models import Feature, ModelInfo, Prices, Registry, dump, sources
from sansio.models.registry import _KEPT  # pyright: ignore[reportPrivateUsage]

MINE = ModelInfo(provider="openai", id="gpt-4o", features=frozenset({"tools"}), prices=Prices(input=Decimal(1)))
OWN = ModelInfo(provider="mine", id="a/b", kind="embedding", features=frozenset({"vision"}))
PROVIDERS = (
    "anthropic azure_ai azure_openai bedrock cerebras cohere deepinfra deepseek fireworks gemini groq huggingface "
    "meta_llama mistral moonshot nvidia_nim ollama openai openrouter perplexity together v0 vertex_ai xai"
)


def test_a_model_is_found_by_provider_and_name() -> None:
    found = Registry().info("openai/gpt-4o")
    assert found is not None
    assert (found.provider, found.id, found.kind) == ("openai", "gpt-4o", "chat")
    assert found.features >= {"tools", "vision", "structured_output", "streaming", "system_messages"}
    assert "reasoning" not in found.features
    assert (found.max_input_tokens, found.max_output_tokens, found.context_window) == (128_000, 16_384, 128_000)
    assert found.prices is not None
    assert (found.prices.input, found.prices.output, found.prices.cache_read) == (
        Decimal("2.5"),
        Decimal(10),
        Decimal("1.25"),
    )


def test_ids_keep_their_slashes_and_providers_their_other_names() -> None:
    registry = Registry()
    assert registry.info("openrouter/openai/gpt-4o") is not None
    assert registry.info("azure/gpt-4o") == registry.info("azure_openai/gpt-4o") is not None


@pytest.mark.parametrize(
    "model",
    [
        "",
        "gpt-4o",
        "openai/",
        "/gpt-4o",
        "openai/nothing-such",
        "openai/nothing-such-2030-01-31",
        "nobody/gpt-4o",
        "../openai/x",
        "sources/x",
    ],
)
def test_what_is_not_listed_is_not_known(model: str) -> None:
    assert Registry().info(model) is None


def test_a_model_is_found_by_its_other_names() -> None:
    registry = Registry()
    assert registry.info("openai/gpt-4o-2099-01-31") == registry.info("openai/gpt-4o")
    assert registry.info("gemini/models/gemini-2.5-pro") == registry.info("gemini/gemini-2.5-pro")


@pytest.mark.parametrize(
    ("name", "snapshot"),
    [
        ("anthropic/claude-opus-4-20250514", "anthropic/claude-opus-4-0"),
        ("mistral/codestral", "mistral/codestral-latest"),
        ("openai/gpt-5.1-chat", "openai/gpt-5.1-chat-latest"),
        ("xai/grok-2-latest", "xai/grok-2-1212"),
        ("xai/grok-3-beta", "xai/grok-3"),
        ("xai/grok-4", "xai/grok-4-0709"),
        ("xai/grok-4-fast-latest", "xai/grok-4-fast-reasoning"),
        ("xai/grok-4-latest", "xai/grok-4-0709"),
    ],
)
def test_what_a_snapshot_is_called_for_short_costs_the_same(name: str, snapshot: str) -> None:
    short, listed = Registry().info(name), Registry().info(snapshot)
    assert short is not None
    assert listed is not None
    assert short.prices is not None
    assert short.prices == listed.prices
    assert short.deprecation_date is None


def test_a_snapshot_that_is_listed_has_its_own_price() -> None:
    old = Registry().info("openai/gpt-4o-2024-05-13")
    assert old is not None
    assert old.prices is not None
    assert old.prices.input == 5


def test_a_variant_with_a_price_of_its_own_has_capabilities_and_no_price() -> None:
    registry = Registry()
    plain, variant = registry.info("openrouter/openai/gpt-4o"), registry.info("openrouter/openai/gpt-4o:nitro")
    assert plain is not None
    assert variant is not None
    assert plain.prices is not None
    assert variant.prices is None
    assert variant.context_window == plain.context_window


def test_models_of_ones_own_go_before_the_packages() -> None:
    registry = Registry([MINE, OWN])
    assert registry.info("openai/gpt-4o") == MINE
    assert registry.info("openai/gpt-4o-2099-01-31") == MINE
    assert registry.info("mine/a/b") == OWN
    assert registry.info("openai/gpt-4o-mini") is not None


def test_adding_models_leaves_a_registry_as_it_was() -> None:
    base = Registry([MINE], packaged=False)
    more = base.with_models([OWN, ModelInfo(provider="openai", id="gpt-4o")])
    assert base.info("mine/a/b") is None
    assert base.info("openai/gpt-4o") == MINE
    assert more.info("mine/a/b") == OWN
    assert more.info("openai/gpt-4o") == ModelInfo(provider="openai", id="gpt-4o")
    assert more.info("openai/gpt-4o-mini") is None


def test_a_registry_is_loaded_from_either_format() -> None:
    table = {"mine/a/b": {"litellm_provider": "mine", "input_cost_per_token": 1e-06}}
    for registry in (Registry.load(dump([OWN])), Registry.from_litellm(table)):
        assert registry.info("mine/a/b") is not None
        assert registry.info("openai/gpt-4o") is not None
    assert Registry.load(dump([OWN]), packaged=False).models() == (OWN,)
    assert Registry.from_litellm(table, packaged=False).info("openai/gpt-4o") is None


def test_models_are_asked_for_by_feature_provider_and_kind() -> None:
    registry = Registry([MINE, OWN], packaged=False)
    assert registry.with_feature("vision") == (OWN,)
    assert registry.with_feature("vision", "tools") == ()
    assert registry.with_feature() == (OWN, MINE)
    assert registry.with_feature(provider="openai") == (MINE,)
    assert registry.with_feature(kind="embedding") == (OWN,)
    assert registry.with_feature("tools", provider="nobody") == ()


def test_the_packages_models_are_asked_for_by_feature() -> None:
    reasoning = Registry([MINE]).with_feature("reasoning", "tools", provider="azure", kind="chat")
    assert reasoning
    assert {model.provider for model in reasoning} == {"azure_openai"}
    assert all(model.features >= {"reasoning", "tools"} for model in reasoning)


def test_models_come_in_order_and_once() -> None:
    models = Registry([MINE, OWN]).models()
    keys = [(model.provider, model.id) for model in models]
    assert keys == sorted(set(keys))
    assert MINE in models
    assert OWN in models
    assert Registry().models("nobody") == ()


def test_what_is_kept_of_look_ups_is_bounded() -> None:
    registry = Registry()
    for day in range(_KEPT + 10):
        assert registry.info(f"anthropic/claude-sonnet-4-5-20{day:06}") is not None
    assert len(registry._found) <= _KEPT  # pyright: ignore[reportPrivateUsage]


def test_every_provider_that_lists_models_has_a_table() -> None:
    assert sorted({model.provider for model in Registry().models()}) == PROVIDERS.split()


def test_the_tables_hold_what_the_schema_says() -> None:
    """Every row decodes; no price is nothing but where nothing is charged; every source is named."""
    known = {source.name for source in sources()}
    for model in Registry().models():
        assert model.id == model.id.strip() != ""
        assert model.source in known
        assert model.features <= set(get_args(Feature))
        if model.prices is not None and model.kind != "moderation" and model.provider != "ollama":
            assert re.search(r'"[a-z_0-9]+":(0\.0*)?[1-9]', dump([model]).decode()), model


def test_most_models_have_a_price() -> None:
    chat = Registry().with_feature(kind="chat")
    assert len(chat) > 1000
    assert sum(model.prices is not None for model in chat) > len(chat) * 0.8


def test_the_sources_are_named_with_version_licence_and_date() -> None:
    assert {source.name: source.licence for source in sources()} == {"genai-prices": "MIT", "litellm": "MIT"}
    assert all(source.version and source.url for source in sources())
    assert all(date.fromisoformat(source.date) for source in sources())
