"""A TCP stream on asyncio: a Protocol that loses nothing, and waits without a task or a timer for each wait."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable
from contextlib import suppress
from typing import Final, cast

from sansio.commands import NEVER, Broken, Done
from sansio.wire.verbs import Bytes

from ._waiting import readable

_PIECE: Final = 64 * 1024  # the most that one Receive is answered with
_HELD: Final = 128 * 1024  # bytes that are read ahead of the user before the peer is made to wait
_SPARE: Final[list[memoryview]] = []  # buffers that no read is going on into
_SPARES: Final = 4  # kept at most: about one a thread is needed


class Connection(asyncio.BufferedProtocol):
    """What came before an end or a reset is received before it; at most one Receive and one Send wait at a time.

    A BufferedProtocol costs a third of a Protocol, whose transport allocates 256 KiB for each read.  It has a buffer only from
    `get_buffer` on until something is in it: where the loop reads at once, one buffer serves all connections, and where a
    read may last, each that is under way has its own.
    """

    __slots__ = (
        "_armed",
        "_buffer",
        "_data",
        "_ended",
        "_loop",
        "_lost",
        "_paused",
        "_receiving",
        "_sending",
        "_timer",
        "_transport",
        "_unsent",
        "_until",
    )

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._transport: asyncio.Transport | None = None
        self._buffer: memoryview | None = None
        self._data: bytes | bytearray = b""  # as it came, where one read is held; gathered, where several are
        self._paused = False
        self._ended = False
        self._lost: str | None = None
        self._receiving: asyncio.Future[Bytes | Broken] | None = None
        self._until = NEVER  # of the Receive that waits
        self._timer: asyncio.TimerHandle | None = None
        self._armed = NEVER
        self._unsent = False
        self._sending: asyncio.Future[None] | None = None

    # -- the verbs ----------------------------------------------------------------------------------------

    def receive(self, until: float) -> Bytes | Broken | Awaitable[Bytes | Broken]:
        """As the verb Receive: its answer, or a future where that is not there yet."""
        if (answer := self._answer()) is not None:
            return answer
        if self._loop.is_closed():  # left idle by a program that runs another one now
            return Broken(self._loop.time(), "connection", "the event loop of the connection is closed")
        if until < self._armed:
            if self._loop.time() < until:
                self._arm(until)
            elif not self._arrived():
                return self._nothing()
        self._until = until
        self._receiving = self._loop.create_future()
        return self._receiving

    async def send(self, data: bytes, until: float) -> Done | Broken:
        """As the verb Send; done is what the kernel has."""
        if self._transport is not None and self._lost is None:
            self._transport.write(data)
            if self._unsent:
                self._sending = self._loop.create_future()
                with suppress(TimeoutError):
                    async with asyncio.timeout_at(None if until == NEVER else until):
                        await self._sending
        if self._lost is not None:
            return Broken(self._loop.time(), "connection", self._lost)
        if self._unsent:
            return Broken(self._loop.time(), "timeout", "the peer takes nothing more")
        return Done(self._loop.time())

    def disconnect(self) -> None:
        """Close it at once; whoever waits for it is answered Broken."""
        if self._timer is not None:
            self._timer.cancel()
        if self._transport is not None:
            with suppress(RuntimeError):  # its loop is closed: the collector is left to close the socket
                self._transport.abort()

    # -- what the transport tells -------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport; its buffer is to count as unsent."""
        self._transport = cast("asyncio.Transport", transport)
        self._transport.set_write_buffer_limits(0)

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002  # a hint
        """Room for one read, which may come to nothing, and be tried again."""
        if self._buffer is None:
            try:
                self._buffer = _SPARE.pop()
            except IndexError:
                self._buffer = memoryview(bytearray(_PIECE))
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        """Keep what was read."""
        if (buffer := self._buffer) is not None:
            self._keep(bytes(buffer[:nbytes]))
            self._buffer = None
            if len(_SPARE) < _SPARES:
                _SPARE.append(buffer)
        if len(self._data) >= _HELD and not self._paused and self._transport is not None:
            self._paused = True
            self._transport.pause_reading()
        self._answer_receive()

    def eof_received(self) -> bool:
        """The peer has sent all; it may still listen."""
        self._buffer = None
        self._ended = True
        self._answer_receive()
        return True

    def pause_writing(self) -> None:
        """Something is unsent."""
        self._unsent = True

    def resume_writing(self) -> None:
        """Nothing is unsent."""
        self._unsent = False
        self._wake_send()

    def connection_lost(self, exc: Exception | None) -> None:
        """The socket is about to be closed.  A failed write comes here too, before what the peer said last was read."""
        if exc is not None and self._transport is not None:
            with suppress(OSError), _socket(self._transport).dup() as sock:
                while data := sock.recv(_PIECE):
                    self._keep(data)
        self._buffer = None  # not to be used again: a read may still be going on
        self._lost = "the connection is closed" if exc is None else str(exc)
        self._answer_receive()
        self._wake_send()

    # -- what is held -------------------------------------------------------------------------------------

    def _keep(self, data: bytes) -> None:
        if not self._data:
            self._data = data
            return
        if isinstance(self._data, bytes):
            self._data = bytearray(self._data)
        self._data += data

    def _answer(self) -> Bytes | Broken | None:
        """What a Receive is answered with now; None where nothing came."""
        if self._data:
            return Bytes(self._loop.time(), self._piece())
        if self._ended:
            return Bytes(self._loop.time(), b"")
        if self._lost is not None:
            return Broken(self._loop.time(), "connection", self._lost)
        return None

    def _piece(self) -> bytes:
        """What one Receive is answered with; reading goes on where it was paused."""
        if isinstance(self._data, bytes):
            piece, self._data = self._data, b""
        else:
            piece = bytes(self._data[:_PIECE])
            del self._data[:_PIECE]
        if self._paused and len(self._data) < _HELD and self._transport is not None:
            self._paused = False
            self._transport.resume_reading()
        return piece

    # -- waiting ------------------------------------------------------------------------------------------

    def _answer_receive(self) -> None:
        if (waiting := self._receiving) is not None and not waiting.done() and (answer := self._answer()) is not None:
            self._receiving = None  # it would keep the bytes
            waiting.set_result(answer)

    def _wake_send(self) -> None:
        if self._sending is not None and not self._sending.done():
            self._sending.set_result(None)

    def _arm(self, when: float) -> None:
        """One timer serves every wait: deadlines mostly move on, so that it is armed anew only where it fires too late."""
        if self._timer is not None:
            self._timer.cancel()
        self._armed = when
        self._timer = self._loop.call_at(when, self._fire)

    def _fire(self) -> None:
        self._armed = NEVER
        if (waiting := self._receiving) is None or waiting.done():
            return
        if self._loop.time() < self._until:
            if self._until != NEVER:
                self._arm(self._until)
        elif not self._arrived():
            waiting.set_result(self._nothing())

    def _nothing(self) -> Broken:
        return Broken(self._loop.time(), "timeout", "nothing came")

    def _arrived(self) -> bool:
        """Whether the kernel holds something that the loop has not read yet."""
        return self._transport is not None and not self._transport.is_closing() and readable(_socket(self._transport))


def _socket(transport: asyncio.Transport) -> socket.socket:
    return cast("socket.socket", transport.get_extra_info("socket"))
