"""Every recorded chat with Ollama ends as a plain second reading of it says, however it is cut."""

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
from sansio.types import ListModelsRequest, Opaque

_FILE = Path(__file__).resolve().parents[3] / "shared" / "corpus" / "ollama-native_chat.jsonl.gz"
_UNDONE = {"content-encoding", "content-length", "transfer-encoding"}  # codings that the recorders undid
_BYTEWISE = 0 if sys.gettrace() else 16 * 1024  # tracing would make it take minutes

Recording = dict[str, Any]


def _recordings() -> Iterator[Recording]:
    with gzip.open(_FILE, "rt", encoding="utf-8") as lines:
        for line in lines:
            recording = json.loads(line)
            if "expected" in recording:  # two are of another API, whose answers are chats without a message
                yield recording


pytestmark = pytest.mark.skipif(not _FILE.exists(), reason="no recorded traffic beside the repository")


def _run(recording: Recording, pieces: Iterable[bytes]) -> tuple[list[object], Completed[ChatResponse] | Failed]:
    """The deltas and the one end."""
    stream = recording["stream"] or recording.get("stream_requested", False)
    provider = sansio.provider("ollama")
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
    assert response.usage.completion_tokens
    assert response.created > 1_700_000_000
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
    """A stream that ends cleanly before its last line is whole is truncated, at the end of a line or within one."""
    for recording in _recordings():
        if recording["stream"] and recording["expected"]["end"] == "completed":
            body = _body(recording).rstrip()
            marker = body.rindex(b"\n")
            ends = [match.end() for match in re.finditer(rb"\n", body[: marker + 1])]
            for end in [*ends, *(end + 9 for end in ends), len(body) - 1]:
                outcome = _run(recording, [body[:end]])[1]
                assert isinstance(outcome, Failed), (recording["id"], end)
                assert outcome.failure.kind == "truncated"
            assert isinstance(_run(recording, [body])[1], Completed)


def test_kinds() -> None:
    """What the recorded errors are."""
    kinds: set[tuple[int, str]] = set()
    for recording in _recordings():
        end = _run(recording, [_body(recording)])[1]
        if isinstance(end, Failed):
            kinds.add((recording["status"], end.failure.kind))
    assert kinds == {(404, "not_found"), (500, "server_error")}


def test_the_list_of_models() -> None:
    """What `GET /api/tags` was answered."""
    with gzip.open(_FILE.with_name("ollama-misc.jsonl.gz"), "rt", encoding="utf-8") as lines:
        bodies = [r["response_body"] for r in map(json.loads, lines) if r["url"].endswith("/api/tags")]
    for body in bodies:
        exchange = Exchange(sansio.provider("ollama"), ListModelsRequest())
        exchange.receive_head(200, [])
        exchange.receive_data(body.encode())
        exchange.receive_eof()
        assert isinstance(exchange.outcome, Completed)
        assert [model.id for model in exchange.outcome.response.data] == [
            model["name"] for model in json.loads(body)["models"]
        ]
    assert bodies
