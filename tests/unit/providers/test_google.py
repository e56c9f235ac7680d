"""Google's two providers."""

from __future__ import annotations

import pytest

import sansio
from sansio import ChatRequest, Exchange
from sansio.errors import LocalProtocolError
from sansio.types import CountTokensRequest, Credential, EmbeddingRequest


def url(provider: str, model: str, *, stream: bool = False, **options: str) -> str:
    found = sansio.provider(provider, api_key="k", **options)  # type: ignore[arg-type]
    return Exchange(found, ChatRequest(model=model, messages="hi", max_tokens=5), stream=stream).request.url


def test_a_key_of_the_gemini_api() -> None:
    env = {"GEMINI_API_KEY": "b", "GOOGLE_API_KEY": "a", "GOOGLE_GEMINI_BASE_URL": "http://127.0.0.1:1"}
    provider = sansio.provider("gemini", env=env)
    exchange = Exchange(provider, ChatRequest(model="m", messages="hi"))
    assert dict(exchange.request.headers)["x-goog-api-key"] == "a"
    assert exchange.request.url == "http://127.0.0.1:1/v1beta/models/m:generateContent"


@pytest.mark.parametrize(
    ("location", "host"),
    [
        ("global", "aiplatform.googleapis.com"),
        ("us", "aiplatform.us.rep.googleapis.com"),
        ("eu", "aiplatform.eu.rep.googleapis.com"),
        ("europe-west4", "europe-west4-aiplatform.googleapis.com"),
    ],
)
def test_hosts_of_vertex_ai(location: str, host: str) -> None:
    path = f"/v1beta1/projects/p/locations/{location}/publishers/google/models/m:generateContent"
    assert url("vertex", "m", project="p", location=location) == f"https://{host}{path}"


def test_options_come_from_the_environment() -> None:
    env = {"GOOGLE_CLOUD_PROJECT": "p", "CLOUD_ML_REGION": "us-east5"}
    provider = sansio.provider("vertex_ai", env=env)
    assert provider.options == {"location": "us-east5", "version": "v1beta1", "project": "p"}
    credential = Credential((("authorization", "Bearer t"),))
    exchange = Exchange(provider, ChatRequest(model="m", messages="hi"), credential=credential)
    assert exchange.request.url.startswith("https://us-east5-aiplatform.googleapis.com/v1beta1/projects/p/")
    with pytest.raises(LocalProtocolError, match=r"project=.*GOOGLE_CLOUD_PROJECT"):
        sansio.provider("vertex_ai")


def test_another_version() -> None:
    assert "/v1/projects/" in url("vertex_ai", "m", project="p", version="v1")


@pytest.mark.parametrize(
    ("model", "stream", "path"),
    [
        ("claude-sonnet-4-5@20250929", False, "publishers/anthropic/models/claude-sonnet-4-5@20250929:rawPredict"),
        ("anthropic/claude-opus-5", False, "publishers/anthropic/models/claude-opus-5:rawPredict"),
        ("publishers/anthropic/models/claude-opus-5", False, "publishers/anthropic/models/claude-opus-5:rawPredict"),
        ("vertex_ai/claude-opus-5", True, "publishers/anthropic/models/claude-opus-5:streamRawPredict"),
        ("meta/llama-4-maverick-17b-128e-instruct-maas", False, "endpoints/openapi/chat/completions"),
        ("xai/grok-4.1-fast-reasoning", True, "endpoints/openapi/chat/completions"),
    ],
)
def test_other_publishers_speak_their_own_apis(model: str, stream: bool, path: str) -> None:
    start = "https://aiplatform.googleapis.com/v1/projects/p/locations/global/"
    assert url("vertex_ai", model, stream=stream, project="p") == start + path


def test_a_url_of_ones_own_holds_for_all() -> None:
    for model in ("m", "claude-x", "meta/x"):
        assert url("vertex_ai", model, project="p", base_url="http://127.0.0.1:1").startswith("http://127.0.0.1:1/v1")


def test_claude_names_its_version_and_no_model() -> None:
    provider = sansio.provider("vertex_ai", api_key="t", project="p")
    request = ChatRequest(model="claude-sonnet-4-5", messages="hi", max_tokens=5)
    body = Exchange(provider, request).request.body
    assert isinstance(body, bytes)
    assert b'"anthropic_version":"vertex-2023-10-16"' in body
    assert b'"model"' not in body
    counting = Exchange(provider, CountTokensRequest(ChatRequest(model="claude-x", messages="hi"))).request
    assert counting.url.endswith("/v1/projects/p/locations/global/publishers/anthropic/models/count-tokens:rawPredict")
    assert b'"model":"claude-x"' in bytes(counting.body)  # type: ignore[arg-type]
    named = Exchange(provider, CountTokensRequest(ChatRequest(model="anthropic/claude-x", messages="hi"))).request
    assert named == counting


def test_embeddings_of_open_models() -> None:
    provider = sansio.provider("vertex_ai", api_key="t", project="p")
    exchange = Exchange(provider, EmbeddingRequest(model="intfloat/multilingual-e5-large-instruct-maas", input="a"))
    assert exchange.request.url.endswith("/locations/global/endpoints/openapi/embeddings")
    with pytest.raises(LocalProtocolError, match="takes no EmbeddingRequest"):
        Exchange(provider, EmbeddingRequest(model="xai/grok", input="a"))


def test_express_mode_is_the_gemini_api_elsewhere() -> None:
    model, base = "publishers/google/models/gemini-2.5-flash", "https://aiplatform.googleapis.com/v1"
    assert url("gemini", model, base_url=base) == f"{base}/{model}:generateContent"
