"""Files that the API keeps."""

from __future__ import annotations

from typing import TypeVar

import pytest
from msgspec import Raw

import sansio
from sansio import Completed, Exchange, Failed
from sansio.types import (
    DeleteFileRequest,
    ExpiresAfter,
    FileContentRequest,
    FileObject,
    GetFileRequest,
    ListFilesRequest,
    Request,
    Upload,
    UploadFileRequest,
)

R = TypeVar("R")

PROVIDER = sansio.provider("anthropic", api_key="key")
URL = "https://api.anthropic.com/v1/files"
FILE = b'{"id":"f","filename":"a.txt","mime_type":"text/plain","size_bytes":2,"created_at":"1970-01-01T00:01:00.5Z"}'
OBJECT = FileObject(id="f", filename="a.txt", bytes=2, created_at=60, media_type="text/plain", provider="anthropic")


def answered(request: Request[R], body: bytes) -> R | Failed:
    exchange = Exchange(PROVIDER, request, seed=bytes(16))
    exchange.receive_head(200, [])
    exchange.receive_data(body)
    exchange.receive_eof()
    end = exchange.outcome
    assert end is not None
    return end.response if isinstance(end, Completed) else end


def test_an_upload_is_a_form() -> None:
    upload = UploadFileRequest(
        file=Upload(b"hi", "a.txt"), purpose="x", expires_after=ExpiresAfter(3600), extra={"y": Raw(b'"z"')}
    )
    exchange = Exchange(PROVIDER, upload, seed=bytes(16), on_loss="drop")
    assert (exchange.request.method, exchange.request.url) == ("POST", URL)
    assert ("anthropic-beta", "files-api-2025-04-14") in exchange.request.headers
    body = exchange.request.body
    assert isinstance(body, bytes)
    assert b'name="expires_in_seconds"\r\n\r\n3600' in body
    assert b'name="y"\r\n\r\nz' in body
    assert b'filename="a.txt"' in body
    assert [loss.path for loss in exchange.losses] == ["purpose"]
    plain = UploadFileRequest(file=Upload(b"hi", "a.txt"))
    assert answered(plain, FILE) == OBJECT


@pytest.mark.parametrize(
    ("request_", "method", "url"),
    [
        (GetFileRequest(id="f"), "GET", f"{URL}/f"),
        (DeleteFileRequest(id="f"), "DELETE", f"{URL}/f"),
        (FileContentRequest(id="f"), "GET", f"{URL}/f/content"),
        (ListFilesRequest(after="f", limit=2), "GET", f"{URL}?after_id=f&limit=2"),
        (ListFilesRequest(after="page_x"), "GET", f"{URL}?page=page_x"),
    ],
)
def test_paths(request_: Request[object], method: str, url: str) -> None:
    request = Exchange(PROVIDER, request_).request
    assert (request.method, request.url) == (method, url)
    assert ("anthropic-beta", "files-api-2025-04-14") in request.headers


def test_a_file() -> None:
    assert answered(GetFileRequest(id="f"), FILE) == OBJECT
    assert isinstance(answered(GetFileRequest(id="f"), b"{}"), Failed)
    assert answered(GetFileRequest(id="f"), b'{"id":"f"}') == FileObject(id="f", provider="anthropic")


def test_a_page() -> None:
    found = answered(ListFilesRequest(), b'{"data":[%b,{}],"has_more":true,"last_id":"f"}' % FILE)
    assert not isinstance(found, Failed)
    assert ([file.id for file in found.data], found.next) == (["f"], "f")
    found = answered(ListFilesRequest(), b'{"data":[],"next_page":"page_x"}')
    assert not isinstance(found, Failed)
    assert found.next == "page_x"
    found = answered(ListFilesRequest(), b'{"data":[],"last_id":"f"}')
    assert not isinstance(found, Failed)
    assert found.next is None
    assert isinstance(answered(ListFilesRequest(), b"{}"), Failed)


def test_what_a_list_cannot_be_narrowed_by_is_lost() -> None:
    exchange = Exchange(PROVIDER, ListFilesRequest(order="asc", purpose="x"), on_loss="drop")
    assert [loss.path for loss in exchange.losses] == ["order", "purpose"]


def test_a_file_that_is_gone() -> None:
    found = answered(DeleteFileRequest(id="f"), b'{"id":"f","type":"file_deleted"}')
    assert not isinstance(found, Failed)
    assert (found.id, found.deleted) == ("f", True)
    assert isinstance(answered(DeleteFileRequest(id="f"), b"{}"), Failed)


def test_the_bytes_of_a_file() -> None:
    found = answered(FileContentRequest(id="f"), b"\x00\x01")
    assert not isinstance(found, Failed)
    assert found.content == b"\x00\x01"
