from __future__ import annotations

import pytest
from msgspec import Raw

from sansio import Body, Data, LocalProtocolError, Source
from sansio.types import (
    DeleteFileRequest,
    ExpiresAfter,
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
from tests.unit.dialects.openai.exchanged import BOUNDARY, answer, events, exchange, failure, header, sent

CONTENT = FileContentRequest(id="file-1")


def test_an_upload_on_the_wire() -> None:
    request = sent(
        UploadFileRequest(
            file=Upload(b"{}\n", "in.jsonl"), purpose="batch", expires_after=ExpiresAfter(3600), extra={"n": Raw(b"1")}
        )
    )
    assert (request.method, request.url) == ("POST", "https://api.openai.com/v1/files")
    assert header(request, "content-type") == f"multipart/form-data; boundary={BOUNDARY}"
    assert header(request, "accept") == "application/json"
    lines = [
        f"--{BOUNDARY}",
        'Content-Disposition: form-data; name="file"; filename="in.jsonl"',
        "Content-Type: application/jsonl",
        "",
        "{}\n",
        f"--{BOUNDARY}",
        'Content-Disposition: form-data; name="purpose"',
        "",
        "batch",
        f"--{BOUNDARY}",
        'Content-Disposition: form-data; name="expires_after[seconds]"',
        "",
        "3600",
        f"--{BOUNDARY}",
        'Content-Disposition: form-data; name="expires_after[anchor]"',
        "",
        "created_at",
        f"--{BOUNDARY}",
        'Content-Disposition: form-data; name="n"',
        "",
        "1",
        f"--{BOUNDARY}--",
        "",
    ]
    assert request.body == "\r\n".join(lines).encode()


def test_a_file_of_any_size_is_not_read_here() -> None:
    source = Source("one", 10**12, "big.bin")
    body = sent(UploadFileRequest(file=Upload(source))).body
    assert isinstance(body, Body)
    head, content, tail = body.parts
    assert isinstance(head, bytes)
    assert isinstance(tail, bytes)
    assert content is source
    assert body.length == len(head) + 10**12 + len(tail)
    assert b'filename="big.bin"\r\nContent-Type: application/octet-stream' in head


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        (UploadFileRequest(file=Upload(b"x")), "file needs a filename"),
        (UploadFileRequest(file=Upload(Source("one", 1))), "file needs a filename"),
        (UploadFileRequest(file=Upload(b"x", "a", "text/\n")), "no form: not a content type"),
        (UploadFileRequest(file=Upload(b"x", "a"), extra={"n": Raw(b"{")}), "extra\\['n'\\] is not JSON"),
    ],
)
def test_what_no_form_holds_is_refused(request_: UploadFileRequest, message: str) -> None:
    with pytest.raises(LocalProtocolError, match=message):
        exchange(request_)


def test_the_other_requests_on_the_wire() -> None:
    page = ListFilesRequest(provider="openai", after="file-1", limit=2, order="asc", purpose="batch")
    calls = [sent(request) for request in (page, GetFileRequest(id="a/b"), DeleteFileRequest(id="1"), CONTENT)]
    assert [(call.method, call.url.removeprefix("https://api.openai.com/v1/files"), call.body) for call in calls] == [
        ("GET", "?after=file-1&limit=2&order=asc&purpose=batch", b""),
        ("GET", "/a%2Fb", b""),
        ("DELETE", "/1", b""),
        ("GET", "/file-1/content", b""),
    ]
    assert header(calls[3], "accept") == "*/*"


def test_a_file_and_a_list_of_files() -> None:
    body = (
        b'{"object":"file","id":"file-1","purpose":"ocr","filename":"a.pdf","bytes":9,"created_at":1,'
        b'"expires_at":2.0,"status":"processed","mimetype":"application/pdf"}'
    )
    file = FileObject(
        id="file-1",
        filename="a.pdf",
        bytes=9,
        created_at=1,
        expires_at=2,
        purpose="ocr",
        status="processed",
        media_type="application/pdf",
    )
    response = answer(GetFileRequest(id="file-1"), body)
    assert (response.request_id, response.provider) == ("req_1", "openai")
    listed = answer(ListFilesRequest(), b'{"data":[%b,{}],"has_more":true,"last_id":"file-1"}' % body)
    assert listed == FileList(data=[file], next="file-1", request_id="req_1", provider="openai")


def test_a_file_that_is_gone() -> None:
    request = DeleteFileRequest(id="1")
    gone = FileDeleted(id="1", request_id="req_1", provider="openai")
    assert answer(request, b'{"id":"1","object":"file","deleted":true}') == gone
    assert not answer(request, b'{"id":"1","deleted":false}').deleted


@pytest.mark.parametrize("request_", [GetFileRequest(id="1"), ListFilesRequest(), DeleteFileRequest(id="1")])
def test_what_is_no_file_is_no_answer(request_: GetFileRequest) -> None:
    assert failure(request_, b'{"object":"file"}').kind == "protocol"


def test_the_content_is_given_whole() -> None:
    body = b'{"error":"is what the file says"}'
    deltas, _ = events(CONTENT, body)
    assert deltas == [Data(body)]
    assert answer(CONTENT, body) == FileContent(content=body, content_type="x/y", request_id="req_1", provider="openai")


def test_an_empty_file_has_content_too() -> None:
    assert answer(CONTENT, b"").content == b""


def test_the_content_of_a_stream_is_in_its_events() -> None:
    deltas, _ = events(CONTENT, b"abc", stream=True)
    assert deltas == [Data(b"abc")]
    assert answer(CONTENT, b"abc", stream=True).content is None


def test_content_that_is_cut_off_is_no_answer() -> None:
    ours = exchange(CONTENT)
    ours.receive_head(200, [])
    ours.receive_data(b"abc")
    ours.receive_broken("reset")
    *_, end = ours.take_events()
    assert (end.failure.kind, end.partial) == ("truncated", None)  # type: ignore[union-attr]
