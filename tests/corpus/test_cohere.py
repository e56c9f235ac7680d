"""Every recorded chat with Cohere's version 2 ends as a plain second reading of it says, however it is cut."""

from __future__ import annotations

import gzip
import json
import random
import re
import sys
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

import sansio
from sansio import ChatRequest, ChatResponse, Completed, Exchange, Failed
from sansio.types import (
    EmbeddingRequest,
    EmbeddingResponse,
    ListModelsRequest,
    Opaque,
    Request,
    RerankRequest,
    RerankResponse,
)

_FILE = Path(__file__).resolve().parents[3] / "shared" / "corpus" / "cohere-chat.jsonl.gz"
_UNDONE = {"content-encoding", "content-length", "transfer-encoding"}  # codings that the recorders undid
_BYTEWISE = 0 if sys.gettrace() else 16 * 1024  # tracing would make it take minutes
_EVENT_END = re.compile(rb"\r?\n\r?\n")

Recording = dict[str, Any]


def _recordings() -> Iterator[Recording]:
    with gzip.open(_FILE, "rt", encoding="utf-8") as lines:
        for line in lines:
            recording = json.loads(line)
            if "expected" in recording:
                yield recording


pytestmark = pytest.mark.skipif(not _FILE.exists(), reason="no recorded traffic beside the repository")


def _run(recording: Recording, pieces: Iterable[bytes]) -> tuple[list[object], Completed[ChatResponse] | Failed]:
    """The deltas and the one end."""
    stream = recording["stream"] or recording.get("stream_requested", False)
    provider = sansio.provider("cohere", api_key="key")
    exchange = Exchange(provider, ChatRequest(model="model", messages="hi"), stream=stream)
    headers = [(name, value) for name, value in recording["response_headers"] if name.lower() not in _UNDONE]
    exchange.receive_head(recording["status"], headers)
    for piece in pieces:
        exchange.receive_data(piece)
    exchange.receive_eof()
    *deltas, end = iter(exchange.next_event, None)
    assert isinstance(end, Completed | Failed)
    assert not any(isinstance(event, Completed | Failed) for event in deltas)
    return list(deltas), end


def _body(recording: Recording) -> bytes:
    return bytes(recording["response_body"].encode())


def _check(recording: Recording, deltas: list[object], end: Completed[ChatResponse] | Failed) -> None:
    expected = recording["expected"]
    assert not any(isinstance(event, Opaque) for event in deltas)
    if expected["end"] == "failed":
        assert isinstance(end, Failed)
        assert end.failure.kind != "truncated"
        assert end.failure.message
        return
    assert isinstance(end, Completed), end
    response = end.response
    assert response.text == expected["text"]
    assert response.usage
    assert response.usage.prompt_tokens
    reasons = {str(c.index): c.native_finish_reason or c.finish_reason for c in response.choices if c.finish_reason}
    assert reasons == expected["finish_reasons"]
    calls = [(call.name, json.loads(call.arguments or "{}")) for call in response.tool_calls]
    assert calls == [(name, json.loads(arguments or "{}")) for name, arguments in expected["tool_calls"]]


def test_ends_as_expected() -> None:
    """The whole body in one piece."""
    for recording in _recordings():
        _check(recording, *_run(recording, [_body(recording)]))


def test_cut_everywhere() -> None:
    """Byte by byte, or line by line where that would take long, and in random pieces: the same events and the same end."""
    for recording in _recordings():
        body = _body(recording)
        whole = _run(recording, [body])
        if len(body) <= _BYTEWISE:
            assert _run(recording, (body[i : i + 1] for i in range(len(body)))) == whole, recording["id"]
        else:
            assert _run(recording, re.split(rb"(?<=\n)", body)) == whole, recording["id"]
        generator = random.Random(recording["id"])
        cuts = sorted(generator.randrange(len(body) + 1) for _ in range(generator.randrange(20)))
        assert _run(recording, [body[a:b] for a, b in pairwise([0, *cuts, len(body)])]) == whole, recording["id"]


def test_cut_off() -> None:
    """A stream that ends cleanly before its end is truncated."""
    for recording in _recordings():
        if recording["stream"] and recording["expected"]["end"] == "completed":
            body = _body(recording)
            marker = body.index(b"event: message-end")
            for end in [match.end() for match in _EVENT_END.finditer(body) if match.end() <= marker]:
                outcome = _run(recording, [body[:end]])[1]
                assert isinstance(outcome, Failed), (recording["id"], end)
                assert outcome.failure.kind == "truncated"
            if b"[DONE]" in body:
                assert isinstance(_run(recording, [body[: body.index(b"data: [DONE]")]])[1], Completed)


def test_kinds() -> None:
    """What the recorded errors are."""
    kinds: set[tuple[int, str]] = set()
    for recording in _recordings():
        end = _run(recording, [_body(recording)])[1]
        if isinstance(end, Failed):
            kinds.add((recording["status"], end.failure.kind))
    assert kinds == {
        (200, "unprocessable"),
        (400, "bad_request"),
        (400, "context_window"),
        (401, "authentication"),
        (404, "not_found"),
        (422, "unprocessable"),
    }


_OTHERS: dict[str, Request[Any]] = {
    "embeddings": EmbeddingRequest(model="m", input="hi"),
    "models": ListModelsRequest(),
    "rerank": RerankRequest(model="m", query="q", documents=[]),
}


def test_other_operations() -> None:
    """Embeddings, rerank and the list of models, as they were answered."""
    counted = dict.fromkeys(_OTHERS, 0)
    with gzip.open(_FILE.with_name("cohere-misc.jsonl.gz"), "rt", encoding="utf-8") as lines:
        recordings = [recording for recording in map(json.loads, lines) if recording["api"] in _OTHERS]
    for recording in recordings:
        exchange = Exchange(sansio.provider("cohere", api_key="key"), _OTHERS[recording["api"]], on_loss="drop")
        exchange.receive_head(recording["status"], [])
        exchange.receive_data(recording["response_body"].encode())
        exchange.receive_eof()
        end, body = exchange.outcome, json.loads(recording["response_body"])
        if recording["status"] != 200:
            assert isinstance(end, Failed)
            assert end.failure.kind == "authentication"
            continue
        counted[recording["api"]] += 1
        assert isinstance(end, Completed), end
        match end.response:
            case EmbeddingResponse(data=data, usage=usage):
                assert [item.embedding for item in data] == body["embeddings"]["float"]
                assert usage is not None
            case RerankResponse(results=results, search_units=units):
                assert [(item.index, item.relevance_score) for item in results] == [
                    (item["index"], item["relevance_score"]) for item in body["results"]
                ]
                assert units
            case response:
                assert [(model.id, model.context_window) for model in response.data] == [
                    (model["name"], int(model["context_length"])) for model in body["models"]
                ]
    assert all(counted.values())
