"""Other names of providers and models."""

from __future__ import annotations

import pytest

from sansio.models.names import canonical, variants


@pytest.mark.parametrize(
    ("name", "ours"),
    [
        ("openai", "openai"),
        ("azure", "azure_openai"),
        ("azure_text", "azure_openai"),
        ("azure_ai", "azure_ai"),
        ("vertex_ai", "vertex_ai"),
        ("vertex_ai-anthropic_models", "vertex_ai"),
        ("vertex", "vertex_ai"),
        ("cohere_chat", "cohere"),
        ("together_ai", "together"),
        ("fireworks_ai-embedding-models", "fireworks"),
        ("bedrock_converse", "bedrock"),
        ("text-completion-openai", "openai"),
        ("hosted_vllm", "vllm"),
        ("somebody-else", "somebody-else"),
    ],
)
def test_litellms_names_of_providers_are_known(name: str, ours: str) -> None:
    assert canonical(name) == ours


@pytest.mark.parametrize(
    ("provider", "id", "last"),
    [
        ("openai", "gpt-4o-2030-01-31", ("gpt-4o", True)),
        ("openai", "ft:gpt-4o-mini-2024-07-18:org:name:id", ("ft:gpt-4o-mini", True)),
        ("openai", "gpt-4o-latest", ("gpt-4o", True)),
        ("mistral", "pixtral-x-latest", ("pixtral-x", True)),
        ("xai", "grok-x-beta", ("grok-x", True)),
        ("anthropic", "claude-x-20300131", ("claude-x", True)),
        ("bedrock", "global.anthropic.claude-x-v1:0", ("anthropic.claude-x-v1", True)),
        ("bedrock", "eu.anthropic.claude-x-v1:0", ("anthropic.claude-x-v1", False)),
        ("bedrock", "arn:aws:bedrock:eu-west-1:12:inference-profile/eu.a.b", ("a.b", False)),
        ("bedrock", "arn:aws:bedrock:eu-west-1::foundation-model/a.b", ("a.b", True)),
        ("vertex_ai", "publishers/google/models/gemini-x-001", ("gemini-x", True)),
        ("vertex_ai", "claude-x@20300131", ("claude-x", True)),
        ("gemini", "models/gemini-x", ("gemini-x", True)),
        ("fireworks", "accounts/fireworks/models/m", ("m", True)),
        ("openrouter", "a/b:nitro", ("a/b", False)),
        ("openrouter", "a/b:free", ("a/b", False)),
    ],
)
def test_an_id_is_brought_back_to_the_model_step_by_step(provider: str, id: str, last: tuple[str, bool]) -> None:
    assert list(variants(provider, id))[-1] == last


@pytest.mark.parametrize(
    ("provider", "id"),
    [
        ("openai", "gpt-4o"),
        ("openai", "gpt-4-0613"),
        ("mistral", "mistral-large-2411"),
        ("nobody", "m-2030-01-31"),
        ("openai", "-latest"),
    ],
)
def test_what_is_no_other_name_has_no_variants(provider: str, id: str) -> None:
    assert list(variants(provider, id)) == []
