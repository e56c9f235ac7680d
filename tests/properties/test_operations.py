"""Whatever the bytes of an answer are, an exchange of any kind of request has one end, wherever they are cut."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

import sansio
from sansio import ChatRequest, Completed, Exchange, Failed
from sansio.http import Headers
from sansio.types import (
    Batch,
    BatchCounts,
    BatchResultsRequest,
    CountTokensRequest,
    Embedding,
    EmbeddingRequest,
    EmbeddingResponse,
    FileContentRequest,
    FileObject,
    GetBatchRequest,
    GetFileRequest,
    GetModelRequest,
    Image,
    ImageRequest,
    ImageResponse,
    ListFilesRequest,
    ListModelsRequest,
    ModerationRequest,
    ModerationResponse,
    ModerationResult,
    Request,
    RerankRequest,
    RerankResponse,
    RerankResult,
    Response,
    SpeechRequest,
    TokenCount,
    TranscriptionRequest,
    TranscriptionResponse,
    TranscriptionSegment,
    Upload,
)

_OPENAI = sansio.provider("openai", api_key="key")
_PROVIDER = msgspec.structs.replace(_OPENAI, operations=_OPENAI.operations | {"rerank"})
_JSON: Headers = (("content-type", "application/json"),)
_SOUND = Upload(b"sound", "a.mp3")
_REQUESTS: list[Request[Any]] = [
    BatchResultsRequest(id="1", output_file_id="1"),
    CountTokensRequest(ChatRequest(model="m", messages="hi")),
    EmbeddingRequest(model="m", input="hi"),
    FileContentRequest(id="1"),
    GetBatchRequest(id="1"),
    GetFileRequest(id="1"),
    GetModelRequest(model="m"),
    ImageRequest(model="m", prompt="p"),
    ListFilesRequest(),
    ListModelsRequest(),
    ModerationRequest(model="m", input="hi"),
    RerankRequest(model="m", query="q", documents=["d"]),
    SpeechRequest(model="m", input="hi", voice="alloy"),
    SpeechRequest(model="m", input="hi", voice="alloy", stream_format="sse"),
    TranscriptionRequest(model="m", file=_SOUND),
    TranscriptionRequest(model="m", file=_SOUND, response_format="vtt"),
]
# Words of the answers, out of which bytes are made that come close to one.
_WORDS = [
    *(
        b"{",
        b"}",
        b"[",
        b"]",
        b",",
        b":",
        b'"',
        b"\n",
        b"data: ",
        b"\n\n",
        b"[DONE]",
        b"null",
        b"true",
        b"1",
        b"-0.5",
        b"\xff",
    ),
    *(
        f'"{name}"'.encode()
        for name in ("data", "id", "embedding", "index", "results", "text", "error", "status", "type")
    ),
    *(
        f'"{name}"'.encode()
        for name in ("custom_id", "response", "body", "audio", "b64_json", "AACAPw==", "input_tokens")
    ),
    *(
        b'{"id":"a"}',
        b'"transcript.text.delta"',
        b'"transcript.text.done"',
        b'"speech.audio.done"',
        b'"image.completed"',
    ),
]
_BODIES = st.lists(st.sampled_from(_WORDS) | st.binary(max_size=3), max_size=40)


def _end(
    request: Request[Any], pieces: Sequence[bytes], *, stream: bool, headers: Headers = ()
) -> Completed[Any] | Failed:
    exchange = Exchange(_PROVIDER, request, stream=stream, seed=b"0123456789abcdef")
    exchange.receive_head(200, headers)
    for piece in pieces:
        exchange.receive_data(piece)
    exchange.receive_eof()
    ends = [event for event in exchange.take_events() if isinstance(event, Completed | Failed)]
    assert len(ends) == 1
    return ends[0]


@pytest.mark.parametrize("stream", [False, True])
@given(request=st.sampled_from(_REQUESTS), pieces=_BODIES, headers=st.sampled_from([(), _JSON]))
def test_any_bytes_have_one_end(stream: bool, request: Request[Any], pieces: list[bytes], headers: Headers) -> None:
    end = _end(request, pieces, stream=stream, headers=headers)
    whole = b"".join(pieces)
    assert _end(request, [whole], stream=stream, headers=headers) == end
    single = [whole[place : place + 1] for place in range(len(whole))]
    assert _end(request, single, stream=stream, headers=headers) == end


_TEXTS = st.text(st.characters(codec="utf-8"), max_size=9)
_NAMES = st.text("abc-_1", min_size=1, max_size=5)
_NUMBERS = st.floats(allow_nan=False, allow_infinity=False, width=32)
_COUNTS = st.none() | st.integers(0, 2**40)
_RESULTS = st.builds(
    ModerationResult,
    categories=st.dictionaries(_NAMES, st.booleans(), max_size=2),
    category_scores=st.dictionaries(_NAMES, _NUMBERS, max_size=2),
    flagged=st.none() | st.booleans(),
)
_SEGMENTS = st.builds(TranscriptionSegment, text=_TEXTS, start=_NUMBERS, speaker=st.none() | _NAMES)
# What is asked, and answers to it: as JSON they are OpenAI's own.
_ANSWERS: list[tuple[Request[Any], st.SearchStrategy[Response]]] = [
    (
        EmbeddingRequest(model="m", input="hi"),
        st.builds(
            EmbeddingResponse,
            data=st.lists(st.lists(_NUMBERS, max_size=3), min_size=1, max_size=3).map(
                lambda vectors: [Embedding(index, vector) for index, vector in enumerate(vectors)]
            ),
            model=_NAMES,
        ),
    ),
    (
        ImageRequest(model="m", prompt="p"),
        st.builds(
            ImageResponse,
            data=st.lists(st.builds(Image, url=_NAMES, revised_prompt=st.none() | _TEXTS), max_size=2),
            created=_COUNTS,
        ),
    ),
    (
        TranscriptionRequest(model="m", file=_SOUND),
        st.builds(
            TranscriptionResponse, text=_TEXTS, duration=_NUMBERS, segments=st.none() | st.lists(_SEGMENTS, max_size=2)
        ),
    ),
    (
        ModerationRequest(model="m", input="hi"),
        st.builds(ModerationResponse, results=st.lists(_RESULTS, max_size=2), id=_NAMES, model=_NAMES),
    ),
    (
        RerankRequest(model="m", query="q", documents=["d"]),
        st.builds(
            RerankResponse,
            results=st.lists(st.builds(RerankResult, st.integers(0, 9), _NUMBERS, st.none() | _TEXTS), max_size=3),
            id=st.none() | _NAMES,
        ),
    ),
    (GetFileRequest(id="1"), st.builds(FileObject, id=_NAMES, filename=_TEXTS, bytes=_COUNTS, created_at=_COUNTS)),
    (
        GetBatchRequest(id="1"),
        st.builds(
            Batch,
            id=_NAMES,
            status=st.sampled_from(["validating", "in_progress", "completed", "cancelled"]),
            created_at=_COUNTS,
            request_counts=st.none() | st.builds(BatchCounts, total=_COUNTS, failed=_COUNTS),
        ),
    ),
    (
        CountTokensRequest(ChatRequest(model="m", messages="hi")),
        st.builds(TokenCount, input_tokens=st.integers(0, 2**40)),
    ),
]


@pytest.mark.parametrize(("request_", "answers"), _ANSWERS, ids=[request.operation for request, _ in _ANSWERS])
@given(data=st.data())
def test_an_answer_as_json_is_that_answer(
    request_: Request[Any], answers: st.SearchStrategy[Response], data: st.DataObject
) -> None:
    answer = data.draw(answers)
    end = _end(request_, [msgspec.json.encode(answer)], stream=False)
    assert isinstance(end, Completed)
    response: Response = end.response
    assert msgspec.structs.replace(response, cost=None, provider=None) == answer
