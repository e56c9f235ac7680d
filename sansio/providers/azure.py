"""Azure OpenAI and Azure AI Foundry: https://learn.microsoft.com/azure/ai-foundry/openai/reference.

A model's name is that of a deployment; one that is named like a model is taken for one.
"""

from __future__ import annotations

from typing import Final

from ..types import Form, Provider, Quirks, Variant
from .anthropic import CLAUDE_MODELS
from .mistral import MISTRAL_MODELS
from .openai import OPENAI_LACKS, OPENAI_MODELS, OPENAI_REFUSED

_DEPLOYED: Final = (
    "chat/completions",
    "embeddings",
    "audio/speech",
    "audio/transcriptions",
    "audio/translations",
    "images/edits",
    "images/generations",
)

_VERSIONED: Final = Form(
    base_url="https://{resource}.openai.azure.com/openai/v1", query=(("api-version", "{api_version}"),)
)

_AZURE_OPENAI: Final = Provider(
    name="azure_openai",
    base_url="https://{resource}.openai.azure.com/openai/v1",
    dialect="openai_chat",
    auth="api-key",
    grant="entra",
    key_variables=("AZURE_OPENAI_API_KEY", "AZURE_API_KEY"),
    token_variables=("AZURE_OPENAI_AD_TOKEN",),
    url_variables=("AZURE_OPENAI_ENDPOINT",),
    rooted=True,
    option_variables={
        "resource": ("AZURE_OPENAI_RESOURCE", "AZURE_RESOURCE_NAME"),
        "api_version": ("OPENAI_API_VERSION",),
    },
    # With a dated version, the deployment stands in the path.
    forms={
        "api_version=v1": _VERSIONED,
        "api_version=preview": _VERSIONED,
        "api_version": Form(
            base_url="https://{resource}.openai.azure.com/openai",
            paths={
                name: "/deployments/{model}/" + path
                for name, path in zip(
                    ("chat", "embeddings", "speech", "transcription", "translation", "image_edits", "images"),
                    _DEPLOYED,
                    strict=True,
                )
            },
            query=(("api-version", "{api_version}"),),
        ),
    },
    operations=frozenset({"batches", "embeddings", "files", "images", "models", "speech", "transcription"}),
    quirks=Quirks(
        forbidden=OPENAI_LACKS,
        lacks=OPENAI_REFUSED,
        reasoning_field="reasoning_content",
        models=OPENAI_MODELS,
        operations={"embeddings": Quirks(members={"encoding_format": "base64"})},
    ),
)

_AZURE_AI: Final = Provider(
    name="azure_ai",
    base_url="https://{resource}.services.ai.azure.com/models",
    dialect="openai_chat",
    auth="api-key",
    grant="entra",
    key_variables=("AZURE_AI_CHAT_KEY", "AZURE_AI_API_KEY"),
    url_variables=("AZURE_AI_CHAT_ENDPOINT",),
    rooted=True,
    options={"api_version": "2024-05-01-preview"},
    option_variables={"resource": ("AZURE_AI_RESOURCE", "ANTHROPIC_FOUNDRY_RESOURCE")},
    headers=(("extra-parameters", "pass-through"),),  # else whatever is beyond a short list of parameters is refused
    query=(("api-version", "{api_version}"),),
    operations=frozenset({"embeddings"}),
    variants=(
        Variant(
            pattern=r"claude.*",
            dialect="anthropic",
            base_url="https://{resource}.services.ai.azure.com/anthropic",
            auth="x-api-key api-key",
            headers=(("anthropic-version", "2023-06-01"),),
            query=(),
            operations=frozenset({"count_tokens"}),
            quirks=Quirks(models=CLAUDE_MODELS),
        ),
    ),
    quirks=Quirks(
        forbidden=frozenset({"thinking", "verbosity"}),
        roles={"developer": "system"},
        lacks=frozenset({"file"}),
        forms={"text": "joined"},
        reasoning_field="reasoning_content",
        usage_switch=False,
        models=MISTRAL_MODELS,
    ),
)

PROVIDERS: Final = (_AZURE_AI, _AZURE_OPENAI)
