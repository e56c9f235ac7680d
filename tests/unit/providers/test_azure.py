"""Azure OpenAI in its two forms, and what Azure AI Foundry serves beside it."""

from __future__ import annotations

import pytest

import sansio
from sansio import ChatRequest, Exchange, FilePart, FileReference, Message, Provider, TextPart, user
from sansio.types import ContentPart, EmbeddingRequest
from tests.unit.providers.asked import body


def _url(provider: Provider, model: str = "my-gpt") -> str:
    return Exchange(provider, ChatRequest(model=model, messages="hi")).request.url


def test_the_form_without_a_version() -> None:
    env = {"AZURE_OPENAI_API_KEY": "k", "AZURE_OPENAI_RESOURCE": "res"}
    azure = sansio.provider("azure", env=env)
    request = Exchange(azure, ChatRequest(model="my-gpt", messages="hi")).request
    assert request.url == "https://res.openai.azure.com/openai/v1/chat/completions"
    assert ("api-key", "k") in request.headers
    assert "authorization" not in dict(request.headers)
    assert body(azure) == ({}, [])
    vectors = Exchange(azure, EmbeddingRequest(model="e", input="hi")).request
    assert vectors.url == "https://res.openai.azure.com/openai/v1/embeddings"


def test_the_form_with_a_dated_version() -> None:
    """The deployment stands in the path, percent-encoded; what has none keeps the short one."""
    env = {"AZURE_API_KEY": "k", "AZURE_RESOURCE_NAME": "res", "OPENAI_API_VERSION": "2024-10-21"}
    azure = sansio.provider("azure_openai", env=env)
    base = "https://res.openai.azure.com/openai"
    assert _url(azure, "my gpt") == f"{base}/deployments/my%20gpt/chat/completions?api-version=2024-10-21"
    vectors = Exchange(azure, EmbeddingRequest(model="e", input="hi")).request
    assert vectors.url == f"{base}/deployments/e/embeddings?api-version=2024-10-21"
    responses = sansio.provider("azure_openai", env=env, dialect="openai_responses")
    assert _url(responses) == f"{base}/responses?api-version=2024-10-21"


@pytest.mark.parametrize("version", ["v1", "preview"])
def test_a_version_without_a_date_is_a_part_of_the_query(version: str) -> None:
    azure = sansio.provider("azure", api_key="k", resource="res", api_version=version)
    assert _url(azure) == f"https://res.openai.azure.com/openai/v1/chat/completions?api-version={version}"


def test_an_endpoint_is_that_of_the_resource() -> None:
    env = {"AZURE_OPENAI_API_KEY": "k", "AZURE_OPENAI_ENDPOINT": "https://res.openai.azure.us/"}
    assert _url(sansio.provider("azure", env=env)) == "https://res.openai.azure.us/openai/v1/chat/completions"
    dated = sansio.provider("azure", env=env, api_version="2024-10-21")
    path = "/openai/deployments/my-gpt/chat/completions?api-version=2024-10-21"
    assert _url(dated) == f"https://res.openai.azure.us{path}"
    project = "https://res.services.ai.azure.com/api/projects/p/openai/v1"
    assert _url(sansio.provider("azure", env=env, base_url=project)) == f"{project}/chat/completions"


def test_deployments_that_are_named_like_a_model() -> None:
    azure = sansio.provider("azure", api_key="k", resource="res")
    assert body(azure, model="my-gpt", max_tokens=5, temperature=0.5) == ({"max_tokens": 5, "temperature": 0.5}, [])
    sent, lost = body(azure, model="gpt-5.4", max_tokens=5, temperature=0.5, reasoning_effort="minimal")
    assert (sent, lost) == ({"max_completion_tokens": 5}, ["reasoning_effort", "temperature"])
    sent, lost = body(azure, model="gpt-5.4", temperature=0.5, reasoning_effort="none")
    assert (sent, lost) == ({"temperature": 0.5, "reasoning_effort": "none"}, [])


def test_other_models_at_azure_openai_think() -> None:
    thought = Message("assistant", "a", reasoning_content="hm")
    sent, lost = body(sansio.provider("azure", api_key="k", resource="res"), messages=[user("hi"), thought])
    assert sent["messages"][1]["reasoning_content"] == "hm"
    assert lost == []
    assert body(sansio.provider("azure", api_key="k", resource="res"), stream=True)[0]["stream_options"]


def test_foundry_s_models() -> None:
    foundry = sansio.provider("azure_ai", env={"AZURE_AI_CHAT_KEY": "k"}, resource="res")
    request = Exchange(foundry, ChatRequest(model="Mistral-Large-3", messages="hi")).request
    base = "https://res.services.ai.azure.com/models"
    assert request.url == f"{base}/chat/completions?api-version=2024-05-01-preview"
    assert ("api-key", "k") in request.headers
    assert ("extra-parameters", "pass-through") in request.headers
    assert body(foundry, max_tokens=5, n=2, top_k=5, stream=True) == (
        {"max_tokens": 5, "n": 2, "top_k": 5, "stream": True},
        [],
    )


def test_foundry_s_messages() -> None:
    foundry = sansio.provider("azure_ai", api_key="k", resource="res")
    parts: list[ContentPart] = [TextPart(text="a"), TextPart(text="b"), FilePart(file=FileReference(file_id="f"))]
    sent, lost = body(foundry, messages=[Message("developer", "be"), user(parts[:2]), user(parts)])
    assert sent["messages"] == [
        {"role": "system", "content": "be"},
        {"role": "user", "content": "ab"},
        {"role": "user", "content": "ab"},
    ]
    assert lost == ["messages[2].content[2]"]


def test_claude_at_foundry() -> None:
    foundry = sansio.provider("azure_ai", api_key="k", resource="res")
    request = Exchange(foundry, ChatRequest(model="claude-sonnet-4-5", messages="hi"), on_loss="drop").request
    assert request.url == "https://res.services.ai.azure.com/anthropic/v1/messages"
    headers = dict(request.headers)
    assert (headers["x-api-key"], headers["api-key"], headers["anthropic-version"]) == ("k", "k", "2023-06-01")
    assert "extra-parameters" not in headers
    for url in ("https://other.services.ai.azure.com/models?x=1", "https://other.services.ai.azure.com"):
        elsewhere = sansio.provider("azure_ai", api_key="k", base_url=url, resource="res")
        claude = Exchange(elsewhere, ChatRequest(model="claude-sonnet-4-5", messages="hi"))
        assert claude.request.url == "https://other.services.ai.azure.com/anthropic/v1/messages"
    sent, _ = body(foundry, model="claude-sonnet-4-5")
    assert sent["max_tokens"] == 64000  # the model's own, by the rules that Anthropic's models have
