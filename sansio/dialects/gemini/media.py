"""Images, audio and documents of messages as the API's blobs and file references, and back.

https://ai.google.dev/gemini-api/docs/files
"""

from __future__ import annotations

from typing import Final

from ...types import AudioPart, FilePart, FileReference, ImagePart, ImageUrl, InputAudio
from ..media import Inline, inline

# Of the media that the API reads, by the ending of a file's name.
_TYPES: Final[dict[str, str]] = {
    "aac": "audio/aac",
    "aiff": "audio/aiff",
    "avi": "video/avi",
    "csv": "text/csv",
    "flac": "audio/flac",
    "gif": "image/gif",
    "heic": "image/heic",
    "heif": "image/heif",
    "html": "text/html",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "json": "application/json",
    "md": "text/markdown",
    "mov": "video/mov",
    "mp3": "audio/mp3",
    "mp4": "video/mp4",
    "mpeg": "video/mpeg",
    "mpg": "video/mpg",
    "ogg": "audio/ogg",
    "pdf": "application/pdf",
    "png": "image/png",
    "txt": "text/plain",
    "wav": "audio/wav",
    "webm": "video/webm",
    "webp": "image/webp",
    "wmv": "video/wmv",
}
_AUDIO: Final = {"x-wav": "wav", "mpeg": "mp3"}


def media_type(name: str) -> str | None:
    """The media type that the ending of a name or of a URL's path stands for, None where it tells nothing."""
    path = name.partition("?")[0].partition("#")[0]
    return _TYPES.get(path.rpartition(".")[2].lower())


def blob(data: Inline) -> dict[str, object]:
    """A part of inline bytes."""
    return {"inlineData": {"mimeType": data.media_type, "data": data.data}}


def reference(uri: str, type_: str | None) -> dict[str, object]:
    """A part that names a file or a URL."""
    return {"fileData": {"fileUri": uri} if type_ is None else {"mimeType": type_, "fileUri": uri}}


def image_json(part: ImagePart) -> dict[str, object]:
    """An image."""
    image = part.image_url
    data = inline(image.url)
    return reference(image.url, image.format or media_type(image.url)) if data is None else blob(data)


def audio_json(part: AudioPart) -> dict[str, object]:
    """Audio; its format is an ending or a media type."""
    format_ = part.input_audio.format
    return blob(Inline(format_ if "/" in format_ else f"audio/{format_}", part.input_audio.data))


def file_json(file: FileReference, files: str) -> dict[str, object] | None:
    """A document, or other media; None where it is nothing that the API takes.  *files* is the URL that files stand under."""
    if file.file_data is not None:
        data = inline(file.file_data)
        return None if data is None else blob(data)
    uri = file.file_url or file.file_id or ""
    if uri.startswith("files/"):
        uri = f"{files}/{uri}"
    return reference(uri, file.format or media_type(file.filename or uri)) if "://" in uri else None


def blob_part(type_: str, data: str) -> ImagePart | AudioPart | FilePart:
    """The part that inline bytes are."""
    kind, _, name = type_.partition("/")
    if kind == "image":
        return ImagePart(image_url=ImageUrl(Inline(type_, data).url))
    if kind == "audio":
        return AudioPart(input_audio=InputAudio(data, type_ if ";" in name else _AUDIO.get(name, name)))
    return FilePart(file=FileReference(file_data=Inline(type_, data).url))


def reference_part(type_: str | None, uri: str) -> ImagePart | FilePart:
    """The part that a reference is: an image is one by its media type."""
    format_ = None if type_ == media_type(uri) else type_
    if type_ is not None and type_.startswith("image/"):
        return ImagePart(image_url=ImageUrl(uri, format=format_))
    return FilePart(file=FileReference(file_url=uri, format=format_))
