"""Images, documents, audio and video: Converse names formats where others have media types, and takes bytes or S3.

https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ImageBlock.html, .../API_runtime_DocumentBlock.html,
.../API_runtime_VideoBlock.html and .../API_runtime_AudioBlock.html
"""

from __future__ import annotations

import re
from typing import Final

from ..media import inline

_FORMATS: Final = {
    "image": {"image/gif": "gif", "image/jpeg": "jpeg", "image/png": "png", "image/webp": "webp"},
    "document": {
        "application/msword": "doc",
        "application/pdf": "pdf",
        "application/vnd.ms-excel": "xls",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
        "text/csv": "csv",
        "text/html": "html",
        "text/markdown": "md",
        "text/plain": "txt",
    },
    "audio": {
        "audio/aac": "aac",
        "audio/flac": "flac",
        "audio/mp4": "mp4",
        "audio/mpeg": "mp3",
        "audio/ogg": "ogg",
        "audio/opus": "opus",
        "audio/wav": "wav",
        "audio/webm": "webm",
    },
    "video": {
        "video/3gpp": "three_gp",
        "video/mp4": "mp4",
        "video/mpeg": "mpeg",
        "video/quicktime": "mov",
        "video/webm": "webm",
        "video/x-flv": "flv",
        "video/x-matroska": "mkv",
        "video/x-ms-wmv": "wmv",
    },
}
_OF_TYPE: Final = {type_: (kind, name) for kind, formats in _FORMATS.items() for type_, name in formats.items()}
_OF_TYPE["image/jpg"] = ("image", "jpeg")
_OF_TYPE["audio/mp3"] = ("audio", "mp3")
_OF_TYPE["audio/x-wav"] = ("audio", "wav")
_TYPES: Final = {(kind, name): type_ for kind, formats in _FORMATS.items() for type_, name in formats.items()}
# What the end of a name says, where it is no format's own name.
_ENDINGS: Final = {"3gp": "three_gp", "htm": "html", "jpg": "jpeg"}
_KINDS: Final = {name: kind for kind in ("audio", "video", "document", "image") for name in _FORMATS[kind].values()}
_REFUSED: Final = re.compile(r"[^A-Za-z0-9_()\[\]-]+")
_S3: Final = "s3://"


def block(url: str, kind: str | None = None, type_: str | None = None) -> tuple[str, dict[str, object]] | None:
    """The kind of the block that holds what *url* holds, and its format and source; None for what Converse does not take.

    It takes base64 `data:` URLs and objects in S3 by their `s3:` URLs, whose format the media type *type_* says, or else
    the name's ending.  *kind* is the one that is wanted.
    """
    if (data := inline(url)) is not None:
        found = _OF_TYPE.get(data.media_type)
        source: dict[str, object] = {"bytes": data.data}
    elif url.startswith(_S3):
        ending = url.rpartition(".")[2].lower()
        name = _ENDINGS.get(ending, ending)
        found = _OF_TYPE.get(type_) if type_ else (_KINDS[name], name) if name in _KINDS else None
        source = {"s3Location": {"uri": url}}
    else:
        return None
    if found is None or kind not in {None, found[0]}:
        return None
    return found[0], {"format": found[1], "source": source}


def media_type(kind: str, format_: str) -> str | None:
    """The media type of a format; None for one that the API does not have."""
    return _TYPES.get((kind, format_))


def document_name(filename: str) -> str:
    """The file's name as Converse takes it: less its ending, and of letters, digits, `_`, `-`, brackets and single spaces.

    The documentation leaves the underscore out; the service takes it.
    """
    stem = filename.rpartition(".")[0] or filename
    return " ".join(_REFUSED.sub(" ", stem).split())[:200]
