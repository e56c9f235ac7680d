"""Every recorded answer of a Responses API, of any provider, ends as a plain second reading of it says, however it is cut."""

from __future__ import annotations

import gzip
import json
import random
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from msgspec import Raw

import sansio
from sansio import ChatRequest, ChatResponse, Completed, Exchange, Failed
from sansio.types import (
    CancelResponseRequest,
    DeleteResponseRequest,
    FunctionToolCall,
    GetResponseRequest,
    ImagePart,
    Opaque,
    ReasoningPart,
    Request,
)

_FOLDER = Path(__file__).resolve().parents[3] / "shared" / "corpus"
_UNDONE = {"content-encoding", "content-length", "transfer-encoding"}  # codings that the recorders undid
_BYTEWISE = 0 if sys.gettrace() else 16 * 1024  # tracing would make it take minutes
_EVENT_END = re.compile(rb"\r?\n\r?\n")
_ENDS = re.compile(rb'"type": ?"(?:error|response\.(?:completed|incomplete|failed))"')

# Where the plain reading looks at the last event alone, which in two recordings has no output; and a recording that was
# shortened by hand, so that its deltas are not the text that they amount to.
_OTHER_OUTPUT = {"4681f596d04fbfeb", "9aa51174137d2c59", "bc53aa844111b79d"}
_KNOWN = {"message", "function_call", "custom_tool_call", "image_generation_call", "reasoning"}

_KEPT: dict[tuple[str, str], Callable[..., Request[object]]] = {
    ("DELETE", ""): DeleteResponseRequest,
    ("GET", ""): GetResponseRequest,
    ("POST", "/cancel"): CancelResponseRequest,
}

Recording = dict[str, Any]


def _recordings(path: Path) -> Iterator[Recording]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            recording = json.loads(line)
            if recording["api"] == "responses" and "expected" in recording:
                yield recording


_FILES = [path for path in sorted(_FOLDER.glob("*.jsonl.gz")) if any(_recordings(path))]

pytestmark = pytest.mark.skipif(not _FILES, reason="no recorded traffic beside the repository")
_each_file = pytest.mark.parametrize("path", _FILES, ids=lambda path: path.name.removesuffix(".jsonl.gz"))


def _exchange(recording: Recording) -> Exchange[ChatResponse]:
    provider = sansio.provider("openai", dialect="openai_responses", api_key="key")
    stream = recording["stream"] or recording.get("stream_requested", False)
    exchange = Exchange(provider, ChatRequest(model="model", messages="hi"), stream=stream)
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
    assert not any(isinstance(event, Completed | Failed) for event in deltas)
    assert exchange.notes == []
    return list(deltas), end


def _body(recording: Recording) -> bytes:
    return bytes(recording["response_body"].encode())


def _check(recording: Recording, end: Completed[ChatResponse] | Failed) -> None:
    expected = recording["expected"]
    if expected["end"] == "failed":
        assert isinstance(end, Failed)
        assert end.failure.kind != "truncated"
        assert end.failure.message
        return
    assert isinstance(end, Completed), end
    response = end.response
    if recording["id"] not in _OTHER_OUTPUT:
        assert response.text == expected["text"]
    assert expected["prompt_tokens"] is None or response.usage
    assert (response.usage and response.usage.prompt_tokens) == expected["prompt_tokens"]
    reasons = {str(c.index): c.native_finish_reason or c.finish_reason for c in response.choices if c.finish_reason}
    assert reasons == expected["finish_reasons"]
    if expected["tool_calls"] is not None and recording["id"] not in _OTHER_OUTPUT:
        functions = [call for call in response.tool_calls if isinstance(call, FunctionToolCall)]  # it skips custom ones
        calls = [(call.name, _json(call.arguments)) for call in functions]
        assert calls == [(name, _json(arguments)) for name, arguments in expected["tool_calls"]]


def _json(text: str) -> object:
    try:
        return json.loads(text or "{}")
    except ValueError:
        return text


def _output(recording: Recording) -> list[Recording]:
    """The items of the response; of a stream those that were done, if there are any."""
    if not recording["stream"]:
        return json.loads(recording["response_body"]).get("output") or []
    events = [json.loads(line[5:]) for line in recording["response_body"].splitlines() if line.startswith("data: {")]
    done = [event["item"] for event in events if event["type"] == "response.output_item.done"]
    return done or events[-1]["response"]["output"]


@_each_file
def test_ends_as_expected(path: Path) -> None:
    """The whole body in one piece."""
    for recording in _recordings(path):
        _check(recording, _run(recording, [_body(recording)])[1])


@_each_file
def test_items_are_kept(path: Path) -> None:
    """Items that only the dialect knows are in the message as they came, reasonings with their state, and nothing else is opaque."""
    for recording in _recordings(path):
        end = _run(recording, [_body(recording)])[1]
        if isinstance(end, Completed):
            output = _output(recording)
            parts = end.response.message.parts or ()
            opaque = [_decode(part.raw) for part in parts if isinstance(part, Opaque)]
            assert opaque == [item for item in output if item["type"] not in _KNOWN], recording["id"]
            states = [part.state for part in parts if isinstance(part, ReasoningPart)]
            reasonings = [_decode(state.raw) for state in states if state is not None]
            assert reasonings == [item for item in output if item["type"] == "reasoning"], recording["id"]
            images = [part.image_url.url.partition(",")[2] for part in parts if isinstance(part, ImagePart)]
            assert images == [item["result"] for item in output if item["type"] == "image_generation_call"]


def _decode(raw: Raw) -> Recording:
    return dict(json.loads(bytes(raw)))


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
    """A stream that ends cleanly before its end is truncated."""
    for recording in _recordings(path):
        if recording["stream"] and recording["expected"]["end"] == "completed":
            body = _body(recording)
            marker = _ENDS.search(body)
            assert marker is not None
            for end in [match.end() for match in _EVENT_END.finditer(body, 0, marker.start())]:
                outcome = _run(recording, [body[:end]])[1]
                assert isinstance(outcome, Failed), (recording["id"], end)
                assert outcome.failure.kind == "truncated"


@pytest.mark.skipif(not (_FOLDER / "openai-responses.jsonl.gz").exists(), reason="no recorded traffic of OpenAI's")
def test_kept_responses_are_read() -> None:
    """Those that were asked for, cancelled or deleted by their ids."""
    ends: list[tuple[str, str]] = []
    with gzip.open(_FOLDER / "openai-responses.jsonl.gz", "rt", encoding="utf-8") as lines:
        for recording in map(json.loads, lines):
            kind = _KEPT.get((recording["method"], re.sub(r".*/responses/[^/?]+", "", recording["url"])))
            if kind is not None and "expected" not in recording:
                exchange = Exchange(sansio.provider("openai", api_key="key"), kind(id="resp_1"))
                exchange.receive_head(recording["status"], recording["response_headers"])
                exchange.receive_data(_body(recording))
                exchange.receive_eof()
                ends.append((recording["method"], type(exchange.outcome).__name__))
    assert sorted(ends) == [("DELETE", "Completed"), ("GET", "Failed"), ("POST", "Completed")]
