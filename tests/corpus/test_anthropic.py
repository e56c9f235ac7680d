"""Every recorded message, of Anthropic and of who speaks its API, ends as a plain second reading of it says, however it is cut."""

from __future__ import annotations

import base64
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
from sansio.dialects.anthropic import MessagesDecoder
from sansio.dialects.codec import Terms
from sansio.framing.eventstream import EventStreamDecoder
from sansio.http import Limits
from sansio.types import (
    BatchItem,
    BatchResultsRequest,
    CancelBatchRequest,
    CountTokensRequest,
    CreateBatchRequest,
    DeleteFileRequest,
    GetBatchRequest,
    GetModelRequest,
    ListBatchesRequest,
    ListFilesRequest,
    ListModelsRequest,
    Upload,
    UploadFileRequest,
)

_FOLDER = Path(__file__).resolve().parents[3] / "shared" / "corpus"
_UNDONE = {"content-encoding", "content-length", "transfer-encoding"}  # codings that the recorders undid
_BYTEWISE = 0 if sys.gettrace() else 16 * 1024  # tracing would make it take minutes
_EVENT_END = re.compile(rb"\r?\n\r?\n")
_APIS = {"messages", "raw_predict"}
# Blocks that only the API understands; all others become parts of ours.
_OPAQUE = {"advisor_tool_result", "compaction", "fallback", "mcp_tool_use", "redacted_thinking", "server_tool_use"}

Recording = dict[str, Any]

# What is asked for at the URLs of the other operations.
_OPERATIONS: dict[str, sansio.types.Request[object]] = {
    r"POST .*/count_tokens": CountTokensRequest(ChatRequest(model="m", messages="hi")),
    r"GET .*/models": ListModelsRequest(),
    r"GET .*/models/[^/]+": GetModelRequest(model="m"),
    r"POST .*/batches": CreateBatchRequest(requests=[BatchItem("a", ChatRequest(model="m", messages="hi"))]),
    r"GET .*/batches": ListBatchesRequest(),
    r"GET .*/batches/[^/]+": GetBatchRequest(id="b"),
    r"POST .*/batches/[^/]+/cancel": CancelBatchRequest(id="b"),
    r"GET .*/batches/[^/]+/results": BatchResultsRequest(id="b"),
    r"POST .*/files": UploadFileRequest(file=Upload(b"hi", "a.txt")),
    r"GET .*/files": ListFilesRequest(),
    r"DELETE .*/files/[^/]+": DeleteFileRequest(id="f"),
}


def _recordings(path: Path, apis: set[str] = _APIS) -> Iterator[Recording]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            recording = json.loads(line)
            if recording["api"] in apis:
                yield recording


_FILES = [path for path in sorted(_FOLDER.glob("*.jsonl.gz")) if any(_recordings(path))]

pytestmark = pytest.mark.skipif(not _FILES, reason="no recorded traffic beside the repository")
_each_file = pytest.mark.parametrize("path", _FILES, ids=lambda path: path.name.removesuffix(".jsonl.gz"))


def _exchange(recording: Recording) -> Exchange[ChatResponse]:
    provider = sansio.provider("anthropic", api_key="key")
    stream = recording["stream"] or recording.get("stream_requested", False)
    exchange = Exchange(provider, ChatRequest(model="claude-sonnet-4-5", messages="hi"), stream=stream)
    headers = [(name, value) for name, value in recording["response_headers"] if name.lower() not in _UNDONE]
    exchange.receive_head(recording["status"], headers)
    return exchange


def _run(recording: Recording, pieces: Iterable[bytes]) -> tuple[list[object], Completed[ChatResponse] | Failed]:
    """The deltas and the one end."""
    exchange = _exchange(recording)
    for piece in pieces:
        exchange.receive_data(piece)
    exchange.receive_eof()
    *deltas, end = iter(exchange.next_event, None)
    assert isinstance(end, Completed | Failed)
    assert end is exchange.outcome
    assert not exchange.notes, recording["id"]  # every member is of the type that its struct says
    return list(deltas), end


def _body(recording: Recording) -> bytes:
    return bytes(recording["response_body"].encode())


def _check(recording: Recording, end: Completed[ChatResponse] | Failed) -> None:
    expected = recording.get("expected", {"end": "completed"})
    if expected["end"] == "failed":
        assert isinstance(end, Failed)
        assert end.failure.kind not in {"truncated", "protocol"}
        assert end.failure.message
        return
    assert isinstance(end, Completed), end
    if len(expected) == 1:
        return  # an exchange that the second reading left out
    response = end.response
    assert response.text == expected["text"]
    reasons = {str(c.index): c.native_finish_reason or c.finish_reason for c in response.choices if c.finish_reason}
    assert reasons == expected["finish_reasons"]
    if expected["tool_calls"] is not None:
        calls = [(call.name, _json(call.arguments)) for call in response.tool_calls]
        assert calls == [(name, _json(arguments)) for name, arguments in expected["tool_calls"]]
    if expected["prompt_tokens"] is not None:
        assert response.usage is not None
        details = response.usage.prompt_tokens_details
        cached = ((details.cached_tokens or 0) + (details.cache_write_tokens or 0)) if details else 0
        assert expected["prompt_tokens"] == (response.usage.prompt_tokens or 0) - cached


def _json(text: str) -> object:
    try:
        return json.loads(text or "{}")
    except ValueError:
        return text


@_each_file
def test_ends_as_expected(path: Path) -> None:
    """The whole body in one piece; nothing that has a part of ours is opaque."""
    for recording in _recordings(path):
        end = _run(recording, [_body(recording)])[1]
        _check(recording, end)
        if isinstance(end, Completed):
            opaque = [part for part in end.response.message.ordered if isinstance(part, sansio.Opaque)]
            types = {json.loads(bytes(part.raw))["type"] for part in opaque}
            assert all(type_ in _OPAQUE or type_.endswith("_tool_result") for type_ in types), recording["id"]


@_each_file
def test_cut_everywhere(path: Path) -> None:
    """Byte by byte, or line by line where that would take long, and in random pieces: the same events and the same end."""
    for recording in _recordings(path):
        body = _body(recording)
        whole = _run(recording, [body])
        if len(body) <= _BYTEWISE:
            assert _run(recording, (body[i : i + 1] for i in range(len(body)))) == whole, recording["id"]
        else:
            assert _run(recording, re.split(rb"(?<=\n)", body)) == whole, recording["id"]
        generator = random.Random(recording["id"])
        cuts = sorted(generator.randrange(len(body) + 1) for _ in range(generator.randrange(20)))
        assert _run(recording, [body[a:b] for a, b in pairwise([0, *cuts, len(body)])]) == whole, recording["id"]


@_each_file
def test_cut_off(path: Path) -> None:
    """A stream that ends cleanly before its end is truncated, unless it had its stop reason."""
    for recording in _recordings(path):
        if not recording["stream"]:
            continue
        body = _body(recording)
        start, stopped = 0, False
        for end in [match.end() for match in _EVENT_END.finditer(body)][:-1]:
            event, start = body[start:end], end
            if b'"message_stop"' in event:
                break
            stopped = stopped or b"event: message_delta" in event
            outcome = _run(recording, [body[:end]])[1]
            assert isinstance(outcome, Completed) == stopped, (recording["id"], end)
            assert stopped or (isinstance(outcome, Failed) and outcome.failure.kind == "truncated")


@pytest.mark.parametrize("name", ["anthropic-batches", "anthropic-misc"])
def test_other_operations(name: str) -> None:
    """Batches, files, models and counts are read, and their refusals."""
    for recording in _recordings(_FOLDER / f"{name}.jsonl.gz", {"batches", "count_tokens", "files", "models"}):
        line = f"{recording['method']} {recording['url'].partition('?')[0]}"
        request = next((request for url, request in _OPERATIONS.items() if re.fullmatch(url, line)), None)
        if request is None:
            continue  # a batch that is deleted
        exchange = Exchange(sansio.provider("anthropic", api_key="key"), request, seed=bytes(16))
        exchange.receive_head(recording["status"], recording["response_headers"])
        exchange.receive_data(_body(recording))
        exchange.receive_eof()
        assert isinstance(exchange.outcome, Completed) == (recording["status"] == 200), recording["id"]
        assert not exchange.notes


def test_claude_on_bedrock() -> None:
    """The same messages and events, the latter in base64 in binary frames."""
    terms = Terms(provider=sansio.provider("anthropic", api_key="key"), stream=True, limits=Limits())
    for recording in _recordings(_FOLDER / "bedrock-invoke_model.jsonl.gz", {"invoke_model"}):
        decoder = MessagesDecoder(terms)
        if recording["format"] == "aws-eventstream":
            frames = EventStreamDecoder().receive_data(base64.b64decode(recording["response_body_b64"]))
            records = [base64.b64decode(json.loads(frame.payload).get("bytes", "")) for frame in frames]
            if b'"message_start"' not in records[0]:
                continue  # another model's, or an exception
            decoder.receive(records)
        elif '"stop_reason"' in recording["response_body"] and '"role"' in recording["response_body"]:
            decoder.receive_document(_body(recording))
        else:
            continue
        assert (decoder.complete, decoder.failure, decoder.notes) == (True, None, []), recording["id"]
