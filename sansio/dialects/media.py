"""Media in messages: `data:` URLs (RFC 2397) taken apart and put together, since some APIs want the type and the base64."""

from __future__ import annotations

from typing import Final

import msgspec
from msgspec.structs import replace

from ..types import FilePart, ImagePart

_BASE64: Final = ";base64"


class Inline(msgspec.Struct, frozen=True):
    """Bytes that travel in the message: their media type, and their base64."""

    media_type: str
    data: str

    @property
    def url(self) -> str:
        """The `data:` URL that says the same."""
        return f"data:{self.media_type}{_BASE64},{self.data}"


def inline(url: str) -> Inline | None:
    """What a base64 `data:` URL holds; None for any other URL.  Parameters of the media type are left out."""
    scheme, colon, rest = url.partition(":")
    if not colon or scheme.lower() != "data":
        return None
    head, comma, data = rest.partition(",")
    if not comma or not head.lower().endswith(_BASE64):
        return None
    return Inline(head.partition(";")[0] or "text/plain", data)


def unformatted(part: ImagePart | FilePart) -> ImagePart | FilePart:
    """The part without the `format` of what it refers to, which most APIs find out themselves."""
    if isinstance(part, ImagePart):
        image = part.image_url
        return part if image.format is None else replace(part, image_url=replace(image, format=None))
    file = part.file
    return part if file.format is None else replace(part, file=replace(file, format=None))
