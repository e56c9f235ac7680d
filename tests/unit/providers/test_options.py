"""Providers with options, providers of one's own, and variants for some models."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

import sansio
from sansio import ChatRequest, Exchange, LocalProtocolError, Provider, providers
from sansio.types import Form, Quirks, Variant

_CLOUD = Provider(
    name="cloud",
    base_url="https://{region}.cloud.example/{project}",
    dialect="openai_chat",
    key_variables=("CLOUD_KEY",),
    options={"version": "v1"},
    option_variables={"region": ("CLOUD_REGION", "REGION"), "project": ()},
    query=(("version", "{version}"),),
    paths={"chat": "/{version}/models/{model}/chat"},
    variants=(
        Variant(pattern="tiny-.*", dialect="openai_chat", auth="x-key", quirks=Quirks(renamed={"seed": "random_seed"})),
        Variant(
            pattern="eu-.*",
            dialect="openai_chat",
            base_url="https://eu.cloud.example/{project}",
            headers=(("x-eu", "1"),),
            paths={"chat": "/eu"},
        ),
        Variant(pattern="plain-.*", dialect="openai_chat", query=(), operations=frozenset()),
    ),
)


@pytest.fixture(autouse=True)
def _registered() -> Iterator[None]:  # pyright: ignore[reportUnusedFunction]
    providers.register(_CLOUD)
    yield
    providers._registered.clear()  # pyright: ignore[reportPrivateUsage]


def _exchange(model: str) -> Exchange[sansio.ChatResponse]:
    cloud = sansio.provider("cloud", api_key="k", region="r1", project="p")
    return Exchange(cloud, ChatRequest(model=model, messages="hi", seed=1))


def test_one_s_own_is_known_like_the_others() -> None:
    assert "cloud" in providers.names()
    assert providers.template("cloud") is _CLOUD
    own = Provider(name="openai", base_url="http://h", dialect="openai_chat")
    providers.register(own)
    assert providers.template("openai") is own
    with pytest.raises(LocalProtocolError, match="no dialect 'x'"):
        providers.register(Provider(name="other", base_url="http://h", dialect="x"))


def test_options_stand_in_the_url_the_path_and_the_query() -> None:
    request = _exchange("cloud/big one").request
    assert request.url == "https://r1.cloud.example/p/v1/models/big%20one/chat?version=v1"


def test_options_come_from_arguments_then_variables_then_the_provider() -> None:
    env = {"CLOUD_KEY": "k", "REGION": "r2", "CLOUD_REGION": ""}
    one = sansio.provider("cloud", env=env, project="p", version="v2")
    assert one.options == {"version": "v2", "region": "r2", "project": "p"}
    assert one.base_url == "https://r2.cloud.example/p"
    two = sansio.provider("cloud", env=env, region="r3", project="p")
    assert two.options == {"version": "v1", "region": "r3", "project": "p"}


def test_a_url_of_one_s_own_needs_no_options() -> None:
    assert sansio.provider("cloud", base_url="http://localhost:8000").base_url == "http://localhost:8000"


def test_a_variant_replaces_what_it_gives() -> None:
    tiny = _exchange("cloud/tiny-1")
    assert tiny.request.url == "https://r1.cloud.example/p/chat/completions?version=v1"
    assert dict(tiny.request.headers)["x-key"] == "k"
    assert b'"random_seed":1' in bytes(tiny.request.body)  # type: ignore[arg-type]
    eu = _exchange("eu-2").request
    assert eu.url == "https://eu.cloud.example/p/eu?version=v1"
    assert dict(eu.headers)["x-eu"] == "1"
    assert dict(eu.headers)["authorization"] == "Bearer k"
    plain = _exchange("plain-1").request
    assert plain.url == "https://r1.cloud.example/p/chat/completions"


_ROOTED = Provider(
    name="rooted",
    base_url="https://{resource}.example/openai/v1",
    dialect="openai_chat",
    auth="api-key x-key",
    rooted=True,
    option_variables={"resource": (), "api_version": ()},
    forms={
        "api_version": Form(
            base_url="https://{resource}.example/old",
            paths={"chat": "/deployments/{model}/chat"},
            query=(("api-version", "{api_version}"),),
        )
    },
)


@pytest.mark.parametrize(
    ("options", "url"),
    [
        ({"resource": "r"}, "https://r.example/openai/v1/chat/completions"),
        ({"resource": "r", "api_version": "1"}, "https://r.example/old/deployments/m%2Fn/chat?api-version=1"),
        ({"base_url": "https://h.example/"}, "https://h.example/openai/v1/chat/completions"),
        ({"base_url": "https://h.example/mine"}, "https://h.example/mine/chat/completions"),
        (
            {"base_url": "https://h.example", "api_version": "1"},
            "https://h.example/old/deployments/m%2Fn/chat?api-version=1",
        ),
    ],
)
def test_an_option_may_ask_for_other_urls_and_a_resource_has_the_path_of_them(options: Any, url: str) -> None:
    providers.register(_ROOTED)
    rooted = sansio.provider("rooted", api_key="k", **options)
    request = Exchange(rooted, ChatRequest(model="m/n", messages="hi")).request
    assert request.url == url
    assert [dict(request.headers)[name] for name in ("api-key", "x-key")] == ["k", "k"]


def test_an_option_that_only_a_variant_needs_is_missed_by_it() -> None:
    cloud = sansio.provider("cloud", api_key="k", base_url="http://h")
    assert Exchange(cloud, ChatRequest(model="m", messages="hi")).request.url.startswith("http://h/v1/models/m/chat")
    with pytest.raises(LocalProtocolError, match=r"'cloud' needs project= for 'eu-big'"):
        Exchange(cloud, ChatRequest(model="eu-big", messages="hi"))
    placed = sansio.provider("cloud", api_key="k", base_url="http://h", project="p")
    assert Exchange(placed, ChatRequest(model="eu-big", messages="hi")).request.url == "http://h/p/eu?version=v1"


def test_another_dialect_has_no_variants() -> None:
    assert sansio.provider("cloud", dialect="openai_chat", base_url="http://h").variants == ()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"region": "r"}, r"provider 'cloud' needs project=, or a base_url"),
        ({"project": "p"}, r"needs region= \(CLOUD_REGION, REGION\), or a base_url"),
        (
            {"region": "r", "project": "p", "zone": "z"},
            "cloud has no option 'zone'; there are project, region, version",
        ),
        ({"region": "evil.example/x", "project": "p"}, "region='evil.example/x' is no option of cloud"),
        ({"region": "", "project": "p"}, "region='' is no option"),
    ],
)
def test_options_that_cannot_be(options: Any, message: str) -> None:
    with pytest.raises(LocalProtocolError, match=message):
        sansio.provider("cloud", api_key="k", **options)


def test_a_provider_without_options() -> None:
    with pytest.raises(LocalProtocolError, match="openai has no option 'region'; it has none"):
        sansio.provider("openai", region="r")
