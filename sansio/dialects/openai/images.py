"""`POST /images/generations` and `/images/edits`: https://platform.openai.com/docs/api-reference/images.

A stream shows drafts, each a whole image, before the last one: https://platform.openai.com/docs/api-reference/images-streaming.
"""

from __future__ import annotations

from typing import Final

import msgspec

from ...events import Delta, ImageAdded, UsageReported
from ...types import (
    CompletionTokensDetails,
    Image,
    ImageEditRequest,
    ImagePart,
    ImageRequest,
    ImageResponse,
    ImageUrl,
    Usage,
)
from ..codec import Codec, Encoded, Reading, Terms
from ..media import Inline
from ..operation import Operation
from .parameters import Parameters
from .streams import EventPiece, StreamDecoder
from .usage import UsagePiece, usage

_BEYOND: Final = frozenset({"aspect_ratio", "negative_prompt", "resolution", "seed"})
_STREAM_ONLY: Final = "partial_images"
_SUBTYPES: Final = {"svg": "svg+xml"}  # of formats that have another name


class ImagePiece(msgspec.Struct):
    """An image; `image` is hyperbolic's name for its base64."""

    url: str | None = None
    b64_json: str | None = None
    revised_prompt: str | None = None
    mime_type: str | None = None
    image: str | None = None


class ImagesPiece(EventPiece):
    """An answer, or an event of a stream with one image in it."""

    data: list[ImagePiece] | None = None
    images: list[ImagePiece] | None = None
    created: float | None = None
    created_at: float | None = None
    background: str | None = None
    output_format: str | None = None
    quality: str | None = None
    size: str | None = None
    usage: UsagePiece | None = None
    b64_json: str | None = None


_decode = msgspec.json.Decoder(ImagesPiece).decode


class ImagesDecoder(StreamDecoder[ImagesPiece, ImageResponse]):
    """Gathers the images of a stream until there are as many as were asked for; a document has them all.

    Each image ends with an event of its own, and no event is the stream's last: with fewer images, only a marker tells that
    there are no others.
    """

    __slots__ = ("_images", "_last", "_wanted")

    def __init__(self, terms: Terms, wanted: int) -> None:
        super().__init__(terms, ImagesPiece, _decode, _answer)
        self._wanted = wanted
        self._images: list[ImagePiece] = []
        self._last = ImagesPiece()

    def _take_event(self, item: ImagesPiece, kind: str, record: bytes | bytearray, events: list[Delta]) -> None:  # noqa: ARG002
        if item.b64_json is None:
            return
        format_ = item.output_format or "png"
        inline = Inline(f"image/{_SUBTYPES.get(format_, format_)}", item.b64_json)
        events.append(ImageAdded(ImagePart(image_url=ImageUrl(inline.url)), len(self._images)))
        if kind.endswith(".completed"):
            self._images.append(ImagePiece(b64_json=item.b64_json))
            self._last = item
            if (stated := _usage(item.usage)) is not None:
                events.append(UsageReported(stated))
            if len(self._images) == self._wanted:
                self._conclude()

    def _conclude(self) -> None:
        if self._images:
            self._answered(_response(self._images, self._last))


def _answer(piece: ImagesPiece) -> ImageResponse | None:
    images = piece.images if piece.data is None else piece.data
    if images is None or piece.error or (images and not any(map(_is_shown, images))):
        return None
    return _response(images, piece)


def _is_shown(piece: ImagePiece) -> bool:
    return bool(piece.url or piece.b64_json or piece.image)


def _response(images: list[ImagePiece], piece: ImagesPiece) -> ImageResponse:
    created = piece.created_at if piece.created is None else piece.created
    return ImageResponse(
        data=[_image(item) for item in images],
        created=None if created is None else int(created),
        background=piece.background,
        output_format=piece.output_format,
        quality=piece.quality,
        size=piece.size,
        usage=_usage(piece.usage),
    )


def _usage(piece: UsagePiece | None) -> Usage | None:
    """The usage; the output of models that do not tell its tokens apart is all images."""
    stated = usage(piece)
    if stated is None or stated.completion_tokens is None or stated.completion_tokens_details is not None:
        return stated
    details = CompletionTokensDetails(image_tokens=stated.completion_tokens)
    return msgspec.structs.replace(stated, completion_tokens_details=details)


def _image(piece: ImagePiece) -> Image:
    return Image(piece.url, piece.b64_json or piece.image, piece.revised_prompt, piece.mime_type)


def _parameters(request: ImageRequest | ImageEditRequest, terms: Terms) -> Parameters:
    given = Parameters(request, terms, _BEYOND)
    if terms.stream:
        given.members["stream"] = True
    elif given.members.pop(_STREAM_ONLY, None) is not None:
        given.losses.drop(_STREAM_ONLY, "it is for streams")
    return given


def _generate(request: ImageRequest, terms: Terms) -> Encoded:
    return _parameters(request, terms).json("/images/generations", accept=None)


def _edit(request: ImageEditRequest, terms: Terms) -> Encoded:
    given = _parameters(request, terms)
    images = given.members.pop("images", ())
    given.members["image"] = request.images[0] if len(request.images) == 1 else images
    return given.form("/images/edits", accept=None)


def _read(request: ImageRequest | ImageEditRequest, terms: Terms) -> Reading[ImageResponse]:
    decoder = ImagesDecoder(terms, request.n or 1)
    return Reading(decoder, decoder)


GENERATE: Final[Codec[ImageRequest, ImageResponse]] = Operation(_generate, _read)
EDIT: Final[Codec[ImageEditRequest, ImageResponse]] = Operation(_edit, _read)
