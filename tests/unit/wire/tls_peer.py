"""A TLS server in memory, and a driver that performs the verbs of a secured flow against it."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Sequence
from typing import TypeVar

import trustme

from sansio.commands import Broken, Done
from sansio.wire.verbs import Answer, Answered, Bytes, Receive, Send, StartTls, Verb, Wire

T = TypeVar("T")

HOST = "api.test"
CA = trustme.CA()


def server_context(certificate: trustme.LeafCert | None = None) -> ssl.SSLContext:
    """A server's context, with a certificate for HOST unless another is given."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    identify(context, certificate or CA.issue_cert(HOST, "127.0.0.1", "::1"))
    return context


def identify(context: ssl.SSLContext, certificate: trustme.LeafCert) -> None:
    """Let *context* show *certificate*."""
    with certificate.private_key_and_cert_chain_pem.tempfile() as path:
        context.load_cert_chain(path)


def trust(context: ssl.SSLContext, authority: trustme.CA) -> None:
    """Let *context* trust *authority*."""
    context.load_verify_locations(cadata=authority.cert_pem.bytes().decode())


def client_context(authority: trustme.CA = CA) -> ssl.SSLContext:
    """A client's context that trusts *authority* alone."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    trust(context, authority)
    return context


SERVER = server_context()
CLIENT = client_context()


def client() -> ssl.SSLContext:
    """What a driver's callback returns."""
    return CLIENT


class Peer:
    """The server's end of one connection: `perform` answers a verb.

    `pending` is ciphertext on its way to the client, handed over in pieces of `fragments` bytes, over and over; where
    there is none, a Receive times out, or finds the connection cut if `cut` is set.  `received` is the client's plaintext, `error` what TLS had to say.
    """

    def __init__(self, context: ssl.SSLContext = SERVER, fragments: Sequence[int] = (65536,)) -> None:
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_side=True)
        self._shaken = False
        self._fragments = list(fragments)
        self.now = 0.0
        self.pending = b""
        self.delivered = 0
        self.sent: list[int] = []
        self.cut = False
        self.received = b""
        self.error = ""

    def perform(self, verb: Verb) -> Answer:
        """The answer of a driver that is connected to this peer."""
        self.now += 1
        if isinstance(verb, Send):
            self.sent.append(len(verb.data))
            self.receive(verb.data)
            return Done(self.now)
        assert isinstance(verb, Receive)
        if not self.pending and not self.cut:
            return Broken(self.now, "timeout", "nothing came")
        return Bytes(self.now, self.take(self._fragments[0]))

    def take(self, size: int) -> bytes:
        """The next bytes to the client."""
        self._fragments.append(self._fragments.pop(0))
        data, self.pending = self.pending[:size], self.pending[size:]
        self.delivered += len(data)
        return data

    def receive(self, data: bytes) -> None:
        """Take ciphertext from the client."""
        self._incoming.write(data)
        try:
            if not self._shaken:
                self._tls.do_handshake()
                self._shaken = True
            while data := self._tls.read(65536):
                self.received += data
        except ssl.SSLWantReadError:
            self.error = ""
        except ssl.SSLError as exc:
            self.error = str(exc)
        self.pending += self._outgoing.read()

    def send(self, data: bytes) -> None:
        """Send plaintext to the client."""
        left = memoryview(data)
        while left:
            left = left[self._tls.write(left) :]
        self.pending += self._outgoing.read()

    def close(self) -> None:
        """Send close_notify, and wait for no answer."""
        try:
            self._tls.unwrap()
        except ssl.SSLWantReadError:
            self.pending += self._outgoing.read()


def script(*steps: tuple[Verb, ...]) -> Wire[list[Answer]]:
    """A flow that shows one tuple of verbs after the other; returns the answers."""
    answers: list[Answer] = []
    for verbs in steps:
        verb, answer = yield verbs
        assert any(verb is shown for shown in verbs)
        answers.append(answer)
    return answers


def drive(wire: Wire[T], perform: Callable[[Verb], Answer]) -> T:
    """Perform what is outstanding, the first verb of it each time, until the flow returns."""
    try:
        verbs = next(wire)
        while True:
            check(verbs)
            verbs = wire.send((verbs[0], perform(verbs[0])))
    except StopIteration as stop:
        value: T = stop.value
        return value


def check(verbs: tuple[Verb, ...]) -> None:
    """What every driver relies on: no verb of the TLS layer, and one Send and one Receive per connection at most."""
    directions = [(type(verb), verb.conn) for verb in verbs if isinstance(verb, Send | Receive)]
    assert len(directions) == len(set(directions))
    assert not any(isinstance(verb, StartTls) for verb in verbs)


def step(wire: Wire[T], answered: Answered) -> tuple[Verb, ...]:
    """Answer one verb of a flow that goes on; what is outstanding then."""
    verbs = wire.send(answered)
    check(verbs)
    return verbs
