"""Wire tapes: recording without secrets, replaying without a network, and telling what is different."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import msgspec
import pytest

from sansio.auth import EntraClientSecret
from sansio.commands import NEVER, Ask, Broken, Clock, Done, Flow, Proxy, Release, Reply, Sleep, Wait
from sansio.errors import Failure, LocalProtocolError
from sansio.flows import token
from sansio.http import HttpRequest, Timeouts
from sansio.policy import Retry
from sansio.testing import Recorder, Tape, TapeMismatch, replay
from sansio.testing.tapes import Step, decode, encode, perform
from sansio.types import Credential
from sansio.wire.call import Call
from sansio.wire.proxy import Proxies
from sansio.wire.verbs import Bytes, Connect, Receive, Send
from sansio.wire.wiring import Wiring
from tests.unit.wire.by_hand import OK, ByHand, body, fetch

KEY = "sk-very-secret"
URL = "http://a.example/v1"
T = TypeVar("T")
Make = Callable[[Clock], Flow[list[Reply]]]


def asking(key: str = KEY, *, url: str = URL, content: bytes = b"{}") -> Make:
    headers = (("authorization", f"Bearer {key}"), ("content-type", "application/json"), ("X-Goog-Api-Key", key))
    return fetch(HttpRequest("POST", url, headers, content), Timeouts(read=7.0))


def recorded(
    flow: Make, *pieces: bytes, secrets: tuple[str, ...] = (), wiring: Wiring | None = None
) -> tuple[Tape, list[Reply]]:
    """The tape of a call that was answered with those pieces, and what it came to."""
    recorder = Recorder("1", now=1234.5678, unix=1e9, secrets=secrets)
    hands = ByHand(flow, None, wiring, now=1234.5678, recorder=recorder)
    hands.done(Connect)
    while "Send" in hands.verbs:
        hands.done(Send)
    for piece in pieces:
        hands.now += 0.1
        hands.receive(piece)
    return recorder.tape, hands.value


def again(flow: Callable[[Clock], Flow[T]], wiring: Wiring | None = None) -> Callable[[Tape], Call[T]]:
    return lambda tape: Call(flow, tape.call, wiring or Wiring(), now=tape.start, unix=tape.unix)


def test_a_replay_comes_to_the_same_without_a_network() -> None:
    tape, outcome = recorded(asking(), OK[:9], OK[9:] + b"h", b"i")
    assert replay(tape, again(asking())) == outcome
    assert body(outcome) == b"hi"


def test_a_tape_is_json_lines_and_comes_back_as_it_was() -> None:
    tape, outcome = recorded(asking(), OK, b"h", b"i")
    data = encode(tape)
    assert decode(data) == tape
    assert replay(decode(data), again(asking())) == outcome
    lines = data.splitlines()
    assert len(lines) == 1 + len(tape.steps)
    assert all(isinstance(msgspec.json.decode(line), dict) for line in lines)


def test_a_fetched_token_is_not_kept_and_another_secret_replays_the_tape() -> None:
    def wanted(secret: str) -> Callable[[Clock], Flow[Credential | Failure]]:
        grant = EntraClientSecret("t", "c", secret, authority="http://login.example")
        return lambda clock: token(grant, Retry(0), Timeouts(), lambda: 0.5, clock, until=NEVER)

    def dated(flow: Callable[[Clock], Flow[Credential | Failure]]) -> Callable[[Clock], Flow[Credential | Failure]]:
        def start(clock: Clock) -> Flow[Credential | Failure]:
            clock.unix = 1e9
            return flow(clock)

        return start

    answer = b'{"access_token":"eyJ.secret","expires_in":3600}'
    recorder = Recorder("1", now=0.0, unix=1e9)
    hands = ByHand(dated(wanted(KEY)), recorder=recorder)
    waiting = Recorder("2", now=0.0, unix=1e9)
    other = ByHand(dated(wanted(KEY)), hands.shared, recorder=waiting)
    hands.exchange(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % len(answer) + answer)
    other.done(Wait)
    assert hands.value == other.value == Credential((("authorization", "Bearer eyJ.secret"),), 1e9 + 3600)
    tapes = [encode(recorder.tape), encode(waiting.tape)]
    for said in (KEY.encode(), b"eyJ.secret"):
        assert not any(said in tape for tape in tapes)
    kinds = [type(step.answer).__name__ for step in (*recorder.tape.steps, *waiting.tape.steps)]
    assert {"Fetch", "Token", "Busy"} < set(kinds)
    hidden = Credential((("authorization", "REDACTED"),), 1e9 + 3600)
    for data in tapes:
        assert replay(decode(data), again(wanted("another"))) == hidden


def test_every_kind_of_answer_comes_back() -> None:
    recorder = Recorder("1", now=0.0)
    hands = ByHand(asking(), recorder=recorder)
    hands.breaks(Connect, "connection", "refused")
    tape = decode(encode(recorder.tape))
    assert tape.unix is None
    assert replay(tape, again(asking())) == hands.value == [Broken(0.0, "connection", "refused")]
    assert [type(step.answer).__name__ for step in tape.steps] == ["Leased", "Broken", "Done", "Done"]


def test_a_large_upload_with_two_verbs_at_once_is_replayed() -> None:
    flow = asking(content=b"x" * 200_000)
    tape, outcome = recorded(flow, OK, b"hi")
    assert ("Send", "Receive") in {step.verbs for step in tape.steps}
    assert replay(tape, again(flow)) == outcome


def test_a_call_that_was_abandoned_can_be_performed_as_far_as_it_went() -> None:
    recorder = Recorder("1", now=0.0)
    hands = ByHand(asking(), recorder=recorder)
    hands.done(Connect)
    hands.abandon()
    call = perform(recorder.tape, again(asking()))
    assert isinstance(call.verbs[0], Send)
    with pytest.raises(TapeMismatch, match="the tape has ended, and the call has not"):
        replay(recorder.tape, again(asking()))


def test_another_request_is_told_from_the_recorded_one() -> None:
    tape, _ = recorded(asking(), OK, b"hi")
    with pytest.raises(TapeMismatch, match=r"step 3: it was\n.*\{\}.*\nand is now\n.*\[\]"):
        replay(tape, again(asking(content=b"[]")))


def test_other_verbs_are_told_from_the_recorded_ones() -> None:
    tape, _ = recorded(asking(), OK, b"hi")

    def sleepless(_: Clock) -> Flow[list[Reply]]:
        yield from ()
        return []

    with pytest.raises(TapeMismatch, match="step 1: Ask were outstanding, now no verbs"):
        replay(tape, again(sleepless))
    with pytest.raises(TapeMismatch, match="step 3: Send were outstanding, now Send and Receive"):
        replay(tape, again(asking(content=b"x" * 200_000)))


def test_a_mismatch_fails_a_test_as_an_assertion_does() -> None:
    assert issubclass(TapeMismatch, AssertionError)


# -- secrets -------------------------------------------------------------------------------------------------


def test_no_key_is_kept_and_another_key_of_any_length_replays_the_tape() -> None:
    tape, outcome = recorded(asking(), OK, b"hi")
    assert KEY.encode() not in encode(tape)
    assert b"REDACTED" in encode(tape)
    assert b"content-type: application/json" in encode(tape)
    assert replay(tape, again(asking("x"))) == outcome


@pytest.mark.parametrize("name", ["x-api-key", "API-KEY", "cookie", "x-auth-token", "x-amz-security-token", "x-my-key"])
def test_whatever_header_holds_the_key_it_is_not_kept(name: str) -> None:
    flow = fetch(HttpRequest("GET", URL, ((name, KEY), ("x-keyboard", "qwerty"))))
    data = encode(recorded(flow, OK, b"hi")[0])
    assert KEY.encode() not in data
    assert b"qwerty" in data


@pytest.mark.parametrize("query", ["key=", "a=b&api_key=", "X-Amz-Signature=", "access_token="])
def test_a_key_in_the_url_is_not_kept(query: str) -> None:
    tape, outcome = recorded(asking(url=f"{URL}?{query}{KEY}&alt=sse"), OK, b"hi")
    assert KEY.encode() not in encode(tape)
    assert b"alt=sse" in encode(tape)
    assert replay(tape, again(asking(url=f"{URL}?{query}other&alt=sse"))) == outcome


@pytest.mark.parametrize("scheme", ["http", "socks5"])
def test_the_password_of_a_proxy_is_not_kept(scheme: str) -> None:
    wiring = Wiring(proxies=Proxies(http=Proxy(scheme, "p.example", 1, "me", KEY)))
    recorder = Recorder("1", now=0.0)
    hands = ByHand(asking("k"), None, wiring, recorder=recorder)
    hands.done(Connect)
    if scheme == "socks5":
        hands.done(Send)
        hands.receive(b"\x05\x02")
        assert hands.verb(Send).data.startswith(b"\x01\x02me")
        hands.done(Send)
        hands.receive(b"\x01\x00")
        hands.done(Send)
        hands.receive(b"\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00")
    hands.done(Send)
    hands.receive(OK + b"hi")
    data = encode(recorder.tape)
    assert KEY.encode() not in data
    assert b"bWU6" not in data  # base64 of "me:"
    assert replay(decode(data), again(asking("k"), wiring)) == hands.value


def test_given_secrets_are_kept_nowhere_neither_sent_nor_received() -> None:
    flow = asking(content=b'{"token": "hush"}')
    echoed = b"HTTP/1.1 401 No\r\ncontent-length: 9\r\n\r\nbad hush!"
    tape, outcome = recorded(flow, echoed, secrets=("hush", ""))
    text = b"".join(step.answer.data for step in tape.steps if isinstance(step.answer, Bytes))
    assert b"hush" not in encode(tape) + text
    assert body(outcome) == b"bad hush!"
    assert body(replay(tape, again(flow), secrets=["hush"])) == b"bad xxxx!"
    with pytest.raises(TapeMismatch):
        replay(tape, again(flow))


def test_secret_response_headers_are_kept_with_their_length_wherever_they_are_cut() -> None:
    response = b"HTTP/1.1 200 OK\r\nSet-Cookie: id=hush; path=/\r\nx: y\r\ncontent-length: 2\r\n\r\nhi"
    for cut in range(1, len(response)):
        tape, outcome = recorded(asking(), response[:cut], response[cut:])
        kept = b"".join(step.answer.data for step in tape.steps if isinstance(step.answer, Bytes))
        assert b"hus" not in kept
        assert b"x: y" in kept
        assert len(kept) == len(response)
        assert body(replay(tape, again(asking()))) == body(outcome) == b"hi"


def test_bodies_are_kept_as_they_are() -> None:
    text = b"authorization is a long word"
    tape, outcome = recorded(asking(), b"HTTP/1.1 200 OK\r\ncontent-length: 28\r\n\r\n", text)
    assert body(replay(tape, again(asking()))) == body(outcome) == text


# -- as text -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"nonsense",
        b'{"call": "1", "start": 0.0}',
        b'{"call": "1", "start": 0.0, "unix": null}\n{}',
        b'{"call":"1","start":0.0,"unix":null}\n{"verbs":[],"index":0,"verb":"","kind":"Done","answer":{"now":0.0}}',
        b'{"call":"1","start":0.0,"unix":null}\n{"verbs":["Send"],"index":0,"verb":"","kind":"Gone","answer":{}}',
        b'{"call":"1","start":0.0,"unix":null}\n{"verbs":["Send"],"index":0,"verb":"","kind":"Done","answer":{}}',
    ],
)
def test_what_is_no_tape_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - msgspec's errors are ValueErrors with many texts
        decode(data)


def test_an_empty_tape_is_one_line() -> None:
    tape = Recorder("7", now=1.5).tape
    assert decode(encode(tape)) == tape == Tape("7", 1.5, None)


def test_steps_are_plain_data() -> None:
    tape, _ = recorded(asking(), OK, b"hi")
    last = [step for step in tape.steps if isinstance(step.answer, Bytes)][-1]
    assert last == Step(("Receive",), 0, repr(Receive(1, 1234.5678 + 0.1 + 7.0)), Bytes(1234.5678 + 0.1 + 0.1, b"hi"))


# -- calls that go astray ------------------------------------------------------------------------------------


def test_a_call_that_cannot_take_the_answer_to_another_question_is_a_mismatch() -> None:
    def releases(_: Clock) -> Flow[list[Reply]]:
        return [(yield Ask(Release("1", 7, keep=False)))]

    recorder = Recorder("1", now=0.0)
    ByHand(releases, recorder=recorder)
    with pytest.raises(TapeMismatch, match=r"step 1: it was\n.*Release.*\nand is now\n.*Lease"):
        replay(recorder.tape, again(asking()))


def test_what_a_call_raises_by_itself_is_not_hidden() -> None:
    recorder = Recorder("1", now=0.0)
    hands = ByHand(asking(), recorder=recorder)
    step = recorder.tape.steps[0]
    tape = Tape("1", 0.0, None, (Step(step.verbs, step.index, step.verb, Done(0.0)),))
    assert hands.verbs == ["Connect"]
    with pytest.raises(LocalProtocolError, match="a Lease is answered"):
        replay(tape, again(asking()))


def test_of_a_long_verb_the_part_that_is_different_is_shown() -> None:
    tape, _ = recorded(asking(content=b"a" * 5000 + b"b" + b"c" * 5000), OK, b"hi")
    with pytest.raises(
        TapeMismatch, match=r"it was\n\.\.\.a{200}bc{199}\.\.\.\nand is now\n\.\.\.a{200}dc{199}\.\.\.$"
    ):
        replay(tape, again(asking(content=b"a" * 5000 + b"d" + b"c" * 5000)))


def test_a_verb_that_only_goes_on_further_is_different_at_the_end_of_the_shorter() -> None:
    tape = Tape("1", 0.0, None, (Step(("Sleep",), 0, "Sleep(until=1.0) and more", Done(0.0)),))

    def sleeps(_: Clock) -> Flow[list[Reply]]:
        yield Sleep(1.0)
        return []

    with pytest.raises(TapeMismatch, match=r"it was\nSleep\(until=1.0\) and more\nand is now\nSleep\(until=1.0\)$"):
        replay(tape, again(sleeps))
