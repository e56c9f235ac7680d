"""The floor: `bytes.split` and one typed decode an event, and a bare socket under it; no protocol, no errors, no limits."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Sequence
from typing import Protocol, TypeAlias
from urllib.parse import urlsplit

import msgspec

from tests.bench import payloads
from tests.bench.contenders.rounds import Result, run


class _Delta(msgspec.Struct):
    content: str | None = None


class _Choice(msgspec.Struct):
    delta: _Delta
    index: int = 0
    finish_reason: str | None = None


class _Usage(msgspec.Struct):
    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


class _Chunk(msgspec.Struct):
    id: str
    model: str
    created: int
    choices: list[_Choice]
    usage: _Usage | None = None


_decode = msgspec.json.Decoder(_Chunk).decode


class Delta(Protocol):
    """What is read of a delta."""

    content: str | None


class Choice(Protocol):
    """What is read of a choice."""

    @property
    def delta(self) -> Delta:
        """Its delta."""
        ...


class Chunk(Protocol):
    """What is read of a chunk."""

    @property
    def choices(self) -> Sequence[Choice]:
        """Its choices."""
        ...


Decode: TypeAlias = Callable[[bytes], Chunk]


def _parse(pieces: list[bytes], decode: Decode) -> int:
    length = 0
    rest = b""
    for piece in pieces:
        *events, rest = (rest + piece).split(b"\n\n")
        for event in events:
            if event != b"data: [DONE]":
                for choice in decode(event[6:]).choices:
                    length += len(choice.delta.content or "")
    return length


_EVENTS = payloads.events(payloads.PARSED_EVENTS)
_BODY = b"".join(_EVENTS)
_READS = [_BODY[start : start + 65536] for start in range(0, len(_BODY), 65536)]


def parsed_single(decode: Decode) -> Result:
    """One event a read, with another decoder of chunks."""
    return {"count": payloads.PARSED_EVENTS, "length": _parse(_EVENTS, decode)}


def parsed_reads(decode: Decode) -> Result:
    """Reads of 64 KiB, with another decoder of chunks."""
    return {"count": payloads.PARSED_EVENTS, "length": _parse(_READS, decode)}


def parse_single(_url: str) -> Result:
    """One event a read."""
    return parsed_single(_decode)


def parse_reads(_url: str) -> Result:
    """Reads of 64 KiB."""
    return parsed_reads(_decode)


def _post(url: str, way: str) -> tuple[socket.socket, bytes]:
    parts = urlsplit(url)
    body = json.dumps({"model": "gpt-4o", "stream": True, "messages": payloads.question()}).encode()
    sock = socket.create_connection((parts.hostname or "", parts.port or 0))
    head = f"POST /{way}/v1/chat/completions HTTP/1.1\r\nhost: bench\r\ncontent-length: {len(body)}\r\n\r\n"
    sock.sendall(head.encode() + body)
    return sock, b""


def _stream(url: str, way: str) -> int:
    """Chunks are undone as if each were one event, which the server sees to."""
    sock, data = _post(url, way)
    length = 0
    with sock:
        while b"0\r\n\r\n" not in data[-5:]:
            data += sock.recv(65536)
            *events, data = data.split(b"\n\n\r\n")
            for event in events:
                if not event.endswith(b"[DONE]"):
                    for choice in _decode(event.partition(b"data: ")[2]).choices:
                        length += len(choice.delta.content or "")
    return length


def burst(url: str) -> Result:
    """Streams whose events come all at once."""
    length = sum([_stream(url, "burst") for _ in range(20)])
    return {"count": 20 * payloads.EVENTS, "length": length / 20}


def paced(url: str) -> Result:
    """A stream whose events come one by one."""
    return {"count": payloads.EVENTS, "length": _stream(url, "paced")}


if __name__ == "__main__":
    run({"parse_single": parse_single, "parse_reads": parse_reads, "burst": burst, "paced": paced}, "msgspec")
