"""Every recorded call of an API beside chat, of OpenAI and those that speak its APIs, becomes its typed answer or its error.

What is out of scope is counted below, by reason, so that no recording is passed over in silence.
"""

from __future__ import annotations

import base64
import json
import random
import re
import struct
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec
import pytest

import sansio
from sansio import Completed, Exchange, Failed
from sansio.types import (
    Batch,
    BatchList,
    BatchResults,
    BatchResultsRequest,
    ChatResponse,
    EmbeddingResponse,
    FileContent,
    FileContentRequest,
    FileDeleted,
    FileList,
    FileObject,
    ImageResponse,
    Model,
    ModelList,
    ModerationResponse,
    Provider,
    Quirks,
    Request,
    RerankResponse,
    SpeechResponse,
    TranscriptionResponse,
)
from tests.corpus.operations import OUT_OF_SCOPE, Recording, asked, recordings

_UNDONE = {"content-encoding", "content-length", "transfer-encoding"}  # codings that the recorders undid
_BYTEWISE = 0 if sys.gettrace() else 16 * 1024  # tracing would make it take minutes
_OPERATIONS = frozenset(
    {"batches", "embeddings", "files", "images", "models", "moderation", "rerank", "speech", "transcription"}
)


def _provider(recording: Recording) -> Provider:
    known = sansio.provider("openai_compatible", name=recording["provider"], base_url="http://127.0.0.1:1")
    speech = {"speech": Quirks(forms={"answer": "json"})} if recording["provider"] == "mistral" else {}
    perplexity = {"embeddings": Quirks(members={"encoding_format": "base64_int8"})}
    own = perplexity if recording["provider"] == "perplexity" else speech
    return msgspec.structs.replace(known, operations=_OPERATIONS, quirks=Quirks(operations=own))


def _run(recording: Recording, request: Request[Any], pieces: Iterable[bytes]) -> Completed[Any] | Failed:
    """How it ends."""
    stream = recording["stream"] and recording["api"] == "audio"
    exchange = Exchange(_provider(recording), request, stream=stream, seed=b"0123456789abcdef")
    headers = [(name, value) for name, value in recording["response_headers"] if name.lower() not in _UNDONE]
    exchange.receive_head(recording["status"], headers)
    for piece in pieces:
        exchange.receive_data(piece)
    exchange.receive_eof()
    assert exchange.outcome is not None
    return exchange.outcome


def _body(recording: Recording) -> bytes:
    if "response_body_b64" in recording:
        return base64.b64decode(recording["response_body_b64"])
    body: str = recording["response_body"]
    return body.encode()


def _cut(body: bytes, recording: Recording) -> Iterator[bytes]:
    """Pieces of random sizes, the same for a recording every time."""
    source, position = random.Random(recording["id"]), 0
    while position < len(body):
        size = source.randint(1, 1 + len(body) // 7)
        yield body[position : position + size]
        position += size


_IN_SCOPE = [item for item in recordings() if asked(item) is not None]

pytestmark = pytest.mark.skipif(not _IN_SCOPE, reason="no recorded traffic beside the repository")


@pytest.mark.parametrize("recording", _IN_SCOPE, ids=lambda item: f"{item['provider']}-{item['api']}-{item['id']}")
def test_a_recording_ends_as_what_it_is(recording: Recording) -> None:
    """Whole, cut at random, and byte by byte where it is short."""
    request, body = asked(recording), _body(recording)
    assert request is not None
    end = _run(recording, request, [body])
    if 200 <= recording["status"] < 300:
        assert isinstance(end, Completed), end
        response: object = end.response
        _check(response, recording, body)
    else:
        assert isinstance(end, Failed)
        assert end.failure.status == recording["status"]
        assert end.failure.message
    assert _run(recording, request, _cut(body, recording)) == end
    if len(body) <= _BYTEWISE:
        assert _run(recording, request, [body[place : place + 1] for place in range(len(body))]) == end


def _check(response: object, recording: Recording, body: bytes) -> None:
    """The response says what a plain second reading of the body does."""
    assert isinstance(response, sansio.types.Response)
    assert response.provider == recording["provider"]
    match response:
        case EmbeddingResponse():
            _check_vectors(response, json.loads(body), recording["provider"])
        case ImageResponse():
            said = json.loads(body)
            images = [
                (item.get("url"), item.get("b64_json") or item.get("image"))
                for item in said.get("data") or said["images"]
            ]
            assert [(image.url, image.b64_json) for image in response.data] == images
            assert all(url or data for url, data in images)
        case SpeechResponse() | FileContent():
            content = body if recording["provider"] != "mistral" else base64.b64decode(json.loads(body)["audio_data"])
            assert response.content == content
        case TranscriptionResponse():
            _check_transcript(response, recording, body)
        case ModelList():
            _check_models(response, json.loads(body))
        case Model() | FileObject() | FileDeleted() | Batch():
            assert response.id == json.loads(body)["id"]
        case FileList() | BatchList():
            said = json.loads(body)
            assert [item.id for item in response.data] == [item["id"] for item in said["data"]]
            assert response.next == (said["last_id"] if said["has_more"] else None)
        case ModerationResponse():
            said = json.loads(body)["results"]
            assert [item.flagged for item in response.results] == [item["flagged"] for item in said]
            assert [item.category_scores for item in response.results] == [item["category_scores"] for item in said]
        case RerankResponse():
            said = json.loads(body)
            pairs = [(item["index"], item["relevance_score"]) for item in said.get("results") or said["data"]]
            assert [(item.index, item.relevance_score) for item in response.results] == pairs
            assert response.usage is not None
            assert response.usage.total_tokens == said["usage"]["total_tokens"]
        case _:
            pytest.fail(f"nothing checks a {type(response).__name__}")


def _check_vectors(response: EmbeddingResponse, said: dict[str, Any], provider: str) -> None:
    assert len(response.data) == len(said["data"]) > 0
    for vector, item in zip(response.data, said["data"], strict=True):
        expected = item["embedding"]
        if isinstance(expected, str):
            data = base64.b64decode(expected)
            expected = struct.unpack(f"<{len(data)}b" if provider == "perplexity" else f"<{len(data) // 4}f", data)
        assert list(vector.embedding) == list(expected)
        assert vector.index == item["index"]
    assert response.model == said["model"]
    if said.get("usage"):
        assert response.usage is not None
        assert response.usage.prompt_tokens == said["usage"].get("prompt_tokens")


def _check_transcript(response: TranscriptionResponse, recording: Recording, body: bytes) -> None:
    if recording["format"] == "text":
        assert response.text == body.decode()
        return
    said = json.loads(body.decode().split("data: ")[-2]) if recording["stream"] else json.loads(body)
    assert response.text == said["text"]
    segments = [item["text"] for item in said.get("segments", ())]
    if recording["stream"]:
        segments = re.findall(r'"transcript.text.segment","text":"(.*?)"', body.decode())
    assert [item.text for item in response.segments or ()] == segments
    assert len(response.words or ()) == len(said.get("words", ()))


def _check_models(response: ModelList, said: Any) -> None:  # any JSON
    items = msgspec.convert(said if isinstance(said, list) else said["data"], list[str | dict[str, Any]])
    ids = [item if isinstance(item, str) else item.get("id") or item["name"] for item in items]
    assert [model.id for model in response.data] == ids


def test_what_is_out_of_scope_is_known_by_number() -> None:
    """A new recording of an API that is none of ours has to be looked at."""
    out = Counter(f"{item['provider']} {item['api']}" for item in recordings() if asked(item) is None)
    assert dict(out) == OUT_OF_SCOPE


@pytest.mark.parametrize(
    "recording",
    [item for item in _IN_SCOPE if isinstance(asked(item), FileContentRequest) and b'"custom_id"' in _body(item)],
    ids=lambda item: item["id"],
)
def test_the_output_of_a_batch_is_read_into_typed_results(recording: Recording) -> None:
    body = _body(recording)
    request = BatchResultsRequest(id="batch_1", output_file_id="file-1")
    end = _run(recording, request, [body])
    assert isinstance(end, Completed)
    results: object = end.response
    assert isinstance(results, BatchResults)
    said = [json.loads(line) for line in body.splitlines()]
    assert [item.custom_id for item in results.results] == [item["custom_id"] for item in said]
    for result, line in zip(results.results, said, strict=True):
        assert isinstance(result.outcome, ChatResponse | EmbeddingResponse)
        assert result.outcome.request_id == line["response"]["request_id"]
    assert _run(recording, request, _cut(body, recording)) == end
