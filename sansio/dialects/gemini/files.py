"""Files: https://ai.google.dev/api/files.

An upload is one request, Google's multipart protocol: https://cloud.google.com/storage/docs/uploading-objects#rest-upload-objects.
"""

from __future__ import annotations

from typing import Final

from ...errors import LocalProtocolError
from ...framing.multipart import boundary_from
from ...http import Body, Source
from ...types import (
    DeleteFileRequest,
    FileContent,
    FileContentRequest,
    FileDeleted,
    FileList,
    FileObject,
    GetFileRequest,
    ListFilesRequest,
    Upload,
    UploadFileRequest,
)
from ..body import json_body
from ..codec import Codec, Encoded, Reading, Terms, path_of
from ..losses import Losses
from ..openai.downloads import download
from ..operation import Piece, answering, listed
from .media import media_type
from .objects import merged
from .operation import GoogleOperation, defaulted, given, page_query, unix
from .state import DIALECT

_UNKNOWN: Final = "application/octet-stream"


class FilePiece(Piece, rename="camel"):
    """A file; protobuf's 64-bit numbers are text."""

    name: str | None = None
    display_name: str | None = None
    mime_type: str | None = None
    size_bytes: str | int | None = None
    create_time: str | None = None
    expiration_time: str | None = None
    uri: str | None = None
    state: str | None = None
    file: FilePiece | None = None


class FilesPiece(Piece, rename="camel"):
    """A page of files."""

    files: list[FilePiece] | None = None
    next_page_token: str | None = None


def _upload(request: UploadFileRequest, terms: Terms) -> Encoded:
    """The metadata and the file, in one body of two parts."""
    if terms.seed is None:
        raise LocalProtocolError("a request with files needs random bytes: give a seed")
    losses = Losses(DIALECT)
    for name in ("purpose", "expires_after"):
        if getattr(request, name) is not None:
            losses.drop(name, "the API has nothing like it")
    file = request.file
    boundary = boundary_from(terms.seed)
    head = json_body(merged({"file": given(displayName=file.name)}, request.extra), None)
    kind = file.content_type or media_type(file.name or "") or _UNKNOWN
    before = (
        f"--{boundary}\r\nContent-Type: application/json; charset=utf-8\r\n\r\n{head.decode()}"
        f"\r\n--{boundary}\r\nContent-Type: {kind}\r\n\r\n"
    )
    return Encoded(
        _upload_path(terms),
        _body(before.encode(), file, f"\r\n--{boundary}--\r\n".encode()),
        tuple(losses.found),
        content_type=f"multipart/related; boundary={boundary}",
        accept="application/json",
        headers=(("x-goog-upload-protocol", "multipart"),),
    )


def _upload_path(terms: Terms) -> str:
    """Uploads stand beside the versions of the API, not under them."""
    version = terms.provider.base_url.partition("?")[0].partition("://")[2].partition("/")[2]
    return path_of(terms, "upload", f"//upload/{version}/files" if version else "//upload/files")


def _body(before: bytes, file: Upload, after: bytes) -> bytes | Body:
    content = file.content
    if isinstance(content, Source):
        return Body((before, content, after), len(before) + content.size + len(after))
    return before + content + after


def _path(terms: Terms, id_: str) -> str:
    from urllib.parse import quote

    return f"{path_of(terms, 'files', '/files')}/{quote(id_.removeprefix('files/'), safe='')}"


def _get(request: GetFileRequest, terms: Terms) -> Encoded:
    return Encoded(_path(terms, request.id), b"", method="GET")


def _delete(request: DeleteFileRequest, terms: Terms) -> Encoded:
    return Encoded(_path(terms, request.id), b"", method="DELETE")


def _content(request: FileContentRequest, terms: Terms) -> Encoded:
    path = f"{_path(terms, request.id)}:download"
    return Encoded(path, b"", method="GET", accept="*/*", query=(("alt", "media"),))


def _list(request: ListFilesRequest, terms: Terms) -> Encoded:
    losses = Losses(DIALECT)
    for name in ("order", "purpose"):
        if getattr(request, name) is not None:
            losses.drop(name, "the API has nothing like it")
    query = page_query(request.after, request.limit)
    return Encoded(path_of(terms, "files", "/files"), b"", tuple(losses.found), method="GET", query=query)


def _object(piece: FilePiece) -> FileObject | None:
    file = piece.file or piece  # an upload's answer is wrapped
    if file.name is None:
        return None
    size = str(file.size_bytes)
    return FileObject(
        id=file.name,
        filename=file.display_name or "",
        bytes=int(size) if size.isdecimal() else None,
        created_at=unix(file.create_time),
        expires_at=unix(file.expiration_time),
        status=file.state,
        media_type=file.mime_type,
        uri=file.uri,
    )


def _page(_: ListFilesRequest, piece: FilesPiece) -> FileList | None:
    files = listed(piece.files or (), _object)
    return None if files is None else FileList(data=files, next=piece.next_page_token or None)


def _deleted(request: DeleteFileRequest, _: Piece) -> FileDeleted:
    return FileDeleted(id=request.id)


def _read_content(_: FileContentRequest, terms: Terms) -> Reading[FileContent]:
    return download(terms, lambda content: FileContent(content=content))


UPLOAD: Final[Codec[UploadFileRequest, FileObject]] = GoogleOperation(_upload, answering(FilePiece, _object))
GET: Final[Codec[GetFileRequest, FileObject]] = GoogleOperation(_get, answering(FilePiece, _object))
LIST: Final[Codec[ListFilesRequest, FileList]] = GoogleOperation(_list, defaulted(FilesPiece, _page))
DELETE: Final[Codec[DeleteFileRequest, FileDeleted]] = GoogleOperation(_delete, defaulted(Piece, _deleted))
CONTENT: Final[Codec[FileContentRequest, FileContent]] = GoogleOperation(_content, _read_content)
