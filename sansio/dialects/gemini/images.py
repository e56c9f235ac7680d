"""Images from words: Imagen's `:predict`, or generateContent with a Gemini model that draws.

https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/imagen-api and
https://ai.google.dev/gemini-api/docs/image-generation
"""

from __future__ import annotations

from math import gcd
from typing import Final

import msgspec

from ...types import Image, ImageRequest, ImageResponse
from ..body import json_body
from ..codec import Codec, Encoded, Terms, native_model
from ..documents import Unanswered
from ..losses import Losses
from ..operation import Piece, listed
from .failures import blocked
from .objects import merged
from .operation import GoogleOperation, defaulted, given
from .paths import method_path
from .state import DIALECT
from .usage import UsageReader
from .wire import CandidatePiece, PromptFeedback, UsagePiece

_BOTH: Final = ("background", "moderation", "quality", "safety_identifier", "style", "user", "partial_images")
_IMAGEN_ONLY: Final = ("negative_prompt", "output_compression", "output_format")


class PredictionPiece(msgspec.Struct):
    """An image, by bytes or by URI, or why there is none."""

    bytes_base64: str | None = msgspec.field(default=None, name="bytesBase64Encoded")
    uri: str | None = msgspec.field(default=None, name="gcsUri")
    media_type: str | None = msgspec.field(default=None, name="mimeType")
    prompt: str | None = None
    filtered: str | None = msgspec.field(default=None, name="raiFilteredReason")


class ImagesPiece(Piece, rename="camel"):
    """Either answer."""

    predictions: list[PredictionPiece] | None = None
    candidates: list[CandidatePiece] | None = None
    usage_metadata: UsagePiece | None = None
    prompt_feedback: PromptFeedback | None = None


def _encode(request: ImageRequest, terms: Terms) -> Encoded:
    model = native_model(request.model, terms.provider)
    losses = Losses(DIALECT)
    imagen = _is_imagen(request)
    for name in _BOTH if imagen else (*_BOTH, *_IMAGEN_ONLY):
        if getattr(request, name) is not None:
            losses.drop(name, "the API has nothing like it")
    if request.response_format == "url":
        losses.drop("response_format", "the API gives images as data")
    ratio = _ratio(request, losses)
    members = _predict(request, ratio) if imagen else _generate(request, ratio)
    path = method_path(terms, model, "predict" if imagen else "generateContent")
    return Encoded(path, json_body(merged(members, request.extra), None), tuple(losses.found))


def _is_imagen(request: ImageRequest) -> bool:
    return request.model.rpartition("/")[2].startswith("imagen")


def _ratio(request: ImageRequest, losses: Losses) -> str | None:
    """The aspect ratio, which is all that the API takes of a size."""
    if request.aspect_ratio is not None or request.size in (None, "auto"):
        return request.aspect_ratio
    width, _, height = (request.size or "").partition("x")
    if not (width.isdecimal() and height.isdecimal() and int(width) and int(height)):
        losses.drop("size", "it is no width and height")
        return None
    losses.approximate("size", "the API has aspect ratios")
    shared = gcd(int(width), int(height))
    return f"{int(width) // shared}:{int(height) // shared}"


def _predict(request: ImageRequest, ratio: str | None) -> dict[str, object]:
    output = given(
        mimeType=None if request.output_format is None else f"image/{request.output_format}",
        compressionQuality=request.output_compression,
    )
    parameters = given(
        sampleCount=request.n,
        aspectRatio=ratio,
        sampleImageSize=request.resolution,
        negativePrompt=request.negative_prompt,
        seed=request.seed,
        outputOptions=output or None,
    )
    return given(instances=[{"prompt": request.prompt}], parameters=parameters or None)


def _generate(request: ImageRequest, ratio: str | None) -> dict[str, object]:
    image = given(aspectRatio=ratio, imageSize=request.resolution)
    config = given(
        responseModalities=["TEXT", "IMAGE"],
        candidateCount=request.n,
        seed=request.seed,
        imageConfig=image or None,
    )
    return {"contents": [{"role": "user", "parts": [{"text": request.prompt}]}], "generationConfig": config}


def _answer(request: ImageRequest, piece: ImagesPiece) -> ImageResponse | Unanswered | None:
    if piece.predictions is not None:
        images = listed(piece.predictions, _predicted)
        return None if images is None else ImageResponse(data=images)
    usage = None if piece.usage_metadata is None else UsageReader().read(piece.usage_metadata, None)
    feedback = piece.prompt_feedback
    if feedback is not None and feedback.block_reason:
        return Unanswered(blocked(feedback), usage)
    if piece.candidates is None:  # Imagen leaves its list out where all of it was filtered
        return ImageResponse(data=[]) if _is_imagen(request) else None
    return ImageResponse(data=[image for item in piece.candidates for image in _drawn(item)], usage=usage)


def _predicted(piece: PredictionPiece) -> Image | None:
    if piece.uri is None and piece.bytes_base64 is None and piece.filtered is None:
        return None
    return Image(piece.uri, piece.bytes_base64, piece.prompt, piece.media_type, piece.filtered)


def _drawn(piece: CandidatePiece) -> list[Image]:
    """The images of a candidate, or why it has none."""
    parts = (piece.content.parts if piece.content is not None else None) or ()
    blobs = [part.inline_data for part in parts if part.inline_data is not None and not part.thought]
    images = [Image(b64_json=blob.data, media_type=blob.mime_type) for blob in blobs]
    return images or ([Image(filtered=piece.finish_reason)] if piece.finish_reason not in (None, "STOP") else [])


CODEC: Final[Codec[ImageRequest, ImageResponse]] = GoogleOperation(_encode, defaulted(ImagesPiece, _answer))
