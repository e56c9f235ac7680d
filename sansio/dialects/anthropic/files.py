"""`/v1/files`: https://platform.claude.com/docs/en/api/files-create."""

from __future__ import annotations

from typing import Final

import msgspec

from ...types import (
    DeleteFileRequest,
    FileContent,
    FileContentRequest,
    FileDeleted,
    FileList,
    FileObject,
    GetFileRequest,
    ListFilesRequest,
    Loss,
    UploadFileRequest,
)
from ..codec import Codec, Encoded, Reading, Terms, path_of
from ..openai.downloads import download
from ..openai.form import form
from ..operation import Piece, answering, listed, path_to
from .operation import FILES_HEADERS, MessagesOperation, page_query, unix

_PATHS: Final = ("files", "/v1/files")


class FilePiece(Piece):
    """A file, or what is left of one."""

    id: str | None = None
    filename: str | None = None
    mime_type: str | None = None
    size_bytes: int | None = None
    created_at: str | None = None
    expires_at: str | None = None


class FilesPiece(Piece):
    """A page of them."""

    data: list[FilePiece] | None = None
    has_more: bool | None = None
    last_id: str | None = None
    next_page: str | None = None


def _upload(request: UploadFileRequest, terms: Terms) -> Encoded:
    members: dict[str, object] = {"file": request.file}
    if request.expires_after is not None:
        members["expires_in_seconds"] = request.expires_after.seconds
    members |= {name: msgspec.json.decode(raw) for name, raw in (request.extra or {}).items()}
    body, content_type = form(members, terms.seed)
    losses = () if request.purpose is None else (Loss("purpose", "dropped", "the API has one kind of files"),)
    path = path_of(terms, *_PATHS)
    return Encoded(path, body, losses, content_type=content_type, accept="application/json", headers=FILES_HEADERS)


def _list(request: ListFilesRequest, terms: Terms) -> Encoded:
    unknown = [name for name in ("order", "purpose") if getattr(request, name) is not None]
    losses = tuple(Loss(name, "dropped", "the API has no such parameter") for name in unknown)
    query = page_query(request.after, request.limit)
    return Encoded(path_of(terms, *_PATHS), b"", losses, method="GET", query=query, headers=FILES_HEADERS)


def _get(request: GetFileRequest, terms: Terms) -> Encoded:
    return Encoded(path_to(terms, *_PATHS, request.id), b"", method="GET", headers=FILES_HEADERS)


def _delete(request: DeleteFileRequest, terms: Terms) -> Encoded:
    return Encoded(path_to(terms, *_PATHS, request.id), b"", method="DELETE", headers=FILES_HEADERS)


def _content(request: FileContentRequest, terms: Terms) -> Encoded:
    path = path_to(terms, *_PATHS, request.id) + "/content"
    return Encoded(path, b"", method="GET", accept="*/*", headers=FILES_HEADERS)


def _file(piece: FilePiece) -> FileObject | None:
    if piece.id is None:
        return None
    return FileObject(
        id=piece.id,
        filename=piece.filename or "",
        bytes=piece.size_bytes,
        created_at=unix(piece.created_at),
        expires_at=unix(piece.expires_at),
        media_type=piece.mime_type,
    )


def _files(piece: FilesPiece) -> FileList | None:
    if piece.data is None:
        return None
    if (files := listed(piece.data, _file)) is None:
        return None
    return FileList(data=files, next=piece.next_page or (piece.last_id if piece.has_more else None))


def _deleted(piece: FilePiece) -> FileDeleted | None:
    return None if piece.id is None else FileDeleted(id=piece.id)


def _read_content(_: FileContentRequest, terms: Terms) -> Reading[FileContent]:
    return download(terms, lambda content: FileContent(content=content))


UPLOAD: Final[Codec[UploadFileRequest, FileObject]] = MessagesOperation(_upload, answering(FilePiece, _file))
GET: Final[Codec[GetFileRequest, FileObject]] = MessagesOperation(_get, answering(FilePiece, _file))
LIST: Final[Codec[ListFilesRequest, FileList]] = MessagesOperation(_list, answering(FilesPiece, _files))
DELETE: Final[Codec[DeleteFileRequest, FileDeleted]] = MessagesOperation(_delete, answering(FilePiece, _deleted))
CONTENT: Final[Codec[FileContentRequest, FileContent]] = MessagesOperation(_content, _read_content)
