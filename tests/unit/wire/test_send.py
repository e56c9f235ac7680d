"""Sending requests, small and large, and hearing the answer meanwhile."""

from __future__ import annotations

import pytest

from sansio.commands import Broken, Done, Head, Reply, Sleep
from sansio.http import Body, HttpRequest, Source, Timeouts
from sansio.wire.send import LARGE
from sansio.wire.verbs import Answer, Bytes, Connect, Pull, Receive, Send
from tests.unit.wire.by_hand import OK, ByHand, body, fetch, idle_connection

URL = "http://a.example/x"
EARLY = b"HTTP/1.1 413 Too Large\r\ncontent-length: 0\r\n\r\n"


def upload(content: bytes | Body, timeouts: Timeouts = Timeouts(), until: float = 1000.0) -> ByHand[list[Reply]]:
    """A call that has its connection, in front of its first Send."""
    hands = ByHand(fetch(HttpRequest("POST", URL, body=content), timeouts, until=until))
    hands.done(Connect)
    return hands


def sent_all(hands: ByHand[list[Reply]]) -> bytes:
    """Everything that is sent until something else is wanted."""
    sent = b""
    while "Send" in hands.verbs:
        sent += hands.verb(Send).data
        hands.done(Send)
    return sent


def test_a_small_request_is_one_send_and_nothing_is_heard_meanwhile() -> None:
    hands = upload(b"x" * LARGE)
    assert hands.verbs == ["Send"]
    assert len(hands.verb(Send).data) > LARGE
    hands.done(Send)
    assert hands.verbs == ["Receive"]


def test_a_large_request_is_sent_in_pieces_with_its_receive_beside_it() -> None:
    content = bytes(range(256)) * 300
    hands = upload(content)
    assert hands.verbs == ["Send", "Receive"]
    receive = hands.verb(Receive)
    assert receive.until == 1000.0  # while we send, the peer may be silent
    head, _, sent = sent_all(hands).partition(b"\r\n\r\n")
    assert b"content-length: 76800" in head
    assert sent == content
    assert hands.verbs == ["Receive", "Sleep"]
    assert hands.verb(Receive) is receive
    hands.receive(OK + b"hi")
    assert hands.shared.pool.idle == 1


def test_no_piece_is_larger_than_the_limit() -> None:
    hands = upload(b"x" * (3 * LARGE + 1))
    sizes: list[int] = []
    while "Send" in hands.verbs:
        sizes.append(len(hands.verb(Send).data))
        hands.done(Send)
    assert sizes[1:] == [LARGE, LARGE, LARGE, 1]


def test_sources_are_pulled_piece_by_piece_between_the_bytes() -> None:
    hands = upload(Body((b"<", Source("file", LARGE + 3), b"", Source("none", 0), b">"), LARGE + 5))
    sent = sent_all(hands)
    assert hands.verbs == ["Pull", "Receive"]
    assert hands.verb(Pull) == Pull("file", 0, LARGE)
    hands.answer(Pull, Bytes(0.0, b"a" * 10))  # fewer than asked for
    sent += sent_all(hands)
    assert hands.verb(Pull) == Pull("file", 10, LARGE - 7)
    hands.answer(Pull, Bytes(0.0, b"b" * (LARGE - 7)))
    sent += sent_all(hands)
    assert hands.verbs == ["Receive", "Sleep"]
    assert sent.partition(b"\r\n\r\n")[2] == b"<" + b"a" * 10 + b"b" * (LARGE - 7) + b">"


def test_an_early_answer_stops_the_upload_and_costs_the_connection() -> None:
    hands = upload(b"x" * (2 * LARGE))
    hands.done(Send)
    hands.receive(EARLY)
    assert hands.value[0] == Head(413, (("content-length", "0"),), 0.0)
    assert hands.disconnected == [1]


def test_an_early_answer_may_come_in_pieces() -> None:
    hands = upload(b"x" * (2 * LARGE))
    hands.receive(EARLY[:10])
    assert hands.verbs == ["Send", "Receive"]
    send = hands.verb(Send)
    hands.receive(EARLY[10:])
    assert send not in hands.call.verbs
    assert hands.disconnected == [1]


def test_an_interim_answer_does_not_stop_the_upload() -> None:
    hands = upload(b"x" * (2 * LARGE))
    hands.receive(b"HTTP/1.1 100 Continue\r\n\r\n")
    sent_all(hands)
    hands.receive(OK + b"hi")
    assert body(hands.value) == b"hi"
    assert hands.shared.pool.idle == 1


def test_an_answer_during_a_pull_stops_the_upload() -> None:
    hands = upload(Body((Source("file", 5),), 5))
    hands.done(Send)
    hands.receive(EARLY)
    assert isinstance(hands.value[0], Head)


def test_a_connection_that_breaks_during_the_upload_ends_it() -> None:
    hands = upload(b"x" * (2 * LARGE))
    hands.breaks(Receive, "connection", "reset")
    assert hands.value == [Broken(0.0, "connection", "reset")]
    assert hands.disconnected == [1]


def test_a_peer_that_closes_during_the_upload_ends_it() -> None:
    hands = upload(b"x" * (2 * LARGE))
    hands.receive(b"")
    assert hands.value == [Broken(0.0, "connection", "the connection was closed")]


def test_the_last_words_of_a_peer_that_takes_no_more_are_heard() -> None:
    hands = upload(b"x" * (2 * LARGE))
    hands.breaks(Send, "connection", "broken pipe")
    assert hands.verbs == ["Receive", "Sleep"]
    assert hands.verb(Sleep).until == 1.0
    hands.receive(EARLY)
    assert isinstance(hands.value[0], Head)
    assert hands.disconnected == [1]


def test_a_peer_without_last_words_is_waited_for_a_second() -> None:
    hands = upload(b"x" * (2 * LARGE))
    hands.breaks(Send, "connection", "broken pipe")
    hands.now = 1.0
    hands.done(Sleep)
    assert hands.value == [Broken(0.0, "connection", "broken pipe")]
    assert hands.disconnected == [1]


def test_the_last_words_after_a_small_request_are_heard_too() -> None:
    hands = upload(b"{}")
    hands.breaks(Send, "connection", "broken pipe")
    assert hands.verb(Receive).until == 1.0
    hands.receive(EARLY)
    assert isinstance(hands.value[0], Head)
    assert hands.disconnected == [1]


def test_a_send_that_takes_too_long_is_a_timeout() -> None:
    hands = upload(b"x" * (2 * LARGE), Timeouts(read=5.0))
    assert hands.verb(Send).until == 5.0
    hands.now = 5.0
    hands.breaks(Send, "timeout", "the peer takes nothing")
    hands.now = 6.0
    hands.done(Sleep)
    assert hands.value == [Broken(5.0, "timeout", "the peer takes nothing")]


def test_a_source_that_ends_early_or_cannot_be_read_ends_the_upload() -> None:
    answers: list[tuple[Answer, str]] = [
        (Bytes(0.0, b""), "a source of the request body ended before its size"),
        (Broken(0.0, "connection", "no such file"), "no such file"),
    ]
    for answer, reason in answers:
        hands = upload(Body((Source("file", 5),), 5))
        hands.done(Send)
        hands.answer(Pull, answer)
        hands.done(Sleep)
        assert hands.value == [Broken(0.0, "connection", reason)]
        assert hands.disconnected == [1]


def test_silence_after_an_upload_is_a_timeout_and_the_receive_goes_with_its_connection() -> None:
    hands = upload(b"x" * (2 * LARGE), Timeouts(read=5.0))
    sent_all(hands)
    assert hands.verb(Sleep).until == 5.0
    hands.now = 5.0
    hands.done(Sleep)
    assert hands.value == [Broken(5.0, "timeout", "silence")]
    assert hands.disconnected == [1]


def test_any_byte_of_the_head_resets_the_silence() -> None:
    hands = upload(b"x" * (2 * LARGE), Timeouts(read=5.0))
    sent_all(hands)
    hands.now = 4.0
    hands.receive(OK[:5])
    assert hands.verbs == ["Receive"]
    assert hands.verb(Receive).until == 9.0


def test_what_the_receive_itself_answers_after_an_upload_counts() -> None:
    hands = upload(b"x" * (2 * LARGE), until=3.0)
    sent_all(hands)
    hands.breaks(Receive, "timeout", "nothing came")
    assert hands.value == [Broken(0.0, "timeout", "nothing came")]


def test_a_large_request_goes_again_over_a_fresh_connection_where_the_idle_one_was_stale() -> None:
    content = b"x" * (2 * LARGE)
    hands = ByHand(fetch(HttpRequest("POST", URL, body=content)), idle_connection())
    hands.breaks(Receive, "timeout")
    hands.done(Send)
    hands.breaks(Send, "connection", "broken pipe")
    hands.receive(b"")
    assert hands.disconnected == [1]
    hands.done(Connect)
    sent = b""
    while "Send" in hands.verbs:
        sent += hands.verb(Send).data
        hands.done(Send)
    assert sent.partition(b"\r\n\r\n")[2] == content
    hands.receive(OK + b"hi")
    assert body(hands.value) == b"hi"


@pytest.mark.parametrize("verb", [Send, Receive])
def test_an_upload_may_be_abandoned(verb: type[Send | Receive]) -> None:
    hands = upload(b"x" * (2 * LARGE))
    hands.answer(Send, Done(0.0))
    assert verb.__name__ in hands.verbs
    hands.abandon()
    assert hands.disconnected == [1]
    assert hands.shared.pool.connections == 0
