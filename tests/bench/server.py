"""The benchmark's server: a thread a connection, and bytes that were rendered before the first request.

It knows as little as it can of HTTP.  The first segment of a request's path says how to answer it.
"""

from __future__ import annotations

import socket
import sys
import threading
import time
from collections.abc import Iterator

from tests.bench import payloads
from tests.bench.limits import raise_file_limit

_PACE = 0.0003  # seconds between events that are to be a segment, and a read, each
_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


_CHUNKS = [_chunk(event) for event in payloads.events(payloads.EVENTS)]
_BURST = _HEAD + b"".join(_CHUNKS) + b"0\r\n\r\n"
_HELD = [_chunk(event) for event in payloads.events(payloads.HELD_EVENTS)]
_BODY = payloads.unary()
_UNARY = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b" % (len(_BODY), _BODY)
_EMPTY = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"


class Gate:
    """Holds streams back until they are released; then it is closed again for those that come later."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def wait(self) -> None:
        """Wait for the next release."""
        self._event.wait()

    def release(self) -> None:
        """Let all through that wait now."""
        event, self._event = self._event, threading.Event()
        event.set()


_GATE = Gate()


def _answer(way: str) -> Iterator[bytes]:
    """The pieces of an answer, each to be written as it comes."""
    match way:
        case "burst":
            yield _BURST
        case "paced":
            yield _HEAD
            for chunk in _CHUNKS:
                time.sleep(_PACE)
                yield chunk
            yield b"0\r\n\r\n"
        case "held":
            yield _HEAD + _HELD[0] + _HELD[1]
            _GATE.wait()
            yield b"".join(_HELD[2:]) + b"0\r\n\r\n"
        case "release":
            _GATE.release()
            yield _EMPTY
        case _:
            yield _UNARY


def _read(sock: socket.socket, inbox: bytearray) -> str | None:
    """Take a request off the connection; the first segment of its path, or None at the end."""
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
    return head.split(b"/", 2)[1].split(b" ", 1)[0].decode()


def _serve(sock: socket.socket) -> None:
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    inbox = bytearray()
    with sock:
        try:
            while (way := _read(sock, inbox)) is not None:
                for piece in _answer(way):
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
