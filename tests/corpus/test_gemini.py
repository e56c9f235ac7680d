"""Every recorded answer of generateContent, at both of Google's APIs, ends as a plain second reading says, however it is cut."""

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
from sansio import ChatRequest, ChatResponse, Completed, Exchange, Failed, Opaque

_FOLDER = Path(__file__).resolve().parents[3] / "shared" / "corpus"
_UNDONE = {"content-encoding", "content-length", "transfer-encoding"}  # codings that the recorders undid
_BYTEWISE = 0 if sys.gettrace() else 16 * 1024  # tracing would make it take minutes
_EVENT_END = re.compile(rb"\r?\n\r?\n")
# Code that the API ran by itself, and what came of it, is given back as it came: no other API has such parts.
_OPAQUE = {"executableCode", "codeExecutionResult"}

Recording = dict[str, Any]


def _recordings(path: Path) -> Iterator[Recording]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            recording = json.loads(line)
            if recording["api"] == "generate_content" and "expected" in recording:
                yield recording


_FILES = [path for path in sorted(_FOLDER.glob("*.jsonl.gz")) if any(_recordings(path))]

pytestmark = pytest.mark.skipif(not _FILES, reason="no recorded traffic beside the repository")
_each_file = pytest.mark.parametrize("path", _FILES, ids=lambda path: path.name.removesuffix(".jsonl.gz"))


def _exchange(recording: Recording) -> Exchange[ChatResponse]:
    provider = sansio.provider("gemini", api_key="key")
    stream = recording["stream"] or recording.get("stream_requested", False)
    exchange = Exchange(provider, ChatRequest(model="model", messages="hi"), stream=stream)
    headers = [(name, value) for name, value in recording["response_headers"] if name.lower() not in _UNDONE]
    exchange.receive_head(recording["status"], headers)
    return exchange


def _run(recording: Recording, pieces: Iterable[bytes]) -> tuple[list[object], Completed[ChatResponse] | Failed]:
    """The deltas, and the one end."""
    exchange = _exchange(recording)
    for piece in pieces:
        exchange.receive_data(piece)
    exchange.receive_eof()
    *deltas, end = iter(exchange.next_event, None)
    assert isinstance(end, Completed | Failed)
    assert end is exchange.outcome
    assert not any(isinstance(event, Completed | Failed) for event in deltas)
    assert exchange.notes == []
    return list(deltas), end


def _body(recording: Recording) -> bytes:
    return bytes(recording["response_body"].encode())


def _check(recording: Recording, deltas: list[object], end: Completed[ChatResponse] | Failed) -> None:
    expected = recording["expected"]
    if expected["end"] != "completed":
        assert isinstance(end, Failed)
        assert (end.failure.kind == "truncated") == (expected["end"] == "truncated")
        assert end.failure.message
        return
    assert isinstance(end, Completed), end
    response = end.response
    assert response.text == expected["text"]
    prompt = response.usage and response.usage.prompt_tokens
    of_tools = sum(map(int, re.findall(r'"toolUsePromptTokenCount":\s*(\d+)', recording["response_body"])[-1:]))
    assert prompt == (expected["prompt_tokens"] and expected["prompt_tokens"] + of_tools)
    assert {str(c.index): c.native_finish_reason for c in response.choices if c.finish_reason} == expected[
        "finish_reasons"
    ]
    if expected["tool_calls"] is not None:
        calls = [[call.name, json.loads(call.arguments)] for call in response.tool_calls]
        assert calls == [[name, json.loads(arguments)] for name, arguments in expected["tool_calls"]]
    opaque = {name for event in deltas if isinstance(event, Opaque) for name in json.loads(bytes(event.raw))}
    assert opaque - {"thoughtSignature"} <= _OPAQUE


@_each_file
def test_ends_as_expected(path: Path) -> None:
    """The whole body in one piece."""
    for recording in _recordings(path):
        _check(recording, *_run(recording, [_body(recording)]))


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
    """A stream that ends cleanly before its end is truncated, unless every candidate had its finish reason."""
    for recording in _recordings(path):
        if recording["format"] == "sse" and recording["expected"]["end"] == "completed":
            body = _body(recording)
            reasons: dict[int, object] = {}
            start = 0
            for end in [match.end() for match in _EVENT_END.finditer(body)][:-1]:
                _read_reasons(body[start:end], reasons)
                start = end
                outcome = _run(recording, [body[:end]])[1]
                done = bool(reasons) and all(reasons.values())
                assert isinstance(outcome, Completed) == done, (recording["id"], end)
                assert done or (isinstance(outcome, Failed) and outcome.failure.kind == "truncated")


@_each_file
def test_an_array_that_is_cut_off_is_truncated(path: Path) -> None:
    """Without `alt=sse` a stream is one JSON array."""
    for recording in _recordings(path):
        if recording["format"] == "json-array-stream":
            body = _body(recording)
            for end in range(1, len(body) - 2, max(1, len(body) // 50)):
                outcome = _run(recording, [body[:end]])[1]
                assert isinstance(outcome, Failed)
                assert outcome.failure.kind == "truncated", (recording["id"], end)


def _read_reasons(events: bytes, reasons: dict[int, object]) -> None:
    """Put the finish reasons of some events into *reasons*, None for a candidate without."""
    for line in events.splitlines():
        if line.startswith(b"data:"):
            for candidate in json.loads(line[5:]).get("candidates", ()):
                index = candidate.get("index", 0)
                reasons[index] = candidate.get("finishReason") or reasons.get(index)
