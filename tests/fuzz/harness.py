"""What a fuzzer may do to each parser, and the contract that must hold whatever it does: the docstrings' own words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

import h11

from sansio import ChatRequest, Completed, Exchange, Failed, provider
from sansio.framing.body import ChunkedReader, request_framing, response_framing
from sansio.framing.sse import ServerSentEvent, SseDecoder
from sansio.gateway import Connection
from sansio.http import Limits

_OPENAI: Final = provider("openai", api_key="key")
_REQUEST: Final = ChatRequest(model="gpt-4o", messages="hi")
_LIMITS: Final = Limits(event=512, body=2048)  # small, so that a fuzzer finds them
_TYPES: Final = ("text/event-stream", "application/json", "text/html", "")
_CODINGS: Final = ("", "gzip", "deflate", "br")


class Choices:
    """Decisions read off the front of the fuzzer's bytes; what is left is the input itself."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def below(self, count: int) -> int:
        """A number from 0 to *count* - 1; 0 when the bytes are used up."""
        if self._at >= len(self._data):
            return 0
        self._at += 1
        return self._data[self._at - 1] % count

    def rest(self) -> bytes:
        """All that was not read yet."""
        rest, self._at = self._data[self._at :], len(self._data)
        return rest

    def pieces(self) -> Iterator[bytes]:
        """What is left, cut as one of its bytes says: whole, or in pieces of one size."""
        step = self.below(32)
        rest = self.rest()
        if not step:
            yield rest
            return
        for start in range(0, len(rest), step):
            yield rest[start : start + step]


def exchange(data: bytes) -> None:
    """Any status, headers, body and fragmentation: no exception, and exactly one end, as the last event."""
    choices = Choices(data)
    machine = Exchange(_OPENAI, _REQUEST, stream=bool(choices.below(2)), limits=_LIMITS)
    if choices.below(16):
        status = 200 if choices.below(4) else 200 + choices.below(256) + choices.below(144)
        kind, coding = _TYPES[choices.below(4)], _CODINGS[choices.below(4)]
        clean = choices.below(3)
        machine.receive_head(
            status, [("Content-Type", kind), ("content-encoding", coding), ("retry-after", str(clean))]
        )
        for piece in choices.pieces():
            machine.receive_data(piece)
        machine.receive_eof() if clean else machine.receive_broken("reset")
    else:
        machine.receive_broken("no response")
    ends = [isinstance(event, Completed | Failed) for event in machine.take_events()]
    if ends[-1:] != [True] or any(ends[:-1]):
        raise AssertionError(f"the exchange said {ends}")


def sse(data: bytes) -> None:
    """Any bytes: no exception, and however they are cut the same events come out."""
    choices = Choices(data)
    pieces = list(choices.pieces())
    cut, whole = SseDecoder(limit=256), SseDecoder(limit=256)
    events: list[ServerSentEvent] = []
    for piece in pieces:
        events += cut.receive_data(piece)
    if events != whole.receive_data(b"".join(pieces)) or cut.failure != whole.failure:
        raise AssertionError("the fragmentation made a difference")


def body(data: bytes) -> None:
    """Any framing and bytes: no exception; pieces release what the whole releases; h11 agrees where it finds no fault."""
    choices = Choices(data)
    headers = _FRAMINGS[choices.below(len(_FRAMINGS))]
    of_request = bool(choices.below(2))
    pieces = list(choices.pieces())
    cut, whole = (request_framing(headers) if of_request else response_framing("POST", 200, headers) for _ in range(2))
    released = b"".join([cut.receive_data(piece) for piece in pieces])
    together = whole.receive_data(b"".join(pieces))
    if (
        cut.failure is None
        and whole.failure is None
        and (released, cut.done, cut.rest) != (together, whole.done, whole.rest)
    ):
        raise AssertionError("the fragmentation made a difference")
    if isinstance(whole, ChunkedReader) and whole.done:
        _agree_with_h11(b"".join(pieces), together)
    for reader in (cut, whole):
        if not reader.done:
            reader.receive_eof()


_FRAMINGS: Final[tuple[list[tuple[bytes, bytes]], ...]] = (
    [(b"transfer-encoding", b"chunked")],
    [(b"content-length", b"40")],
    [],
)


def _agree_with_h11(wire: bytes, expected: bytes) -> None:
    peer = h11.Connection(h11.CLIENT)
    peer.send(h11.Request(method="GET", target="/", headers=[("host", "a")]))
    peer.receive_data(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n" + wire)
    found = b""
    try:
        while isinstance(event := peer.next_event(), h11.Response | h11.Data):
            found += bytes(event.data) if isinstance(event, h11.Data) else b""
    except h11.RemoteProtocolError as exc:
        raise AssertionError(f"h11 refuses it: {exc}") from exc
    if not isinstance(event, h11.EndOfMessage):
        raise AssertionError("h11 does not see the end")  # noqa: TRY004  # no type is wrong, the body is
    if found != expected:
        raise AssertionError("h11 reads another body")


def gateway(data: bytes) -> None:
    """Any bytes to a server's connection: no exception, and an end to its events."""
    choices = Choices(data)
    connection = Connection(models=("a",), limits=_LIMITS)
    for piece in choices.pieces():
        if piece:
            connection.receive_data(piece)
            while connection.next_event() is not None:
                connection.data_to_send()
    connection.receive_data(b"")
    for _ in range(2):
        connection.next_event()


TARGETS: Final[dict[str, Callable[[bytes], None]]] = {
    "exchange": exchange,
    "sse": sse,
    "body": body,
    "gateway": gateway,
}

SEEDS: Final[dict[str, tuple[bytes, ...]]] = {
    "exchange": (
        b'\x01\x01\x01\x00\x00\x01\x00data: {"choices":[{"index":0,"delta":{"content":"a"}}]}\n\ndata: [DONE]\n\n',
        b'\x00\x01\x01\x01\x00\x01\x03{"id":"a","choices":[{"index":0,"message":{"content":"a"},"finish_reason":"stop"}]}',
        b'\x01\x01\x00\xf0\x10\x01\x00\x01\x05{"error":{"message":"m","type":"t","code":429}}',
        b"\x01\x01\x01\x00\x01\x01\x00\x1f\x8b\x08\x00\x00\x00\x00\x00",
    ),
    "sse": (b"\x03event: a\rdata: b\r\n\r\nid: 1\nretry: 5\n\n", b"\x00\xef\xbb\xbfdata\n\n:c\n\n"),
    "body": (b"\x00\x01\x055\r\nhello\r\n0\r\na: b\r\n\r\nrest", b"\x01\x01\x07" + b"x" * 50),
    "gateway": (
        b'\x09POST /v1/chat/completions HTTP/1.1\r\nhost: a\r\ncontent-length: 46\r\n\r\n{"model":"m","messages":[{"role":"user"}]}    ',
        b"\x00GET /v1/models HTTP/1.1\r\nhost: a\r\n\r\nGET / HTTP/1.1\r\n\r\n",
    ),
}
