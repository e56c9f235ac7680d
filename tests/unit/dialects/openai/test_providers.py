"""How providers differ from OpenAI beside chat, as their data say."""

from __future__ import annotations

from typing import Any

import pytest

import sansio
from sansio.types import (
    EmbeddingRequest,
    ImageRequest,
    Provider,
    Request,
    RerankRequest,
    SpeechRequest,
    TranscriptionRequest,
    Upload,
)
from tests.unit.dialects.openai.exchanged import answer, exchange, lost, members, sent

_SOUND = Upload(b"sound", "a.mp3")


def configured(name: str) -> Provider:
    if name == "azure_openai":
        return sansio.provider(name, api_key="key", resource="res")
    return sansio.provider(name, api_key="key")


@pytest.mark.parametrize(
    ("name", "request_", "expected"),
    [
        (
            "azure_openai",
            EmbeddingRequest(model="m", input="a"),
            {"model": "m", "input": "a", "encoding_format": "base64"},
        ),
        (
            "mistral",
            EmbeddingRequest(model="m", input="a", dimensions=2, output_dtype="int8"),
            {"model": "m", "input": "a", "output_dimension": 2, "output_dtype": "int8"},
        ),
        (
            "nvidia_nim",
            EmbeddingRequest(model="m", input="a", input_type="query", truncate="END"),
            {"model": "m", "input": "a", "input_type": "query", "truncate": "END"},
        ),
        (
            "perplexity",
            EmbeddingRequest(model="m", input="a"),
            {"model": "m", "input": "a", "encoding_format": "base64_int8"},
        ),
        (
            "together",
            ImageRequest(model="m", prompt="p", seed=1, negative_prompt="n", response_format="b64_json"),
            {"model": "m", "prompt": "p", "seed": 1, "negative_prompt": "n", "response_format": "base64"},
        ),
        (
            "together",
            RerankRequest(model="m", query="q", documents=[{"t": "a"}], rank_fields=["t"]),
            {"model": "m", "query": "q", "documents": [{"t": "a"}], "rank_fields": ["t"]},
        ),
        (
            "xai",
            ImageRequest(model="m", prompt="p", aspect_ratio="16:9", resolution="2k"),
            {"model": "m", "prompt": "p", "aspect_ratio": "16:9", "resolution": "2k"},
        ),
    ],
)
def test_what_a_provider_is_sent(name: str, request_: Request[Any], expected: dict[str, object]) -> None:
    assert members(request_, provider=configured(name)) == expected


@pytest.mark.parametrize("name", ["together", "xai"])
def test_a_size_is_openais(name: str) -> None:
    request = ImageRequest(model="m", prompt="p", size="1024x1024")
    assert [loss.path for loss in lost(request, provider=configured(name))] == ["size"]


def test_a_deployment_stands_in_the_path() -> None:
    provider = sansio.provider("azure_openai", api_key="key", resource="res", api_version="2024-10-21")
    url = sent(TranscriptionRequest(model="azure_openai/my whisper", file=_SOUND), provider=provider).url
    path = "/openai/deployments/my%20whisper/audio/transcriptions?api-version=2024-10-21"
    assert url == f"https://res.openai.azure.com{path}"


def test_mistral_speaks_in_json_and_tells_speakers_apart() -> None:
    mistral = configured("mistral")
    speech = SpeechRequest(model="m", input="hi", voice="v")
    assert answer(speech, b'{"audio_data":"QUE="}', provider=mistral).content == b"AA"
    request = TranscriptionRequest(model="m", file=_SOUND, diarize=True)
    assert exchange(request, provider=mistral).losses == ()


def test_perplexitys_vectors_are_bytes() -> None:
    request = EmbeddingRequest(model="m", input="a")
    assert answer(request, b'{"data":[{"embedding":"gH8="}]}', provider=configured("perplexity")).vectors == [
        (-128, 127)
    ]


def test_openrouters_images_have_a_path_of_their_own() -> None:
    url = sent(ImageRequest(model="m", prompt="p"), provider=configured("openrouter")).url
    assert url == "https://openrouter.ai/api/v1/images"
