"""The recorded traffic beside the repository: what is in it, who of ours reads it, and the ways in which it is cut."""

from __future__ import annotations

import gzip
import random
import re
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Generic, NamedTuple, TypeVar

import msgspec

import sansio
from sansio import ChatRequest, ChatResponse, Completed, Credential, Exchange, Failed, providers
from sansio.events import Event
from sansio.types import Provider, Request

R = TypeVar("R")

_FOLDER = Path(__file__).resolve().parents[3] / "shared" / "corpus"
_UNDONE = {"content-encoding", "content-length", "transfer-encoding"}  # codings that the recorders undid
_BYTEWISE = 0 if sys.gettrace() else 16 * 1024  # tracing would make it take minutes
_SSE_END = re.compile(rb"\r?\n\r?\n")

DIALECTS = {
    "chat": "cohere",
    "chat_completions": "openai_chat",
    "converse": "bedrock_converse",
    "generate_content": "gemini",
    "messages": "anthropic",
    "native_chat": "ollama",
    "responses": "openai_responses",
}
# The provider of ours that reads a dialect where the recorded one is none of ours.
_HOMES = {"anthropic": "anthropic", "openai_responses": "openai"}
_EVERYTHING = frozenset(
    {
        "batches",
        "count_tokens",
        "embeddings",
        "files",
        "images",
        "models",
        "moderation",
        "rerank",
        "responses",
        "speech",
    }
    | {"transcription"}
)


class Expected(msgspec.Struct, kw_only=True):
    """How an exchange must end: what a plain second reading of its body says."""

    end: str
    text: str | None = None
    tool_calls: list[tuple[str, str]] | None = None
    finish_reasons: dict[str, str] = {}
    prompt_tokens: int | None = None


class Recording(msgspec.Struct, kw_only=True, frozen=True):
    """One exchange."""

    id: str
    provider: str
    api: str
    stream: bool
    format: str
    method: str
    url: str
    status: int
    response_headers: list[tuple[str, str]]
    stream_requested: bool = False
    request_body: Any = None  # any JSON
    response_body: str = ""
    response_body_b64: bytes | None = None
    expected: Expected | None = None

    @property
    def body(self) -> bytes:
        """The body of the response."""
        return self.response_body.encode() if self.response_body_b64 is None else self.response_body_b64


@cache
def recordings() -> list[Recording]:
    """All of them; none where the folder is not there."""
    decoder = msgspec.json.Decoder(Recording)
    files = sorted(_FOLDER.glob("*.jsonl.gz"))
    return [decoder.decode(line) for file in files for line in gzip.decompress(file.read_bytes()).splitlines()]


def reader(recording: Recording, dialect: str | None = None) -> Provider:
    """Our template of the recorded provider, in *dialect* or its own; one that speaks it where there is no template."""
    template = {"vertex": "vertex_ai"}.get(recording.provider, recording.provider)
    template = template if template in providers.names() else _HOMES.get(dialect or "", "openai_compatible")
    place = {"AWS_REGION": "us-east-1", "GOOGLE_CLOUD_PROJECT": "p"}
    found = sansio.provider(
        template, name=recording.provider, dialect=dialect, base_url="http://127.0.0.1:1", env=place
    )
    return msgspec.structs.replace(found, operations=_EVERYTHING)


class Outcome(NamedTuple, Generic[R]):
    """What came of a recording: the deltas, the one end, and what the decoder noted."""

    deltas: list[Event[R]]
    end: Completed[R] | Failed
    notes: list[str]


def run(recording: Recording, pieces: Iterable[bytes], request: Request[R], provider: Provider) -> Outcome[R]:
    """Read the recorded answer, in *pieces*, as one to *request*."""
    stream = (recording.stream or recording.stream_requested) and recording.api != "files"  # whose lines are no events
    exchange = Exchange(
        provider, request, stream=stream, credential=Credential(()), seed=bytes(16), unix=0.0, on_loss="drop"
    )
    headers = [(name, value) for name, value in recording.response_headers if name.lower() not in _UNDONE]
    exchange.receive_head(recording.status, headers)
    for piece in pieces:
        exchange.receive_data(piece)
    exchange.receive_eof()
    events: list[Event[R]] = list(iter(exchange.next_event, None))
    end = events.pop()
    assert isinstance(end, Completed | Failed)
    assert end is exchange.outcome
    assert not any(isinstance(event, Completed | Failed) for event in events)
    return Outcome(events, end, exchange.notes)


def run_chat(recording: Recording, pieces: Iterable[bytes]) -> Outcome[ChatResponse]:
    """Read the recorded answer as one to a chat."""
    request = ChatRequest(model="model", messages="hi", max_completion_tokens=100)
    return run(recording, pieces, request, reader(recording, DIALECTS[recording.api]))


def borders(recording: Recording) -> list[int]:
    """Where the events of a stream end."""
    body = recording.body
    if recording.format == "aws-eventstream":
        ends, end = list[int](), 0
        while end < len(body):
            end += int.from_bytes(body[end : end + 4])
            ends.append(end)
        return ends
    return [match.end() for match in (_SSE_END if recording.format == "sse" else re.compile(rb"\n")).finditer(body)]


def cuts(recording: Recording) -> Iterator[list[bytes]]:
    """The body byte by byte, or in lines or messages where that would take long; and in pieces that its id decides."""
    body = recording.body
    if len(body) <= _BYTEWISE:
        yield _cut(body, range(len(body)))
    elif recording.format == "aws-eventstream":
        yield _cut(body, borders(recording))
    else:
        yield body.splitlines(keepends=True)
    generator = random.Random(recording.id)
    yield _cut(body, sorted(generator.randrange(len(body) + 1) for _ in range(generator.randrange(20))))


def _cut(body: bytes, places: Iterable[int]) -> list[bytes]:
    return [body[a:b] for a, b in pairwise([0, *places, len(body)])]
