"""A server with one thread for each connection: for tests, and for small gateways.

It performs the actions of a `sansio.gateway.Conversation` on sockets and knows nothing of HTTP.
"""

from __future__ import annotations

import contextlib
import selectors
import socket
import struct
import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final, Self

from sansio.gateway import Close, Connection, Conversation, Pause, Reset, Write
from sansio.http import Limits

if TYPE_CHECKING:
    import ssl
    from types import TracebackType

    from sansio.gateway import Action, Handler
    from sansio.testing import Double

READ_SIZE: Final = 64 * 1024
_LIMITS: Final = Limits()
LINGER: Final = 2.0  # seconds in which a client that is still sending may read the last answer (RFC 9112 section 9.6)
_ABORT: Final = struct.pack("ii", 1, 0)  # SO_LINGER on, for no time: close is a reset


class Server:
    """A listening socket and a thread for each of its connections; use it as a context manager.

    *converse* makes the conversation of a new connection.  With *tls*, a server's context, the server speaks TLS only.
    An exception of a handler ends its connection, and reaches `threading.excepthook`.
    """

    def __init__(
        self,
        converse: Callable[[], Conversation],
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.host = host
        self.port = port  # 0 is any that is free; from `start` on, the one that it is
        self._converse = converse
        self._tls = tls
        self._stopping = threading.Event()
        self._peers: list[_Peer] = []

    @property
    def url(self) -> str:
        """The origin as a URL, without a slash at its end."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'http' if self._tls is None else 'https'}://{host}:{self.port}"

    def start(self) -> None:
        """Listen, and serve until `stop`.  Raises OSError where the address cannot be had."""
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        self._listener = socket.create_server((self.host, self.port), family=family, backlog=128)
        self.port = self._listener.getsockname()[1]
        self._alarm, self._bell = socket.socketpair()
        self._thread = threading.Thread(target=self._accept, name=f"serve {self.url}", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End every connection, and return when all threads have ended and all sockets are closed."""
        self._stopping.set()
        self._bell.close()
        self._thread.join()
        for peer in self._peers:
            peer.abort()
        for peer in self._peers:
            peer.join()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exception: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    def _accept(self) -> None:
        with self._listener, self._alarm, selectors.DefaultSelector() as selector:
            selector.register(self._listener, selectors.EVENT_READ)
            selector.register(self._alarm, selectors.EVENT_READ)
            while selector.select() and not self._stopping.is_set():
                sock, _ = self._listener.accept()
                self._peers = [peer for peer in self._peers if peer.is_alive()]
                self._peers.append(peer := _Peer(sock, self._tls, self._converse(), self._stopping))
                peer.start()


class _Peer(threading.Thread):
    """One connection."""

    def __init__(
        self,
        sock: socket.socket,
        tls: ssl.SSLContext | None,
        conversation: Conversation,
        stopping: threading.Event,
    ) -> None:
        super().__init__(name=f"connection {sock.fileno()}", daemon=True)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket = sock
        self._secure: ssl.SSLSocket | None = None
        self._tls = tls
        self._conversation = conversation
        self._stopping = stopping

    def abort(self) -> None:
        """Wake the thread, whatever it is waiting for; called once `stopping` is set, so that it ends."""
        with contextlib.suppress(OSError):
            socket.socket.shutdown(self._socket, socket.SHUT_RDWR)  # an SSLSocket's own would race with its reads

    def run(self) -> None:
        """Perform what the conversation says until it is over, or the client is gone."""
        try:
            if self._tls is None or self._shake_hands(self._tls):
                self._converse()
        finally:
            self._conversation.abandon()
            self._socket.close()

    def _shake_hands(self, tls: ssl.SSLContext) -> bool:
        try:
            secure = tls.wrap_socket(self._socket, server_side=True, do_handshake_on_connect=False)
            self._socket = self._secure = secure
            if not self._stopping.is_set():  # else `abort` may have missed this socket
                secure.do_handshake()
        except OSError:
            return False
        return not self._stopping.is_set()

    def _converse(self) -> None:
        data: bytes | None = None
        while True:
            while (action := self._conversation.next_action()) is not None:
                if not self._perform(action):
                    return
            if data == b"":
                return
            data = self._receive()
            self._conversation.receive_data(data)

    def _perform(self, action: Action) -> bool:
        """Whether the conversation goes on."""
        match action:
            case Write(data):
                return self._send(data)
            case Pause(seconds):
                return not self._stopping.wait(seconds)
            case Close(notify):
                self._close(notify=notify)
            case Reset():
                self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _ABORT)
        return False

    def _send(self, data: bytes) -> bool:
        try:
            self._socket.sendall(data)
        except OSError:
            return False
        return True

    def _receive(self) -> bytes:
        try:
            return self._socket.recv(READ_SIZE)
        except OSError:
            return b""

    def _close(self, *, notify: bool) -> None:
        """Say that nothing follows, then read on for a while: closing over unread data would reset what was sent."""
        self._socket.settimeout(LINGER)
        with contextlib.suppress(OSError):
            if notify and self._secure is not None:
                self._socket = self._secure.unwrap()
            socket.socket.shutdown(self._socket, socket.SHUT_WR)
            while socket.socket.recv(self._socket, READ_SIZE):
                pass


def serve(
    handler: Handler,
    *,
    models: Sequence[str] | None = None,
    limits: Limits = _LIMITS,
    host: str = "127.0.0.1",
    port: int = 0,
    tls: ssl.SSLContext | None = None,
) -> Server:
    """A server that answers every request with the handler's steps, taken one by one, so that they may block.

    It is not started yet: `with serve(handler) as server: ...`
    """
    return Server(
        lambda: Conversation(Connection(models=models, limits=limits), handler), host=host, port=port, tls=tls
    )


def serve_double(
    double: Double, *, host: str = "127.0.0.1", port: int = 0, tls: ssl.SSLContext | None = None
) -> Server:
    """A server that plays *double*; not started yet, as for `serve`."""
    return Server(double.connect, host=host, port=port, tls=tls)
