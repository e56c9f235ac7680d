"""Sending a request and hearing its answer: a small one at once, a large one while listening.

While a large request is under way its Receive is outstanding too, so that an early refusal is read and the rest is
never sent.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Final, TypeAlias

from ..commands import Broken, Clock, Open, Sleep, after
from ..http import Body, Source
from .http1 import HeadReader
from .verbs import Answer, Bytes, Pull, Receive, Send, Verb, Wire

LARGE: Final = 64 * 1024  # up to here a request fits into the socket's buffer, and nothing is gained by listening
_PIECE: Final = 64 * 1024

_Pieces: TypeAlias = Generator[bytes | Pull, bytes, None]


class Exchanging:
    """One request and the head of its response on one connection.

    An outstanding Receive is never given up, since what it holds would be lost: after an upload a Sleep stands beside
    it for the deadline that begins only then.
    """

    def __init__(self, conn: int, command: Open, limit: int, clock: Clock) -> None:
        self.reader = HeadReader(command.request.method, limit)
        self.broken: Broken | None = None
        self.sent = False  # whether the peer has the whole request
        self._conn = conn
        self._command = command
        self._clock = clock
        self._receive: Receive | None = None

    @property
    def heard(self) -> bool:
        """Whether there is nothing more to wait for: the head is there, or it will never be."""
        return self.reader.head is not None or self.reader.failure is not None or self.broken is not None

    def send(self, head: bytes) -> Wire[Broken | None]:
        """Send the request, as much of it as the peer wants.  Broken where sending failed; an answer may be on its way."""
        body = self._command.request.body
        if isinstance(body, bytes) and len(body) <= LARGE:
            _, answer = yield (Send(self._conn, head + body, self._until()),)
            self.sent = not isinstance(answer, Broken)
            return answer if isinstance(answer, Broken) else None
        return (yield from self._upload(_pieces(head, body)))

    def hear(self, first_event: float) -> Wire[None]:
        """Receive until the head is there, or the deadline for the first output, or the silence is too long."""
        while not self.heard:
            until = min(self._until(), first_event)
            if self._receive is None:
                _, answer = yield (Receive(self._conn, until),)
                self._take(answer)
                continue
            sleep = Sleep(until)
            verb, answer = yield (self._receive, sleep)
            self._take(Broken(answer.now, "timeout", "silence") if verb is sleep else answer)

    def _until(self) -> float:
        return min(after(self._clock.now, self._command.timeouts.read), self._command.until)

    def _take(self, answer: Answer) -> None:
        self._receive = None
        if isinstance(answer, Bytes):
            self.reader.receive_data(answer.data)
        elif isinstance(answer, Broken):
            self.broken = answer

    def _upload(self, pieces: _Pieces) -> Wire[Broken | None]:
        data = b""
        while (piece := _sent_in(pieces, data)) is not None:
            verb: Verb = Send(self._conn, piece, self._until()) if isinstance(piece, bytes) else piece
            answer = yield from self._meanwhile(verb)
            if answer is None or isinstance(answer, Broken):
                return answer
            data = answer.data if isinstance(answer, Bytes) else b""
            if verb is piece and not data:
                return Broken(self._clock.now, "connection", "a source of the request body ended before its size")
        self.sent = True
        return None

    def _meanwhile(self, verb: Verb) -> Wire[Answer | None]:
        """Perform *verb* while listening; None where the response came before its answer."""
        while not self.heard:
            if self._receive is None:
                self._receive = Receive(self._conn, self._command.until)  # as long as we send, silence is no fault
            done, answer = yield (verb, self._receive)
            if done is verb:
                return answer
            self._take(answer)
        return None


def _pieces(head: bytes, body: bytes | Body) -> _Pieces:
    """The request in pieces of bounded size: bytes to send, or a Pull whose bytes are sent in, and come out next."""
    yield head
    for part in (body,) if isinstance(body, bytes) else body.parts:
        if isinstance(part, Source):
            yield from _pulled(part)
        else:
            for start in range(0, len(part), _PIECE):
                yield part[start : start + _PIECE]


def _pulled(source: Source) -> _Pieces:
    offset = 0
    while offset < source.size:
        data = yield Pull(source.id, offset, min(_PIECE, source.size - offset))
        yield data
        offset += len(data)


def _sent_in(pieces: _Pieces, data: bytes) -> bytes | Pull | None:
    """The next piece; None at the end.  *data* is what the last one pulled."""
    try:
        return pieces.send(data) if data else next(pieces)
    except StopIteration:
        return None
