"""TLS between a flow that speaks plaintext and a driver that moves bytes, over `ssl.SSLObject` and its memory BIOs.

`secure` is the layer, `Channel` the state of one connection.  A verb of the flow that concerns TLS becomes a short
generator, a `Lowered`: it yields what the driver is to perform, one verb at a time, and returns the flow's answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, TypeVar

from ..commands import Broken, Done
from .verbs import Answer, Answered, Bytes, Disconnect, Receive, Send, StartTls, Verb, Wire

if TYPE_CHECKING:
    import ssl

T = TypeVar("T")
Lowered: TypeAlias = Generator[Verb, Answer, Answer]

RECORD: Final = 16 * 1024  # plaintext in one record, at most (RFC 8446 section 5.1)
READ_SIZE: Final = 64 * 1024  # plaintext that one Receive is answered with, at most
WRITE_SIZE: Final = 64 * 1024  # plaintext that is encrypted before the ciphertext is sent, at most
# Bytes from the peer with no plaintext in them: the handshake (OpenSSL takes certificate chains of 100 KiB), session
# tickets, an unfinished record (16 KiB).  A peer that sent tickets for ever would outlast every deadline.
OVERHEAD: Final = 256 * 1024

_DECORATION: Final = re.compile(r"^\[[^]]*\] | \(_ssl\.c:\d+\)$")  # OpenSSL's symbol in front, CPython's line behind


class Channel:
    """The TLS of one connection: the SSLObject and its two BIOs.  It outlives calls, as its connection does.

    Raises ValueError for a *hostname* that is none.  Nothing that the peer sends raises; once it has failed, it stays so.
    What reading makes TLS say (answers to key updates, alerts) waits for the next Send.
    """

    __slots__ = ("_closed", "_failure", "_incoming", "_outgoing", "_overhead", "_tls")

    def __init__(self, context: ssl.SSLContext, hostname: str) -> None:
        import ssl

        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=hostname)
        self._overhead = 0
        self._closed = False
        self._failure: tuple[Literal["connection", "limit_exceeded"], str] | None = None

    def handshake(self, verb: StartTls, now: float) -> Lowered:
        """Answered Done, or Broken; a peer that was refused is told why by an alert."""
        while True:
            finished = self._step()
            sent = yield from self._flush(verb.conn, verb.until, now)
            if self._failure is not None:
                return Broken(sent.now, *self._failure)
            if finished or isinstance(sent, Broken):
                return sent
            received = yield Receive(verb.conn, verb.until)
            if (broken := self._feed(received)) is not None:
                return broken
            now = received.now

    def send(self, verb: Send, now: float) -> Lowered:
        """Answered Done once the last of the ciphertext is sent, or Broken."""
        left = memoryview(verb.data)
        while True:
            try:
                left = left[self._encrypt(left[:WRITE_SIZE]) :]
            except OSError as exc:
                return Broken(now, "connection", _reason(exc))
            sent = yield from self._flush(verb.conn, verb.until, now)
            if not left or isinstance(sent, Broken):
                return sent
            now = sent.now

    def receive(self, verb: Receive, now: float) -> Lowered:
        """Answered with what can be decrypted, up to READ_SIZE; the connection is read only where that is nothing."""
        outer = verb
        while (data := self._decrypt()) is None:
            if self._failure is not None:
                return Broken(now, *self._failure)
            received = yield outer
            if (broken := self._feed(received)) is not None:
                return broken
            now = received.now
            outer = Receive(verb.conn, verb.until)  # a verb is performed once
        return Bytes(now, data)

    def _flush(self, conn: int, until: float, now: float) -> Lowered:
        if not self._outgoing.pending:
            return Done(now)
        return (yield Send(conn, self._outgoing.read(), until))

    def _feed(self, received: Answer) -> Answer | None:
        """Take what was received; the answer instead, where it was none."""
        if not isinstance(received, Bytes):
            return received
        if not received.data:  # the BIO is never told: what OpenSSL makes of an EOF depends on its version and options
            return Broken(received.now, "connection", "TLS: the connection was cut without close_notify")
        self._overhead += len(received.data)
        self._incoming.write(received.data)
        return None

    def _step(self) -> bool:
        """Go on with the handshake as far as it goes; whether it is finished."""
        try:
            self._tls.do_handshake()
        except OSError as exc:
            self._stopped(exc)
            return False
        return True

    def _encrypt(self, data: memoryview) -> int:
        """Encrypt *data*; OpenSSL may do it record by record."""
        done = 0
        while done < len(data):
            done += self._tls.write(data[done:])
        return done

    def _decrypt(self) -> bytes | None:
        """Plaintext; b"" where the peer has closed; None where there is none yet, or never will be."""
        pieces: list[bytes] = []
        size = 0
        try:
            # Looking first saves an SSLWantReadError, which costs as much as the decryption of a small record.
            while self._incoming.pending and size <= READ_SIZE - RECORD and self._failure is None:
                piece = self._tls.read(RECORD)
                if not piece:
                    self._closed = True
                    break
                self._overhead = 0
                pieces.append(piece)
                size += len(piece)
        except OSError as exc:
            self._stopped(exc)
        return b"".join(pieces) if pieces or self._closed else None

    def _stopped(self, exc: OSError) -> None:
        """OpenSSL wants more than it has, which may be too much, or has failed."""
        import ssl

        if not isinstance(exc, ssl.SSLWantReadError):
            self._failure = ("connection", _reason(exc))
        elif self._overhead > OVERHEAD:
            self._failure = ("limit_exceeded", f"TLS: more than {OVERHEAD} bytes came without any data in them")


def _reason(exc: Exception) -> str:
    return f"TLS: {_DECORATION.sub('', str(exc))}"


def secure(inner: Wire[T], channels: dict[int, Channel], context: Callable[[], ssl.SSLContext]) -> Wire[T]:
    """The same flow, with TLS on those of its connections that have a channel; returns what *inner* returns.

    `StartTls` makes the channel, and the verb is answered here: a driver never sees it.  The name is checked by
    *context*'s rules; *context* is called for each handshake, and what it raises comes out of this generator.  A context
    should have OP_NO_RENEGOTIATION, since nothing here answers a renegotiation of TLS 1.2 while it waits for a response.
    *channels* belongs to what calls share, which removes the channel of every connection that it closes; a `Disconnect`
    removes it here.  No close_notify is sent then: HTTP's own framing has told the peer everything, and a send could block.
    Verbs that concern no channel pass through as they are.
    """
    layer = _Layer(channels, context)
    try:
        verbs = next(inner)
        while True:
            for verb in verbs:
                if getattr(verb, "conn", None) in channels or type(verb) is StartTls:
                    answered = yield from layer.perform(verbs)
                    break
            else:
                answered = yield verbs
            layer.now = answered[1].now
            verbs = inner.send(answered)
    except StopIteration as stop:
        value: T = stop.value
        return value
    finally:
        inner.close()


class _Task:
    """A verb of the flow under way: `outer` stands for it outside, until `answer` is there."""

    __slots__ = ("_steps", "answer", "outer", "verb")

    def __init__(self, verb: Verb, steps: Lowered) -> None:
        self.verb = self.outer = verb
        self.answer: Answer | None = None
        self._steps = steps
        self.run(None)

    def run(self, answer: Answer | None) -> None:
        """Go on with the answer to the outer verb; None begins."""
        try:
            self.outer = next(self._steps) if answer is None else self._steps.send(answer)
        except StopIteration as stop:
            self.answer = stop.value


class _Layer:
    """The TLS of one flow: which of its verbs need it, and those that are under way."""

    __slots__ = ("_channels", "_context", "_tasks", "now")

    def __init__(self, channels: dict[int, Channel], context: Callable[[], ssl.SSLContext]) -> None:
        self.now = 0.0  # until the first answer; a channel is used after the answer that leased it
        self._channels = channels
        self._context = context
        self._tasks: dict[int, _Task] = {}  # by the identity of the flow's verbs, as drivers tell theirs apart

    def perform(self, verbs: tuple[Verb, ...]) -> Wire[Answered]:
        """Answer one of the flow's verbs.  What was under way and is no longer among them is given up."""
        tasks = {id(verb): self._tasks.get(id(verb)) or _Task(verb, self._lower(verb)) for verb in verbs}
        self._tasks = tasks
        while True:
            for task in tasks.values():
                if task.answer is not None:
                    del tasks[id(task.verb)]
                    return task.verb, task.answer
            outer, answer = yield tuple([task.outer for task in tasks.values()])
            for task in tasks.values():
                if task.outer is outer:
                    task.run(answer)

    def _lower(self, verb: Verb) -> Lowered:
        if type(verb) is Receive and (channel := self._channels.get(verb.conn)) is not None:
            return channel.receive(verb, self.now)
        if type(verb) is Send and (channel := self._channels.get(verb.conn)) is not None:
            return channel.send(verb, self.now)
        if type(verb) is StartTls:
            return self._start(verb)
        if type(verb) is Disconnect:
            self._channels.pop(verb.conn, None)
        return _passed(verb)

    def _start(self, verb: StartTls) -> Lowered:
        context = self._context()
        try:
            channel = Channel(context, verb.hostname)
        except (OSError, ValueError) as exc:
            return Broken(self.now, "connection", _reason(exc))
        answer = yield from channel.handshake(verb, self.now)
        if isinstance(answer, Done):
            self._channels[verb.conn] = channel
        return answer


def _passed(verb: Verb) -> Lowered:
    return (yield verb)
