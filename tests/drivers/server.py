"""A loopback server that misbehaves as it is told: a script for each connection, a thread for each script."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    import ssl

_RESET = struct.pack("ii", 1, 0)  # SO_LINGER on, for no time: close is a reset


class Request:
    """A request as it came."""

    def __init__(self, head: bytes, body: bytes) -> None:
        line, *fields = head.decode("latin-1").split("\r\n")
        self.method, self.target, _ = line.split(" ", 2)
        self.headers = {name.lower(): value.strip() for name, _, value in (field.partition(":") for field in fields)}
        self.body = body


class Peer:
    """The server's end of one connection."""

    def __init__(self, server: Server, sock: socket.socket) -> None:
        self.server = server
        self.sock = sock
        self._buffer = b""

    def head(self) -> bytes:
        """The next head, without its blank line; raises OSError where the client closes first."""
        return self._until(b"\r\n\r\n")

    def request(self) -> Request:
        """The next request, whole."""
        head = self.head()
        request = Request(head, b"")
        request.body = self.exactly(int(request.headers.get("content-length", "0")))
        self.server.requests.append(request)
        return request

    def exactly(self, size: int) -> bytes:
        """The next *size* bytes."""
        while len(self._buffer) < size:
            self._more()
        data, self._buffer = self._buffer[:size], self._buffer[size:]
        return data

    def send(self, *pieces: bytes) -> None:
        """Send, piece by piece."""
        for piece in pieces:
            self.sock.sendall(piece)

    def drip(self, data: bytes) -> None:
        """Send byte by byte."""
        for n in range(len(data)):
            self.sock.sendall(data[n : n + 1])

    def half_close(self) -> None:
        """Send no more, and go on listening."""
        self.sock.shutdown(socket.SHUT_WR)

    def reset(self) -> None:
        """End the connection with a RST."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        self.sock.close()

    def stall(self) -> None:
        """Say nothing until the client goes."""
        with suppress(OSError):
            while self.sock.recv(65536):
                continue

    def _until(self, end: bytes) -> bytes:
        while end not in self._buffer:
            self._more()
        data, _, self._buffer = self._buffer.partition(end)
        return data

    def _more(self) -> None:
        if not (data := self.sock.recv(65536)):
            raise ConnectionAbortedError
        self._buffer += data


Script = Callable[[Peer], None]


class Server:
    """The n-th connection gets the n-th script, the last script all that follow."""

    def __init__(self, *scripts: Script, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1") -> None:
        self.requests: list[Request] = []
        self.connections = 0
        self._scripts = scripts
        self._tls = tls
        self._threads: list[threading.Thread] = []
        self._socks: list[socket.socket] = []
        self._listener = socket.create_server((host, 0), backlog=128)
        self.host = host
        self.port: int = self._listener.getsockname()[1]
        self._acceptor = threading.Thread(target=self._accept, daemon=True)

    @property
    def url(self) -> str:
        """The root of the API."""
        host = self.host if self._tls is None else "localhost"
        return f"{'http' if self._tls is None else 'https'}://{host}:{self.port}/v1"

    def __enter__(self) -> Self:
        self._acceptor.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._acceptor.join()
        self._listener.close()
        for sock in self._socks:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                sock, _ = self._listener.accept()
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                script = self._scripts[min(self.connections, len(self._scripts) - 1)]
                self.connections += 1
                self._socks.append(sock)
                thread = threading.Thread(target=self._serve, args=(script, sock), daemon=True)
                self._threads.append(thread)
                thread.start()

    def _serve(self, script: Script, sock: socket.socket) -> None:
        with suppress(OSError), sock:
            if self._tls is not None:
                sock = self._tls.wrap_socket(sock, server_side=True)
            with sock:
                script(Peer(self, sock))
