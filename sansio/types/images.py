"""Images from words, and from other images: https://platform.openai.com/docs/api-reference/images."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import msgspec

from .content import Extra
from .files import Upload
from .request import Request, Response
from .usage import Usage


class ImageRequest(Request["ImageResponse"], frozen=True, kw_only=True, omit_defaults=True):
    """Images of what `prompt` says.

    `size` is auto or "1024x1536"; where an API has `aspect_ratio` ("16:9") and `resolution` ("2k") instead, these are its own
    words.  `response_format` is url or b64_json, where there is a choice; `partial_images` says how many drafts a stream
    shows.  `seed` and `negative_prompt` are for the APIs that have them.  `extra` holds further top-level fields.
    """

    operation: ClassVar[str] = "images"

    model: str
    prompt: str
    n: int | None = None
    size: str | None = None
    aspect_ratio: str | None = None
    resolution: str | None = None
    quality: str | None = None
    style: str | None = None
    background: str | None = None
    output_format: str | None = None
    output_compression: int | None = None
    response_format: str | None = None
    moderation: str | None = None
    negative_prompt: str | None = None
    seed: int | None = None
    partial_images: int | None = None
    user: str | None = None
    safety_identifier: str | None = None
    extra: Extra | None = None


class ImageEditRequest(Request["ImageResponse"], frozen=True, kw_only=True, omit_defaults=True):
    """Images made of `images`, as `prompt` says; `mask` is transparent where the first of them is to change.

    `input_fidelity` is high or low.  The others are as in ImageRequest.
    """

    operation: ClassVar[str] = "image_edits"

    model: str
    images: Sequence[Upload]
    prompt: str
    mask: Upload | None = None
    n: int | None = None
    size: str | None = None
    quality: str | None = None
    background: str | None = None
    output_format: str | None = None
    output_compression: int | None = None
    response_format: str | None = None
    input_fidelity: str | None = None
    partial_images: int | None = None
    user: str | None = None
    safety_identifier: str | None = None
    extra: Extra | None = None


class Image(msgspec.Struct, frozen=True, omit_defaults=True):
    """An image, by `url` or inline as base64; `media_type` where the provider states it.

    `filtered` is why there is neither, in the words of a provider that leaves a place empty.
    """

    url: str | None = None
    b64_json: str | None = None
    revised_prompt: str | None = None
    media_type: str | None = None
    filtered: str | None = None


class ImageResponse(Response, frozen=True, omit_defaults=True):
    """The images; `created` is Unix time, the rest as the provider made them."""

    data: Sequence[Image]
    created: int | None = None
    background: str | None = None
    output_format: str | None = None
    quality: str | None = None
    size: str | None = None
    usage: Usage | None = None
