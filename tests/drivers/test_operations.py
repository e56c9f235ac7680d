"""Requests beside chat over real sockets: who is asked, uploads of files in bounded memory, and large downloads."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

from sansio import Completed, Data, Retry, Source
from sansio.types import (
    EmbeddingRequest,
    FileContent,
    FileContentRequest,
    FileObject,
    ListModelsRequest,
    TranscriptionRequest,
    Upload,
    UploadFileRequest,
)
from tests.drivers.answers import always, error, head, whole
from tests.drivers.drivers import Client, Driver
from tests.drivers.scenario import run
from tests.drivers.server import Peer, Server

LARGE = 24 * 1024 * 1024
MOST = 4 * 1024 * 1024  # what may be held of it at once, on both ends


def test_vectors_of_a_model(driver: Driver) -> None:
    async def scenario(client: Client) -> None:
        request = EmbeddingRequest(model="openai/text-embedding-3-small", input=["a", "b"])
        assert (await client.send(request)).vectors == [(1.0,), (0.5,)]

    vectors = b'{"index":1,"embedding":"AAAAPw=="},{"index":0,"embedding":"AACAPw=="}'
    with Server(always(whole(b'{"data":[%b],"model":"m"}' % vectors))) as server:
        run(driver, server, scenario)
    assert server.requests[0].target == "/v1/embeddings"
    assert b'"model":"text-embedding-3-small"' in server.requests[0].body


def test_models_of_a_provider(driver: Driver) -> None:
    async def scenario(client: Client) -> None:
        models = await client.send(ListModelsRequest(provider="openai"))
        assert [model.id for model in models.data] == ["a"]

    with Server(always(whole(b'{"object":"list","data":[{"id":"a","object":"model"}]}'))) as server:
        run(driver, server, scenario)
    assert (server.requests[0].method, server.requests[0].target) == ("GET", "/v1/models")


def test_a_file_of_bytes_is_a_form(driver: Driver) -> None:
    async def scenario(client: Client) -> None:
        request = TranscriptionRequest(model="openai/whisper-1", file=Upload(b"\x00sound", "a.mp3"))
        assert (await client.send(request)).text == "hi"

    with Server(always(whole(b'{"text":"hi"}'))) as server:
        run(driver, server, scenario)
    (request,) = server.requests
    boundary = request.headers["content-type"].removeprefix("multipart/form-data; boundary=")
    assert request.body.endswith(f"\r\n--{boundary}--\r\n".encode())
    assert b"\x00sound" in request.body


def test_a_large_file_is_uploaded_in_bounded_memory(driver: Driver, tmp_path: Path) -> None:
    path = tmp_path / "large.bin"
    with path.open("wb") as file:
        file.truncate(LARGE)
    taken: list[int] = []

    def script(peer: Peer) -> None:
        heading = peer.head().decode()
        left = length = int(heading.lower().partition("content-length: ")[2].partition("\r\n")[0])
        while left:
            left -= len(peer.exactly(min(left, 65536)))
        taken.append(length)
        peer.send(whole(b'{"id":"file-1","object":"file","bytes":1}'))
        peer.stall()

    async def scenario(client: Client) -> FileObject:
        upload = Upload(Source("large", LARGE, "large.bin"))
        request = UploadFileRequest(provider="openai", file=upload, purpose="user_data")
        tracemalloc.start()
        try:
            answer = await client.send(request, sources={"large": path})
            assert tracemalloc.get_traced_memory()[1] < MOST
        finally:
            tracemalloc.stop()
        return answer

    with Server(script) as server:
        assert run(driver, server, scenario).id == "file-1"
    assert LARGE < taken[0] < LARGE + 1024


def test_a_retried_upload_is_read_again(driver: Driver, tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(b"content")

    def script(peer: Peer) -> None:
        peer.request()
        peer.send(error("503 Service Unavailable", "retry-after-ms: 1"))
        peer.request()
        peer.send(whole(b'{"id":"file-1","object":"file","bytes":7}'))

    async def scenario(client: Client) -> FileObject:
        upload = Upload(Source("a", 7, "a.bin"))
        request = UploadFileRequest(provider="openai", file=upload, purpose="user_data")
        return await client.send(request, sources={"a": tmp_path / "a.bin"}, retry=Retry(retries=1))

    with Server(script) as server:
        assert run(driver, server, scenario).id == "file-1"
    first, second = [request.body for request in server.requests]
    assert b"\r\n\r\ncontent\r\n" in first
    assert first == second


def test_a_large_file_is_downloaded_in_bounded_memory(driver: Driver) -> None:
    def script(peer: Peer) -> None:
        peer.request()
        peer.send(head("200 OK", f"content-length: {LARGE}", kind="text/csv"))
        for _ in range(LARGE // 65536):
            peer.send(bytes(65536))
        peer.stall()

    async def scenario(client: Client) -> FileContent:
        size = 0
        tracemalloc.start()
        try:
            async with client.stream(FileContentRequest(provider="openai", id="file-1")) as stream:
                async for event in stream:
                    assert isinstance(event, Data | Completed)
                    size += len(event.data) if isinstance(event, Data) else 0
            assert tracemalloc.get_traced_memory()[1] < MOST
        finally:
            tracemalloc.stop()
        assert size == LARGE
        return stream.response

    with Server(script) as server:
        response = run(driver, server, scenario)
    assert (response.content, response.content_type) == (None, "text/csv")
