"""TLS: how the bytes are cut does not matter, and no byte of the peer raises."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from sansio.commands import Broken, Done
from sansio.wire.tls import Channel, secure
from sansio.wire.verbs import Answer, Bytes, Receive, Send, StartTls, Verb, Wire
from tests.unit.wire.tls_peer import HOST, Peer, check, client, drive, script

UNTIL = 99.0
FRAGMENTS = st.lists(st.integers(1, 700), min_size=1, max_size=5)


@settings(max_examples=25)
@given(fragments=FRAGMENTS, data=st.binary(max_size=3000), size=st.integers(1, 40_000))
def test_any_fragmentation_gives_the_same_plaintext(fragments: list[int], data: bytes, size: int) -> None:
    peer = Peer(fragments=fragments)
    channels: dict[int, Channel] = {}
    answers = drive(
        secure(script((StartTls(1, HOST, UNTIL),), (Send(1, data, UNTIL),)), channels, client), peer.perform
    )
    assert all(isinstance(answer, Done) for answer in answers)
    assert peer.received == data
    sent = data * (size // (len(data) + 1))
    peer.send(sent)
    peer.close()
    assert drive(secure(read_all(), channels, client), peer.perform) == sent


def read_all() -> Wire[bytes]:
    """A flow that receives up to the end."""
    data = b""
    while True:
        _, answer = yield (Receive(1, UNTIL),)
        assert isinstance(answer, Bytes)
        if not answer.data:
            return data
        data += answer.data


@settings(max_examples=50)
@given(
    garbage=st.lists(st.binary(min_size=1, max_size=80), max_size=8), at=st.integers(0, 3000), lost=st.integers(0, 9)
)
def test_damage_anywhere_is_broken_and_what_came_before_it_is_right(garbage: list[bytes], at: int, lost: int) -> None:
    """The server's bytes are the real ones up to `at`; then some are lost, and anything follows up to a cut."""
    peer = Peer()
    extra = iter([*garbage, b""])

    def perform(verb: Verb) -> Answer:
        if isinstance(verb, Send):
            return peer.perform(verb)
        if (left := at - peer.delivered) > 0 and peer.pending:
            return Bytes(1.0, peer.take(left))
        peer.take(lost)
        return Bytes(1.0, next(extra))

    def flow() -> Wire[tuple[bytes, Answer]]:
        """Everything up to the end."""
        data = b""
        _, answer = yield (StartTls(1, HOST, UNTIL),)
        if isinstance(answer, Done):
            peer.send(b"0123456789" * 20)
        while not isinstance(answer, Broken):
            _, answer = yield (Receive(1, UNTIL),)
            data += answer.data if isinstance(answer, Bytes) else b""
        return data, answer

    data, answer = drive(secure(flow(), {}, client), perform)
    assert isinstance(answer, Broken)
    assert (b"0123456789" * 20).startswith(data)


class Conversation(RuleBasedStateMachine):
    """A flow that sends and listens at once, over a driver that answers either verb, in any order."""

    @initialize(fragments=FRAGMENTS)
    def connect(self, fragments: list[int]) -> None:
        self.peer = Peer(fragments=fragments)
        self.channels: dict[int, Channel] = {}
        drive(secure(script((StartTls(1, HOST, UNTIL),)), self.channels, client), self.peer.perform)
        self.peer.received = b""
        self.to_send = self.sent = self.told = self.heard = b""
        self.sending: Send | None = None
        self.listening: Receive | None = None
        self.wire = secure(self.flow(), self.channels, client)
        self.verbs = next(self.wire)

    def flow(self) -> Wire[None]:
        """Always listens; sends what there is."""
        while True:
            self.listening = self.listening or Receive(1, UNTIL)
            if self.sending is None and self.to_send:
                self.sending, self.to_send = Send(1, self.to_send, UNTIL), b""
            verbs: tuple[Verb, ...] = (self.listening, *([self.sending] if self.sending else []))
            verb, answer = yield verbs
            if verb is self.listening:
                assert isinstance(answer, Bytes)
                self.heard += answer.data
                self.listening = None
            else:
                assert isinstance(answer, Done)
                assert self.sending is not None
                self.sent += self.sending.data
                self.sending = None

    def answer(self, verb: Verb) -> None:
        """Perform one verb; all others stay, with their identity."""
        others = [other for other in self.verbs if other is not verb]
        self.verbs = self.wire.send((verb, self.peer.perform(verb)))
        assert all(any(other is verb for verb in self.verbs) for other in others)

    @rule(size=st.integers(1, 200_000))
    def want_to_send(self, size: int) -> None:
        self.to_send += (b"%d," % size) * (size // 4)

    @rule(data=st.binary(min_size=1, max_size=2000))
    def the_peer_speaks(self, data: bytes) -> None:
        self.peer.send(data)
        self.told += data

    @precondition(lambda self: self.peer.pending)
    @rule()
    def bytes_arrive(self) -> None:
        self.answer(next(verb for verb in self.verbs if isinstance(verb, Receive)))

    @precondition(lambda self: len(self.verbs) > 1)
    @rule()
    def bytes_leave(self) -> None:
        self.answer(next(verb for verb in self.verbs if isinstance(verb, Send)))

    @invariant()
    def one_verb_in_each_direction(self) -> None:
        check(self.verbs)

    @invariant()
    def nothing_is_lost_or_made_up(self) -> None:
        assert self.told.startswith(self.heard)
        assert self.peer.received.startswith(self.sent)

    def teardown(self) -> None:
        """When all that is on the way has arrived, both sides have heard everything."""
        while len(self.verbs) > 1 or self.peer.pending:
            self.answer(list(self.verbs)[-1])
        assert self.heard == self.told
        assert self.peer.received == self.sent


TestConversation = Conversation.TestCase
TestConversation.settings = settings(max_examples=20, stateful_step_count=20)
