"""The benchmark's server: a thread a connection, and bytes that were rendered before the first request.

It knows as little as it can of HTTP.  The first segment of a request's path says how to answer it, and
the last one in which API.
"""

from __future__ import annotations

import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

from tests.bench import messages, payloads
from tests.bench.limits import raise_file_limit

_PACE = 0.0003  # seconds between events that are to be a segment, and a read, each
_END = b"0\r\n\r\n"
_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


class Api(NamedTuple):
    """The answers of one API, rendered."""

    chunks: list[bytes]
    burst: bytes
    held: list[bytes]
    unary: bytes


def _rendered(events: Callable[[int], list[bytes]], body: bytes) -> Api:
    chunks = [_chunk(event) for event in events(payloads.EVENTS)]
    head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(body)
    held = [_chunk(event) for event in events(payloads.HELD_EVENTS)]
    return Api(chunks, _HEAD + b"".join(chunks) + _END, held, head + body)


_CHAT = _rendered(payloads.events, payloads.unary())
_APIS = {"messages": _rendered(messages.events, messages.unary())}  # by the last segment of the path; else _CHAT
_EMPTY = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"


class Gate:
    """Holds streams back until they are released; then it is closed again for those that come later."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def next_release(self) -> threading.Event:
        """What the next release sets; ask before telling the client anything, or that may be faster."""
        return self._event

    def release(self) -> None:
        """Let all through that wait now."""
        event, self._event = self._event, threading.Event()
        event.set()


_GATE = Gate()


def _answer(path: str) -> Iterator[bytes]:
    """The pieces of an answer, each to be written as it comes."""
    segments = path.split("/")[1:]
    api = _APIS.get(segments[-1], _CHAT)
    match segments[0]:
        case "burst":
            yield api.burst
        case "paced":
            yield _HEAD
            for chunk in api.chunks:
                time.sleep(_PACE)
                yield chunk
            yield _END
        case "held":
            release = _GATE.next_release()
            yield _HEAD + api.held[0] + api.held[1]
            release.wait()
            yield b"".join(api.held[2:]) + _END
        case "release":
            _GATE.release()
            yield _EMPTY
        case _:
            yield api.unary


def _read(sock: socket.socket, inbox: bytearray) -> str | None:
    """Take a request off the connection; its path, or None at the end."""
    while (end := inbox.find(b"\r\n\r\n")) < 0:
        if not (data := sock.recv(65536)):
            return None
        inbox += data
    head = bytes(inbox[:end]).lower()
    _, found, length = head.partition(b"content-length:")
    size = end + 4 + (int(length.split(b"\r\n", 1)[0]) if found else 0)
    while len(inbox) < size:
        inbox += sock.recv(65536)
    del inbox[:size]
    return head.split(b" ", 2)[1].decode()


def _serve(sock: socket.socket) -> None:
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    inbox = bytearray()
    with sock:
        try:
            while (path := _read(sock, inbox)) is not None:
                for piece in _answer(path):
                    sock.sendall(piece)
        except OSError:  # the client is gone
            return


def main() -> None:
    """Serve until standard input ends; the first line of output is the port."""
    raise_file_limit()
    threading.stack_size(256 * 1024)
    listener = socket.create_server(("127.0.0.1", 0), backlog=2048)
    print(listener.getsockname()[1], flush=True)
    threading.Thread(target=_accept, args=(listener,), daemon=True).start()
    sys.stdin.read()


def _accept(listener: socket.socket) -> None:
    while True:
        sock, _ = listener.accept()
        threading.Thread(target=_serve, args=(sock,), daemon=True).start()


if __name__ == "__main__":
    main()
