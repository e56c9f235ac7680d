"""Images from words."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec import Raw

from sansio import Failed
from sansio.types import Image, ImageRequest, ImageResponse, Usage
from tests.unit.dialects.gemini.by_hand import VERTEX, candidate, encoded, lost, read, sent


def imagen(**members: Any) -> ImageRequest:
    given: dict[str, Any] = {"model": "imagen-4", "prompt": "a cat", **members}
    return ImageRequest(**given)


def test_imagen_predicts() -> None:
    request = imagen(
        n=2,
        aspect_ratio="16:9",
        resolution="2K",
        negative_prompt="dog",
        seed=1,
        output_format="jpeg",
        output_compression=70,
        extra={"parameters": Raw(b'{"addWatermark":false}')},
    )
    assert encoded(request, VERTEX).request.url.endswith("/publishers/google/models/imagen-4:predict")
    assert sent(request, VERTEX) == {
        "instances": [{"prompt": "a cat"}],
        "parameters": {
            "sampleCount": 2,
            "aspectRatio": "16:9",
            "sampleImageSize": "2K",
            "negativePrompt": "dog",
            "seed": 1,
            "outputOptions": {"mimeType": "image/jpeg", "compressionQuality": 70},
            "addWatermark": False,
        },
    }
    assert sent(imagen(), VERTEX) == {"instances": [{"prompt": "a cat"}]}


def test_gemini_draws_in_an_answer() -> None:
    request = ImageRequest(
        model="gemini-2.5-flash-image", prompt="a cat", size="1024x1536", resolution="2K", n=1, seed=2
    )
    assert encoded(request).request.url.endswith("/gemini-2.5-flash-image:generateContent")
    assert sent(request) == {
        "contents": [{"role": "user", "parts": [{"text": "a cat"}]}],
        "generationConfig": {
            "responseModalities": ["TEXT", "IMAGE"],
            "candidateCount": 1,
            "seed": 2,
            "imageConfig": {"aspectRatio": "2:3", "imageSize": "2K"},
        },
    }
    assert lost(request) == [("size", "approximated")]


@pytest.mark.parametrize(
    ("request_", "paths"),
    [
        (imagen(size="auto"), []),
        (imagen(size="big"), ["size"]),
        (imagen(size="0x1"), ["size"]),
        (imagen(quality="hd", response_format="url"), ["quality", "response_format"]),
        (imagen(response_format="b64_json"), []),
        (ImageRequest(model="gemini-x", prompt="a", negative_prompt="b"), ["negative_prompt"]),
    ],
)
def test_losses(request_: ImageRequest, paths: list[str]) -> None:
    assert [path for path, _ in lost(request_)] == paths


BLOB = {"inlineData": {"mimeType": "image/png", "data": "AA=="}}


ANSWERS: list[Any] = [
    (
        {
            "predictions": [
                {"bytesBase64Encoded": "AA==", "mimeType": "image/png", "prompt": "better"},
                {"gcsUri": "gs://a", "mimeType": "image/jpeg"},
                {"raiFilteredReason": "no"},
            ]
        },
        [
            Image(None, "AA==", "better", "image/png"),
            Image("gs://a", media_type="image/jpeg"),
            Image(filtered="no"),
        ],
    ),
    ({"predictions": []}, []),
    (
        candidate({"text": "here"}, BLOB, {**BLOB, "thought": True}),
        [Image(b64_json="AA==", media_type="image/png")],
    ),
    (candidate({"text": "no"}, finishReason="IMAGE_SAFETY"), [Image(filtered="IMAGE_SAFETY")]),
    (candidate({"text": "no"}, finishReason="STOP"), []),
    ({"candidates": [{}]}, []),
]


@pytest.mark.parametrize(("body", "images"), ANSWERS)
def test_answers(body: object, images: list[Image]) -> None:
    response = read(encoded(imagen()), body)
    assert isinstance(response, ImageResponse)
    assert response.data == images


@pytest.mark.parametrize(
    ("feedback", "message"),
    [
        ({"blockReason": "SAFETY"}, "the prompt was blocked: SAFETY"),
        ({"blockReason": "SAFETY", "blockReasonMessage": "no"}, "no"),
    ],
)
def test_a_blocked_prompt_is_a_failure(feedback: dict[str, str], message: str) -> None:
    """As in a chat; what it cost is in the partial response."""
    exchange = encoded(ImageRequest(model="gemini-x", prompt="a"))
    failure = read(exchange, {"promptFeedback": feedback, "usageMetadata": {"promptTokenCount": 3}})
    assert (failure.kind, failure.code, failure.message) == ("content_policy", "SAFETY", message)
    assert failure.body.startswith(b'{"promptFeedback"')
    outcome = exchange.outcome
    assert isinstance(outcome, Failed)
    assert outcome.partial is not None
    assert outcome.partial.usage == Usage(3)
    assert read(encoded(imagen()), {"promptFeedback": feedback}).kind == "content_policy"


def test_usage() -> None:
    body = {**candidate(BLOB), "usageMetadata": {"promptTokenCount": 3}, "promptFeedback": {}}
    usage = read(encoded(imagen()), body).usage
    assert usage is not None
    assert usage.prompt_tokens == 3


def test_an_answer_without_images() -> None:
    """Imagen leaves its list out where all of it was filtered."""
    assert read(encoded(imagen()), {}).data == []
    assert read(encoded(ImageRequest(model="gemini-x", prompt="a")), {}).kind == "protocol"
