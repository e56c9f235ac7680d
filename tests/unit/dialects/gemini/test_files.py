"""Files that the API keeps."""

from __future__ import annotations

import pytest
from msgspec import Raw

import sansio
from sansio import Completed, Exchange
from sansio.errors import LocalProtocolError
from sansio.http import Body, Source
from sansio.types import (
    DeleteFileRequest,
    FileContentRequest,
    FileList,
    FileObject,
    GetFileRequest,
    ListFilesRequest,
    Upload,
    UploadFileRequest,
)
from tests.unit.dialects.gemini.by_hand import GEMINI, encoded, lost, read

BASE = "https://generativelanguage.googleapis.com"
FILE = {
    "name": "files/x",
    "displayName": "a.pdf",
    "mimeType": "application/pdf",
    "sizeBytes": "18810",
    "createTime": "2026-08-19T14:34:22Z",
    "expirationTime": "2026-08-21T14:34:22Z",
    "uri": f"{BASE}/v1beta/files/x",
    "state": "ACTIVE",
}
KNOWN = FileObject(
    id="files/x",
    filename="a.pdf",
    bytes=18810,
    created_at=1_787_150_062,
    expires_at=1_787_322_862,
    status="ACTIVE",
    media_type="application/pdf",
    uri=f"{BASE}/v1beta/files/x",
)
BOUNDARY = b"sansio-" + b"30" * 12


def same(file: FileObject) -> bool:
    names = ("id", "filename", "bytes", "created_at", "expires_at", "status", "media_type", "uri")
    return all(getattr(file, name) == getattr(KNOWN, name) for name in names)


def test_an_upload_is_one_request() -> None:
    exchange = encoded(UploadFileRequest(file=Upload(b"abc", "a.pdf")))
    request = exchange.request
    assert (request.method, request.url) == ("POST", f"{BASE}/upload/v1beta/files")
    headers = dict(request.headers)
    assert headers["x-goog-upload-protocol"] == "multipart"
    assert headers["content-type"] == f"multipart/related; boundary={BOUNDARY.decode()}"
    assert request.body == (
        b"--%b\r\nContent-Type: application/json; charset=utf-8\r\n\r\n"
        b'{"file":{"displayName":"a.pdf"}}\r\n--%b\r\nContent-Type: application/pdf\r\n\r\nabc\r\n--%b--\r\n'
    ) % (BOUNDARY, BOUNDARY, BOUNDARY)
    assert same(read(exchange, {"file": FILE}))


def test_a_large_file_is_read_as_it_is_sent() -> None:
    source = Source("1", 1000, "a.bin")
    request = UploadFileRequest(file=Upload(source), extra={"file": Raw(b'{"name":"files/y"}')})
    body = encoded(request).request.body
    assert isinstance(body, Body)
    before, content, after = body.parts
    assert content is source
    assert isinstance(before, bytes)
    assert isinstance(after, bytes)
    assert body.length == len(before) + 1000 + len(after)
    assert b'{"file":{"displayName":"a.bin","name":"files/y"}}' in before
    assert b"Content-Type: application/octet-stream" in before


def test_a_file_without_a_name_and_with_a_type() -> None:
    body = encoded(UploadFileRequest(file=Upload(b"", content_type="text/x"))).request.body
    assert b'{"file":{}}' in body  # type: ignore[operator]
    assert b"Content-Type: text/x" in body  # type: ignore[operator]


def test_an_upload_needs_random_bytes() -> None:
    with pytest.raises(LocalProtocolError, match="seed"):
        Exchange(GEMINI, UploadFileRequest(file=Upload(b"")))


def test_uploads_stand_beside_the_versions() -> None:
    bare = sansio.provider("openai_compatible", base_url="http://h", dialect="gemini")
    bare = type(bare)(name="g", base_url="http://h?k=v", dialect="gemini", keyless=True, operations=GEMINI.operations)
    assert encoded(UploadFileRequest(file=Upload(b"")), bare).request.url == "http://h/upload/files?k=v"


def test_losses() -> None:
    assert lost(UploadFileRequest(file=Upload(b""), purpose="batch")) == [("purpose", "dropped")]
    assert lost(ListFilesRequest(order="asc", purpose="batch")) == [("order", "dropped"), ("purpose", "dropped")]


@pytest.mark.parametrize("id_", ["x", "files/x"])
def test_one_file(id_: str) -> None:
    exchange = encoded(GetFileRequest(id=id_))
    assert (exchange.request.method, exchange.request.url) == ("GET", f"{BASE}/v1beta/files/x")
    assert same(read(exchange, FILE))


def test_a_page() -> None:
    exchange = encoded(ListFilesRequest(limit=2, after="t"))
    assert exchange.request.url == f"{BASE}/v1beta/files?pageSize=2&pageToken=t"
    page = read(exchange, {"files": [FILE, {}], "nextPageToken": "u"})
    assert isinstance(page, FileList)
    assert (len(page.data), page.next) == (1, "u")
    assert read(encoded(ListFilesRequest()), {}).data == []


def test_a_file_without_a_size() -> None:
    assert read(encoded(GetFileRequest(id="x")), {"name": "files/x"}).bytes is None
    assert read(encoded(GetFileRequest(id="x")), {}).kind == "protocol"


def test_deleting() -> None:
    exchange = encoded(DeleteFileRequest(id="files/x"))
    assert (exchange.request.method, exchange.request.url) == ("DELETE", f"{BASE}/v1beta/files/x")
    deleted = read(exchange, {})
    assert (deleted.id, deleted.deleted) == ("files/x", True)
    error = {"error": {"code": 403, "message": "m", "status": "PERMISSION_DENIED"}}
    assert read(encoded(DeleteFileRequest(id="x")), error).kind == "permission_denied"


def test_the_bytes_of_a_file() -> None:
    exchange = encoded(FileContentRequest(id="x"))
    assert exchange.request.url == f"{BASE}/v1beta/files/x:download?alt=media"
    exchange.receive_head(200, (("content-type", "application/pdf"),))
    exchange.receive_data(b"%PDF")
    exchange.receive_eof()
    assert isinstance(exchange.outcome, Completed)
    assert exchange.outcome.response.content == b"%PDF"
