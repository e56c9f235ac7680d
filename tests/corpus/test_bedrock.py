"""Every recorded answer of Bedrock's Converse ends as a plain second reading of it says, however it is cut."""

from __future__ import annotations

import base64
import gzip
import json
import random
import sys
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, cast

import pytest

import sansio
from sansio import ChatRequest, ChatResponse, Completed, Exchange, Failed
from sansio.dialects.bedrock_converse import CODEC
from sansio.dialects.bedrock_converse.server import SERVER
from sansio.dialects.codec import Terms
from sansio.events import Event
from sansio.http import Limits
from sansio.types import Opaque, Provider

_FILE = Path(__file__).resolve().parents[3] / "shared" / "corpus" / "bedrock-converse.jsonl.gz"
_UNDONE = {"content-encoding", "content-length", "transfer-encoding"}  # codings that the recorders undid
_BYTEWISE = 0 if sys.gettrace() else 16 * 1024  # tracing would make it take minutes
# The text of cited passages stands in the midst of these answers; the plain reading leaves it out where nothing streams.
_CITED = {"43fad5c1257fae95", "5e27d6b926cd171a", "bd9820a39aafe73d"}
# Bedrock's own searches, which are no calls for the client to answer.
_SERVED = {"23fab1468bd1c7d0", "987543601e5f015a"}
# An item whose kind its maker made up.
_ODD = {"099940c4e473aa63"}

# Requests with two messages of the user's in a row, which become one, and with JSON results of tools, which become text.
_OTHERWISE = {
    "1286315a80b3ffc2",
    "46ca7ae6b05563ef",
    "7fcf183ebc246252",
    "888b62cf25cba501",
    "ebcad50c1bf1490c",
}

pytestmark = pytest.mark.skipif(not _FILE.exists(), reason="no recorded traffic beside the repository")

Recording = dict[str, Any]
Run = tuple[list[Event[ChatResponse]], Completed[ChatResponse] | Failed]


def _recordings() -> Iterator[Recording]:
    with gzip.open(_FILE, "rt", encoding="utf-8") as lines:
        for line in lines:
            recording = json.loads(line)
            if "expected" in recording:
                yield recording


def _run(recording: Recording, pieces: Iterable[bytes]) -> Run:
    """The deltas, and the one end."""
    stream = recording["stream"] or recording.get("stream_requested", False)
    provider = sansio.provider("bedrock", api_key="key", region="us-east-1")
    exchange = Exchange(provider, ChatRequest(model="model", messages="hi"), stream=stream)
    headers = [(name, value) for name, value in recording["response_headers"] if name.lower() not in _UNDONE]
    exchange.receive_head(recording["status"], headers)
    for piece in pieces:
        exchange.receive_data(piece)
    exchange.receive_eof()
    assert not exchange.notes, exchange.notes
    events: list[Event[ChatResponse]] = list(iter(exchange.next_event, None))
    end = events.pop()
    assert isinstance(end, Completed | Failed)
    assert end is exchange.outcome
    assert not any(isinstance(event, Completed | Failed) for event in events)
    return events, end


def _body(recording: Recording) -> bytes:
    coded = recording.get("response_body_b64")
    return base64.b64decode(coded) if coded else bytes(recording["response_body"].encode())


def _messages(body: bytes) -> list[bytes]:
    """The messages of an event stream, each with its lengths in front."""
    messages: list[bytes] = []
    while body:
        size = int.from_bytes(body[:4])
        messages.append(body[:size])
        body = body[size:]
    return messages


def _check(recording: Recording, events: list[Event[ChatResponse]], end: Completed[ChatResponse] | Failed) -> None:
    expected = recording["expected"]
    if expected["end"] == "failed":
        assert isinstance(end, Failed)
        assert end.failure.kind in {"authentication", "context_window"}
        assert end.failure.request_id
        return
    assert isinstance(end, Completed), end
    response = end.response
    assert recording["id"] in _CITED or response.text == expected["text"]
    assert response.usage
    assert expected["prompt_tokens"] in {None, response.usage.prompt_tokens}
    (choice,) = response.choices
    assert {"0": choice.native_finish_reason or choice.finish_reason} == expected["finish_reasons"]
    if recording["id"] in _SERVED:
        assert not response.tool_calls
    else:
        assert not any(isinstance(event, Opaque) for event in events) or recording["id"] in _ODD
        calls = [(call.name, json.loads(call.arguments)) for call in response.tool_calls]
        assert calls == [(name, json.loads(arguments or "{}")) for name, arguments in expected["tool_calls"]]


def test_there_are_as_many_as_there_should_be() -> None:
    assert sum(1 for _ in _recordings()) == 118


def test_ends_as_expected() -> None:
    """The whole body in one piece."""
    for recording in _recordings():
        _check(recording, *_run(recording, [_body(recording)]))


def test_recorded_requests_are_decoded_to_what_they_are_encoded_from() -> None:
    """By the server's side, and back by the client's."""
    provider = Provider(name="double", base_url="http://double", dialect="bedrock_converse", keyless=True)
    terms = Terms(provider=provider, stream=False, limits=Limits())
    for recording in _recordings():
        body = recording["request_body"]
        if body is None:
            continue
        request = SERVER.decode_request("POST", "/model/m/converse", (), json.dumps(body).encode())
        assert isinstance(request, ChatRequest), request
        encoded = CODEC.encode(request, terms)
        assert isinstance(encoded.body, bytes)
        assert not encoded.losses
        same = _without_nothing(json.loads(encoded.body)) == _without_nothing(body)
        assert same != (recording["id"] in _OTHERWISE), recording["id"]


def _without_nothing(value: object) -> object:
    """JSON without empty members, which say nothing."""
    if isinstance(value, dict):
        members = {name: _without_nothing(inner) for name, inner in cast("dict[str, object]", value).items()}
        return {name: inner for name, inner in members.items() if inner not in (None, {}, [])}
    return [_without_nothing(item) for item in cast("list[object]", value)] if isinstance(value, list) else value


def test_cut_everywhere() -> None:
    """Byte by byte, or message by message where that would take long, and in random pieces: the same events and end."""
    for recording in _recordings():
        body = _body(recording)
        whole = _run(recording, [body])
        if len(body) <= _BYTEWISE:
            assert _run(recording, (body[i : i + 1] for i in range(len(body)))) == whole, recording["id"]
        elif recording["format"] == "aws-eventstream":
            assert _run(recording, _messages(body)) == whole, recording["id"]
        generator = random.Random(recording["id"])
        cuts = sorted(generator.randrange(len(body) + 1) for _ in range(generator.randrange(20)))
        assert _run(recording, [body[a:b] for a, b in pairwise([0, *cuts, len(body)])]) == whole, recording["id"]


def test_cut_off() -> None:
    """A stream that ends cleanly before the end of its message is truncated; behind that it is complete."""
    for recording in _recordings():
        if recording["format"] != "aws-eventstream":
            continue
        messages = _messages(_body(recording))
        last = next(n for n, message in enumerate(messages) if b"messageStop" in message)
        for count in range(len(messages)):
            _, end = _run(recording, messages[:count])
            if count > last:
                assert isinstance(end, Completed), (recording["id"], count)
            else:
                assert isinstance(end, Failed)
                assert end.failure.kind == "truncated"
        _, end = _run(recording, [*messages[:last], messages[last][:-1]])
        assert isinstance(end, Failed)
        assert end.failure.kind == "truncated"
