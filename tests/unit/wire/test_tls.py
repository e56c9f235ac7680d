"""The TLS layer against a server in memory."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import trustme

from sansio.commands import Ask, Broken, Closed, Done, Sleep
from sansio.wire.tls import OVERHEAD, READ_SIZE, WRITE_SIZE, Channel, secure
from sansio.wire.verbs import Answer, Bytes, Connect, Disconnect, Receive, Send, StartTls, Verb, Wire
from tests.unit.wire.tls_peer import (
    CA,
    CLIENT,
    HOST,
    Peer,
    check,
    client,
    client_context,
    drive,
    identify,
    script,
    server_context,
    step,
    trust,
)

UNTIL = 99.0
PAST = float("-inf")
START = StartTls(1, HOST, UNTIL)
QUIET = server_context()
QUIET.num_tickets = 0


def shake(peer: Peer, hostname: str = HOST, context: ssl.SSLContext = CLIENT) -> tuple[Answer, dict[int, Channel]]:
    """The answer to a StartTls against *peer*, and the channels then."""
    channels: dict[int, Channel] = {}
    (answer,) = drive(secure(script((StartTls(1, hostname, UNTIL),)), channels, lambda: context), peer.perform)
    return answer, channels


def connected(peer: Peer) -> dict[int, Channel]:
    answer, channels = shake(peer)
    assert isinstance(answer, Done)
    return channels


def receive(peer: Peer, channels: dict[int, Channel], until: float = UNTIL) -> Answer:
    (answer,) = drive(secure(script((Receive(1, until),)), channels, client), peer.perform)
    return answer


def send(peer: Peer, channels: dict[int, Channel], data: bytes) -> Answer:
    (answer,) = drive(secure(script((Send(1, data, UNTIL),)), channels, client), peer.perform)
    return answer


def reason(answer: Answer, kind: str = "connection") -> str:
    assert isinstance(answer, Broken)
    assert answer.kind == kind
    return answer.reason


def data_of(answer: Answer) -> bytes:
    assert isinstance(answer, Bytes)
    return answer.data


class TestHandshake:
    @pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
    def test_done_makes_a_channel_that_carries_both_directions(self, version: ssl.TLSVersion) -> None:
        context = server_context()
        context.minimum_version = context.maximum_version = version
        peer = Peer(context)
        channels = connected(peer)
        assert list(channels) == [1]
        assert isinstance(send(peer, channels, b"ping"), Done)
        assert peer.received == b"ping"
        peer.send(b"pong")
        assert receive(peer, channels) == Bytes(peer.now, b"pong")

    def test_the_driver_performs_sends_and_receives_with_the_same_deadline(self) -> None:
        peer = Peer()
        seen: list[Verb] = []

        def perform(verb: Verb) -> Answer:
            seen.append(verb)
            return peer.perform(verb)

        drive(secure(script((START,)), {}, client), perform)
        assert [type(verb) for verb in seen] == [Send, Receive, Send]
        assert all(isinstance(verb, Send | Receive) and (verb.conn, verb.until) == (1, UNTIL) for verb in seen)

    @pytest.mark.parametrize("hostname", ["127.0.0.1", "::1"])
    def test_an_address_is_a_host_name(self, hostname: str) -> None:
        assert isinstance(shake(Peer(), hostname)[0], Done)

    def test_the_context_is_asked_for_when_it_is_needed(self) -> None:
        """What it raises is the caller's, and comes out."""

        def no_context() -> ssl.SSLContext:
            raise FileNotFoundError("trust store")

        wire = secure(script((Sleep(1.0),), (START,)), {}, no_context)
        (sleep,) = next(wire)
        with pytest.raises(FileNotFoundError):
            wire.send((sleep, Done(1.0)))

    def test_a_wrong_name_is_refused_and_the_server_told(self) -> None:
        peer = Peer()
        answer, channels = shake(peer, "other.test")
        assert reason(answer) == (
            "TLS: certificate verify failed: Hostname mismatch, certificate is not valid for 'other.test'."
        )
        assert "alert" in peer.error
        assert channels == {}

    def test_a_wrong_address_is_refused(self) -> None:
        assert "IP address mismatch" in reason(shake(Peer(), "127.0.0.2")[0])

    def test_an_expired_certificate_is_refused(self) -> None:
        certificate = CA.issue_cert(
            HOST, not_before=datetime(2020, 1, 1, tzinfo=UTC), not_after=datetime(2020, 2, 1, tzinfo=UTC)
        )
        answer, _ = shake(Peer(server_context(certificate)))
        assert reason(answer) == "TLS: certificate verify failed: certificate has expired"

    def test_an_unknown_authority_is_refused(self) -> None:
        answer, _ = shake(Peer(), context=client_context(trustme.CA()))
        assert reason(answer).startswith("TLS: certificate verify failed: ")

    @pytest.mark.parametrize("hostname", ["", ".api.test", "a" * 64 + ".test", "label." * 60 + "test"])
    def test_a_name_that_is_none_is_a_failed_connection(self, hostname: str) -> None:
        answer, channels = shake(Peer(), hostname)
        assert reason(answer).startswith("TLS: ")
        assert channels == {}

    def test_what_is_not_tls_is_refused(self) -> None:
        def perform(verb: Verb) -> Answer:
            return Done(1.0) if isinstance(verb, Send) else Bytes(2.0, b"HTTP/1.1 400 Bad Request\r\n\r\n")

        (answer,) = drive(secure(script((START,)), {}, client), perform)
        assert reason(answer) == "TLS: wrong version number"

    @pytest.mark.parametrize("delivered", [0, 1, 5, 700])
    def test_a_cut_is_a_failed_connection(self, delivered: int) -> None:
        peer = Peer()
        wire = secure(script((START,)), {}, client)
        (hello,) = next(wire)
        (outer,) = step(wire, (hello, peer.perform(hello)))
        if delivered:
            (outer,) = step(wire, (outer, Bytes(2.0, peer.take(delivered))))
        with pytest.raises(StopIteration) as stop:
            wire.send((outer, Bytes(3.0, b"")))
        assert stop.value.value == [Broken(3.0, "connection", "TLS: the connection was cut without close_notify")]

    @pytest.mark.parametrize("failing", [Send, Receive])
    def test_what_breaks_under_it_is_the_answer(self, failing: type[Verb]) -> None:
        broken = Broken(5.0, "timeout", "too slow")
        peer = Peer()
        wire = secure(script((START,)), {}, client)
        (answer,) = drive(wire, lambda verb: broken if type(verb) is failing else peer.perform(verb))
        assert answer is broken

    def test_a_refusal_counts_more_than_the_alert_that_could_not_be_sent(self) -> None:
        peer = Peer()

        def perform(verb: Verb) -> Answer:
            return peer.perform(verb) if not peer.delivered else Broken(9.0, "connection", "reset")

        (answer,) = drive(secure(script((StartTls(1, "other.test", UNTIL),)), {}, client), perform)
        assert "Hostname mismatch" in reason(answer)


class TestClientCertificates:
    @staticmethod
    def server(version: ssl.TLSVersion) -> Peer:
        context = server_context()
        context.maximum_version = version
        context.verify_mode = ssl.CERT_REQUIRED
        trust(context, CA)
        return Peer(context)

    def test_one_is_shown_where_the_context_has_one(self) -> None:
        context = client_context()
        identify(context, CA.issue_cert("client.test"))
        peer = self.server(ssl.TLSVersion.TLSv1_3)
        answer, channels = shake(peer, context=context)
        assert isinstance(answer, Done)
        peer.send(b"welcome")
        assert data_of(receive(peer, channels)) == b"welcome"

    def test_without_one_tls_1_2_fails_in_the_handshake(self) -> None:
        answer, _ = shake(self.server(ssl.TLSVersion.TLSv1_2))
        assert "handshake failure" in reason(answer)

    def test_without_one_tls_1_3_fails_at_the_first_receive(self) -> None:
        peer = self.server(ssl.TLSVersion.TLSv1_3)
        assert "certificate required" in reason(receive(peer, connected(peer)))


class TestReceive:
    def test_what_arrived_together_is_answered_in_pieces_without_the_driver(self) -> None:
        peer = Peer()
        channels = connected(peer)
        sent = bytes(range(256)) * 800
        peer.send(sent)
        tickets = [Receive(1, UNTIL) for _ in range(4)]
        wire = secure(script(*[(verb,) for verb in tickets]), channels, client)
        (outer,) = next(wire)
        with pytest.raises(StopIteration) as stop:
            wire.send((outer, Bytes(7.0, peer.take(len(peer.pending)))))
        pieces = [data_of(answer) for answer in stop.value.value]
        assert b"".join(pieces) == sent
        assert [len(piece) for piece in pieces[:3]] == [READ_SIZE] * 3
        assert [answer.now for answer in stop.value.value] == [7.0] * 4

    def test_a_receive_stands_for_itself_until_it_is_performed(self) -> None:
        """Where that brings no plaintext, another one with its deadline follows."""
        peer = Peer(QUIET)
        channels = connected(peer)
        peer.send(b"whole")
        verb = Receive(1, 3.0)
        wire = secure(script((verb,)), channels, client)
        (first,) = next(wire)
        assert first is verb
        (second,) = step(wire, (first, Bytes(1.0, peer.take(7))))
        assert second == verb
        assert second is not verb
        with pytest.raises(StopIteration) as stop:
            wire.send((second, Bytes(2.0, peer.take(100))))
        assert stop.value.value == [Bytes(2.0, b"whole")]

    def test_close_notify_is_a_clean_end_that_stays(self) -> None:
        peer = Peer()
        channels = connected(peer)
        peer.send(b"last words")
        peer.close()
        peer.pending += b"what nobody reads"
        assert data_of(receive(peer, channels)) == b"last words"
        assert data_of(receive(peer, channels)) == b""
        assert data_of(receive(peer, channels)) == b""

    def test_close_notify_leaves_our_direction_open(self) -> None:
        peer = Peer()
        channels = connected(peer)
        peer.close()
        assert data_of(receive(peer, channels)) == b""
        assert isinstance(send(peer, channels, b"more"), Done)

    def test_a_cut_without_close_notify_is_broken_behind_the_plaintext(self) -> None:
        peer = Peer()
        channels = connected(peer)
        peer.send(b"whole")
        peer.send(b"half")
        peer.pending = peer.pending[:-3]
        peer.cut = True
        assert data_of(receive(peer, channels)) == b"whole"
        assert reason(receive(peer, channels)) == "TLS: the connection was cut without close_notify"

    def test_damage_is_broken_behind_the_plaintext_and_stays(self) -> None:
        peer = Peer()
        channels = connected(peer)
        peer.send(b"whole")
        peer.pending += b"\x17\x03\x03\x00\x20" + b"?" * 64
        assert data_of(receive(peer, channels)) == b"whole"
        for _ in range(2):
            assert reason(receive(peer, channels)) == "TLS: decryption failed or bad record mac"
        assert reason(send(peer, channels, b"after")).startswith("TLS: ")

    def test_a_connection_that_breaks_is_the_answer(self) -> None:
        peer = Peer()
        channels = connected(peer)
        broken = Broken(4.0, "connection", "reset")
        assert drive(secure(script((Receive(1, UNTIL),)), channels, client), lambda _: broken) == [broken]

    def test_a_look_takes_the_tickets_and_finds_nothing(self) -> None:
        """A Receive whose deadline is past goes on until nothing is there, and the connection is still good."""
        peer = Peer()
        channels = connected(peer)
        assert peer.pending
        assert reason(receive(peer, channels, PAST), "timeout") == "nothing came"
        assert not peer.pending
        peer.send(b"later")
        assert data_of(receive(peer, channels, PAST)) == b"later"

    def test_tickets_without_end_pass_the_limit(self) -> None:
        """Exactly OVERHEAD bytes without plaintext are taken, and not one more."""
        context = server_context()
        context.num_tickets = 4000
        peer = Peer(context)
        wire = secure(script((START,), (Receive(1, UNTIL),)), {}, client)
        (verb,) = next(wire)
        while peer.delivered == 0 or type(verb) is Send:
            (verb,) = step(wire, (verb, peer.perform(verb) if type(verb) is Send else Bytes(1.0, peer.take(3000))))
        (verb,) = step(wire, (verb, Bytes(2.0, peer.take(OVERHEAD - peer.delivered))))
        with pytest.raises(StopIteration) as stop:
            wire.send((verb, Bytes(3.0, peer.take(1))))
        assert reason(stop.value.value[1], "limit_exceeded").startswith(f"TLS: more than {OVERHEAD} bytes")

    def test_plaintext_starts_the_limit_anew(self) -> None:
        peer = Peer()
        channels = connected(peer)
        for _ in range(5):
            peer.send(bytes(READ_SIZE))
            while peer.pending:
                assert data_of(receive(peer, channels))
        assert peer.delivered > OVERHEAD


class TestSend:
    def test_a_large_send_goes_in_pieces(self) -> None:
        peer = Peer()
        channels = connected(peer)
        peer.sent.clear()
        data = bytes(range(256)) * 1000
        assert send(peer, channels, data) == Done(peer.now)
        assert peer.received == data
        assert len(peer.sent) == 4
        assert max(peer.sent) < WRITE_SIZE + 1024

    def test_nothing_to_send_needs_no_driver(self) -> None:
        peer = Peer()
        channels = connected(peer)
        wire = secure(script((Sleep(1.0),), (Send(1, b"", UNTIL),)), channels, client)
        (sleep,) = next(wire)
        with pytest.raises(StopIteration) as stop:
            wire.send((sleep, Done(6.0)))
        assert stop.value.value[1] == Done(6.0)

    def test_a_failure_half_way_ends_it(self) -> None:
        peer = Peer()
        channels = connected(peer)
        broken = Broken(9.0, "connection", "reset")
        answers: Iterator[Answer] = iter([Done(8.0), broken])
        wire = secure(script((Send(1, bytes(200_000), UNTIL),)), channels, client)
        assert drive(wire, lambda _: next(answers)) == [broken]


class TestSeveral:
    def test_what_concerns_no_channel_passes_as_it_is(self) -> None:
        peer = Peer()
        channels = connected(peer)
        alone: tuple[Verb, ...] = (Connect(2, "host", 80, UNTIL),)
        plain: tuple[Verb, ...] = (Send(2, b"data", UNTIL), Receive(2, UNTIL), Sleep(5.0))
        wire = secure(script(alone, plain, plain[1:]), channels, client)
        assert next(wire) is alone
        assert wire.send((alone[0], Done(1.0))) is plain
        assert wire.send((plain[0], Done(2.0))) == plain[1:]

    def test_a_send_and_a_receive_of_one_connection_are_two_verbs(self) -> None:
        """While the upload goes on, the Receive keeps its identity; its answer comes as soon as it is there."""
        peer = Peer(QUIET)
        channels = connected(peer)
        upload, listen = Send(1, bytes(200_000), UNTIL), Receive(1, UNTIL)
        both: tuple[Verb, ...] = (upload, listen)
        wire = secure(script(both, (upload,), (Disconnect(1),)), channels, client)
        first, outer = next(wire)
        assert outer is listen
        second, outer = step(wire, (first, peer.perform(first)))
        assert outer is listen
        assert isinstance(second, Send)
        assert second is not first
        peer.send(b"no")
        assert step(wire, (outer, Bytes(5.0, peer.take(1000)))) == (second,)
        third = step(wire, (second, peer.perform(second)))[0]
        assert isinstance(third, Send)
        (fourth,) = step(wire, (third, peer.perform(third)))
        assert step(wire, (fourth, peer.perform(fourth))) == (Disconnect(1),)
        assert peer.received == upload.data

    def test_a_verb_that_is_given_up_vanishes_outside(self) -> None:
        """An early refusal is read, and the rest of the upload is never sent."""
        peer = Peer(QUIET)
        channels = connected(peer)
        upload, listen, sleep = Send(1, bytes(200_000), UNTIL), Receive(1, UNTIL), Sleep(9.0)
        wire = secure(script((upload, listen), (sleep,), (Receive(1, UNTIL),)), channels, client)
        first, outer = next(wire)
        _, outer = step(wire, (first, peer.perform(first)))
        peer.send(b"413")
        verbs = step(wire, (outer, Bytes(1.0, peer.take(1000))))
        assert verbs == (sleep,)
        assert verbs[0] is sleep
        assert step(wire, (sleep, Done(9.0))) == (Receive(1, UNTIL),)

    def test_a_plain_verb_beside_a_secured_one_keeps_its_identity(self) -> None:
        peer = Peer()
        channels = connected(peer)
        sleep, listen = Sleep(4.0), Receive(1, UNTIL)
        wire = secure(script((listen, sleep), (listen,)), channels, client)
        verbs = next(wire)
        assert verbs[0] is listen
        assert verbs[1] is sleep
        assert step(wire, (sleep, Done(4.0)))[0] is listen

    def test_a_verb_that_is_shown_again_is_performed_again(self) -> None:
        peer = Peer(QUIET)
        channels = connected(peer)
        listen = Receive(1, UNTIL)
        wire = secure(script((listen,), (listen,)), channels, client)
        next(wire)
        peer.send(b"one")
        assert step(wire, (listen, peer.perform(listen))) == (listen,)
        peer.send(b"two")
        with pytest.raises(StopIteration) as stop:
            wire.send((listen, peer.perform(listen)))
        assert [data_of(answer) for answer in stop.value.value] == [b"one", b"two"]

    def test_two_connections_are_apart(self) -> None:
        peers = {1: Peer(QUIET), 2: Peer(QUIET)}
        channels: dict[int, Channel] = {}
        starts = (StartTls(1, HOST, UNTIL), StartTls(2, HOST, UNTIL))
        listens = (Receive(1, UNTIL), Receive(2, UNTIL))
        wire = secure(script(starts, starts[:1], listens, listens[:1]), channels, client)
        verbs = next(wire)
        check(verbs)
        while len(channels) < 2:
            verb = verbs[-1]
            assert isinstance(verb, Send | Receive)
            verbs = step(wire, (verb, peers[verb.conn].perform(verb)))
        for conn, peer in peers.items():
            peer.send(b"to %d" % conn)
        assert verbs == listens
        (verb,) = step(wire, (verbs[1], peers[2].perform(verbs[1])))
        assert verb is listens[0]
        with pytest.raises(StopIteration) as stop:
            wire.send((verb, peers[1].perform(verb)))
        assert [data_of(answer) for answer in stop.value.value[2:]] == [b"to 2", b"to 1"]

    def test_two_answers_that_need_no_driver_come_one_after_the_other(self) -> None:
        peers = {1: Peer(QUIET), 2: Peer(QUIET)}
        channels: dict[int, Channel] = {}
        for conn, peer in peers.items():
            drive(secure(script((StartTls(conn, HOST, UNTIL),)), channels, client), peer.perform)
            peer.close()
            drive(secure(script((Receive(conn, UNTIL),)), channels, client), peer.perform)
        listens = (Receive(1, UNTIL), Receive(2, UNTIL))
        wire = secure(script((Sleep(1.0),), listens, listens[1:]), channels, client)
        (sleep,) = next(wire)
        with pytest.raises(StopIteration) as stop:
            wire.send((sleep, Done(3.0)))
        assert stop.value.value[1:] == [Bytes(3.0, b""), Bytes(3.0, b"")]


class TestLife:
    def test_a_channel_outlives_the_flow_that_made_it(self) -> None:
        """What one flow left unread, the next one reads."""
        peer = Peer(QUIET, (READ_SIZE * 2,))
        channels = connected(peer)
        peer.send(bytes(READ_SIZE + 1))
        assert len(data_of(receive(peer, channels))) == READ_SIZE
        assert not peer.pending
        assert data_of(receive(peer, channels)) == bytes(1)

    def test_a_disconnect_passes_and_takes_the_channel_with_it(self) -> None:
        """Nothing is said to the peer; the number may stand for another connection afterwards."""
        peer = Peer(QUIET)
        channels = connected(peer)
        disconnect, plain = Disconnect(1), Send(1, b"plain", UNTIL)
        wire = secure(script((disconnect,), (plain,)), channels, client)
        assert next(wire)[0] is disconnect
        assert channels == {}
        assert step(wire, (disconnect, Done(1.0)))[0] is plain

    def test_a_disconnect_ends_a_handshake(self) -> None:
        channels: dict[int, Channel] = {}
        disconnect, sleep = Disconnect(1), Sleep(1.0)
        wire = secure(script((START, sleep), (disconnect,)), channels, client)
        next(wire)
        assert step(wire, (sleep, Done(1.0))) == (disconnect,)
        assert channels == {}

    def test_it_returns_what_the_flow_returns(self) -> None:
        ask = Ask(Closed())
        assert drive(secure(script((ask,)), {}, client), lambda _: Done(2.0)) == [Done(2.0)]

    @pytest.mark.parametrize("verb", [Sleep(1.0), START])
    def test_closing_it_closes_the_flow(self, verb: Verb) -> None:
        closed: list[bool] = []

        def flow() -> Wire[None]:
            try:
                yield (verb,)
            finally:
                closed.append(True)

        inner = flow()
        wire = secure(inner, {}, client)
        next(wire)
        wire.close()
        assert closed == [True]
