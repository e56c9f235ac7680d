"""`/files`: https://platform.openai.com/docs/api-reference/files."""

from __future__ import annotations

from typing import Final

from ...types import (
    DeleteFileRequest,
    FileContent,
    FileContentRequest,
    FileDeleted,
    FileList,
    FileObject,
    GetFileRequest,
    ListFilesRequest,
    UploadFileRequest,
)
from ..codec import Codec, Encoded, Reading, Terms, path_of
from ..operation import Operation, Piece, answering, listed, path_to
from .downloads import download
from .paging import next_page, query_of
from .parameters import Parameters

_PATH: Final = "/files"


class FilePiece(Piece):
    """A file, or what is left of one."""

    id: str | None = None
    filename: str | None = None
    bytes: int | None = None
    created_at: float | None = None
    expires_at: float | None = None
    purpose: str | None = None
    status: str | None = None
    mimetype: str | None = None  # mistral's
    deleted: bool | None = None


class FilesPiece(Piece):
    """A page of them."""

    data: list[FilePiece] | None = None
    has_more: bool | None = None
    last_id: str | None = None


def _upload(request: UploadFileRequest, terms: Terms) -> Encoded:
    return Parameters(request, terms).form(_PATH, name="files")


def _list(request: ListFilesRequest, terms: Terms) -> Encoded:
    query = query_of(after=request.after, limit=request.limit, order=request.order, purpose=request.purpose)
    return Encoded(path_of(terms, "files", _PATH), b"", method="GET", query=query)


def _get(request: GetFileRequest, terms: Terms) -> Encoded:
    return Encoded(path_to(terms, "files", _PATH, request.id), b"", method="GET")


def _delete(request: DeleteFileRequest, terms: Terms) -> Encoded:
    return Encoded(path_to(terms, "files", _PATH, request.id), b"", method="DELETE")


def _content(request: FileContentRequest, terms: Terms) -> Encoded:
    path = path_to(terms, "files", _PATH, request.id) + "/content"
    return Encoded(path, b"", method="GET", accept="*/*")


def _file(piece: FilePiece) -> FileObject | None:
    if piece.id is None:
        return None
    return FileObject(
        id=piece.id,
        filename=piece.filename or "",
        bytes=piece.bytes,
        created_at=_time(piece.created_at),
        expires_at=_time(piece.expires_at),
        purpose=piece.purpose,
        status=piece.status,
        media_type=piece.mimetype,
    )


def _time(unix: float | None) -> int | None:
    return None if unix is None else int(unix)


def _files(piece: FilesPiece) -> FileList | None:
    if piece.data is None:
        return None
    if (files := listed(piece.data, _file)) is None:
        return None
    return FileList(data=files, next=next_page(piece.has_more, piece.last_id, [file.id for file in files]))


def _deleted(piece: FilePiece) -> FileDeleted | None:
    if piece.id is None:
        return None
    return FileDeleted(id=piece.id, deleted=piece.deleted is not False)


def _read_content(_: FileContentRequest, terms: Terms) -> Reading[FileContent]:
    return download(terms, lambda content: FileContent(content=content))


UPLOAD: Final[Codec[UploadFileRequest, FileObject]] = Operation(_upload, answering(FilePiece, _file))
GET: Final[Codec[GetFileRequest, FileObject]] = Operation(_get, answering(FilePiece, _file))
LIST: Final[Codec[ListFilesRequest, FileList]] = Operation(_list, answering(FilesPiece, _files))
DELETE: Final[Codec[DeleteFileRequest, FileDeleted]] = Operation(_delete, answering(FilePiece, _deleted))
CONTENT: Final[Codec[FileContentRequest, FileContent]] = Operation(_content, _read_content)
