"""What is left of what a call was answered when the secrets are gone: as long as before, and without them."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest

from sansio.commands import (
    NEVER,
    Ask,
    Broken,
    Busy,
    Clock,
    Done,
    Emit,
    Flow,
    Open,
    Refused,
    Reply,
    Token,
    TokenFetched,
    TokenWanted,
    Wait,
)
from sansio.errors import Failure
from sansio.events import TextDelta
from sansio.http import Body, HttpRequest, Source, Timeouts
from sansio.testing import Recorder, replay
from sansio.testing.redaction import Heard, Redaction
from sansio.types import Credential
from sansio.wire.call import Call
from sansio.wire.verbs import Answer, Bytes, Connect, Pull, Receive, Send, Verb
from sansio.wire.wiring import Wiring
from tests.unit.wire.by_hand import OK, ByHand, fetch

SEND = Send(1, b"GET / HTTP/1.1\r\nhost: a\r\n\r\n", 9.0)
HEAD = b"HTTP/1.1 200 OK\r\nset-cookie: hush\r\n\r\n"
HIDDEN = HEAD.replace(b"hush", b"xxxx")


def redacted(*answered: tuple[Verb, Answer], secrets: Iterable[str] = ("hush",)) -> list[tuple[str, Answer]]:
    heard: list[Heard] = [((verb,), verb, answer) for verb, answer in answered]
    return Redaction(heard, secrets).pairs


def received(*pieces: bytes) -> bytes:
    """What is left of pieces that were received after a request."""
    pairs = redacted((SEND, Done(0.0)), *[(Receive(1, 9.0), Bytes(0.0, piece)) for piece in pieces])
    kept = [answer.data for _, answer in pairs if isinstance(answer, Bytes)]
    assert [len(piece) for piece in kept] == [len(piece) for piece in pieces]
    return b"".join(kept)


def sent(*pieces: bytes) -> list[str]:
    return [text for text, _ in redacted(*[(Send(1, piece, 9.0), Done(0.0)) for piece in pieces])]


@pytest.mark.parametrize("secret", ["hush", "p&q=r s", 'say "hush"\\', "gehéim"])
def test_a_secret_is_found_wherever_it_is_cut_and_however_it_is_escaped(secret: str) -> None:
    plain = secret.encode()
    forms = {
        "hush": [b"hush"],
        "p&q=r s": [plain, b"p%26q%3Dr%20s"],
        'say "hush"\\': [plain, b'say \\"hush\\"\\\\'],
        "gehéim": [plain, b"geh%C3%A9im"],
    }[secret]
    for form in forms:
        text = b"<" + form + b">"
        for cut in range(1, len(text)):
            pieces = [(Receive(1, 9.0), Bytes(0.0, piece)) for piece in (OK, text[:cut], text[cut:])]
            answers = [answer for _, answer in redacted((SEND, Done(0.0)), *pieces, secrets=(secret,))]
            kept = b"".join([answer.data for answer in answers if isinstance(answer, Bytes)])
            assert kept == OK + b"<" + b"x" * len(form) + b">"


def test_a_secret_is_found_across_the_chunks_of_a_body() -> None:
    body = b"2\r\nhu\r\n1;ext\r\ns\r\nb\r\nh, or hus, h\r\n0\r\n\r\n"
    masked = b"2\r\nxx\r\n1;ext\r\nx\r\nb\r\nx, or hus, h\r\n0\r\n\r\n"
    assert received(b"HTTP/1.1 200 OK\r\n\r\n", body) == b"HTTP/1.1 200 OK\r\n\r\n" + masked


def test_a_secret_is_found_across_the_pieces_that_are_sent() -> None:
    head = b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 12\r\n\r\n"
    texts = sent(head, b"..hu", b"s", b"h..hush", SEND.data)
    assert texts[1:] == [repr(Send(1, data, 9.0)) for data in (b"..xx", b"x", b"x..xxxx", SEND.data)]


def test_the_longer_of_two_secrets_that_begin_alike_is_hidden_whole() -> None:
    pairs = redacted((SEND, Broken(0.0, "connection", "hush and hushed")), secrets=("hush", "hushed"))
    assert pairs[0][1] == Broken(0.0, "connection", "xxxx and xxxxxx")


def test_without_secrets_a_body_is_kept() -> None:
    pairs = redacted((SEND, Done(0.0)), (Receive(1, 9.0), Bytes(0.0, OK + b"hush")), secrets=())
    assert pairs[1][1] == Bytes(0.0, OK + b"hush")


def test_secret_names_are_looked_for_in_the_heads_of_requests_only() -> None:
    head = b"POST /?Key=a&alt=sse HTTP/1.1\r\nhost: a\r\nx-api-key: b\r\ncontent-length: 34\r\n\r\n"
    (first,) = sent(head + b"GET / HTTP/1.1\r\nx-api-key: in body")
    assert r"/?Key=REDACTED&alt=sse HTTP" in first
    assert r"x-api-key: REDACTED\r\n" in first
    assert "in body" in first
    texts = sent(head, b"GET / HTTP/1.1\r\n", b"x-api-key: in body", b"GET / HTTP/1.1\r\ncookie: c\r\n\r\n")
    assert "in body" in texts[2]
    assert "cookie: REDACTED" in texts[3]


@pytest.mark.parametrize("name", ["apiKey", "X-Goog-Signature", "subscription-key", "APIKey", "client_secret"])
def test_names_are_read_word_by_word(name: str) -> None:
    (text,) = sent(f"GET /?a=b&{name}=hide&c=d HTTP/1.1\r\n\r\n".encode())
    assert f"?a=b&{name}=REDACTED&c=d" in text


@pytest.mark.parametrize("name", ["x-keyboard", "max_tokens", "x-ratelimit-limit-tokens", "monkey", "author"])
def test_a_word_in_a_word_is_no_secret(name: str) -> None:
    (text,) = sent(f"GET /?{name}=shown HTTP/1.1\r\n{name}: shown\r\n\r\n".encode())
    assert text.count("shown") == 2


@pytest.mark.parametrize(
    "head",
    [
        HEAD,
        HEAD.replace(b"\r\n", b"\n"),
        b"HTTP/1.1 103 Early Hints\r\nlink: </>\r\n\r\nHTTP/1.1 100\r\n\r\n" + HEAD,
        b"HTTP/1.1 103\nset-cookie: hush\n\n" + HEAD,
        b"HTTP/1.1 200 OK\r\nset-cookie:a=1;\r\n hush\r\n\thush\r\nx: y\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nset-cookie: a\rhush\r\n\r\n",
        b"HTTP/1.1 302 Found\r\nlocation: http://b/?sig=hush&x=1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nSet-Cookie : hush",
        b"\r\nHTTP/1.1 200 OK\r\nset-cookie: hush\r\n",
    ],
)
def test_secret_headers_of_a_response_are_hidden_however_they_are_written(head: bytes) -> None:
    for cut in range(1, len(head)):
        pieces = [(Receive(1, 9.0), Bytes(0.0, piece)) for piece in (head[:cut], head[cut:])]
        answers = [answer for _, answer in redacted((SEND, Done(0.0)), *pieces, secrets=())]
        kept = b"".join([answer.data for answer in answers if isinstance(answer, Bytes)])
        assert b"hush" not in kept
        assert len(kept) == len(head)
        assert kept.split() != head.split()
        assert kept.count(b"\n") == head.count(b"\n")


def test_each_response_of_a_connection_has_a_head() -> None:
    first = b"HTTP/1.1 200 OK\r\ncontent-length: 16\r\n\r\nset-cookie: hush"
    answered: list[tuple[Verb, Answer]] = [(SEND, Done(0.0)), (Receive(1, 9.0), Bytes(0.0, first))]
    again: list[tuple[Verb, Answer]] = [(Send(1, SEND.data, 9.0), Done(0.0)), (Receive(1, 9.0), Bytes(0.0, HEAD))]
    pairs = redacted(*answered, *again, secrets=())
    assert [answer for _, answer in pairs] == [Done(0.0), Bytes(0.0, first), Done(0.0), Bytes(0.0, HIDDEN)]


def test_a_token_that_calls_share_is_not_on_the_tape() -> None:
    ask = Ask(TokenFetched("k", 1.0, Credential((("authorization", "Bearer hush"),), 5.0)))
    failure = Failure(kind="authentication", message="hush!", body=b"hush?")
    pairs = redacted(
        (ask, Token(0.0, Credential((("authorization", "Bearer hush"), ("x-goog-user-project", "p")), 5.0))),
        (Ask(TokenWanted("k", 1.0)), Refused(0.0, failure)),
        secrets=("hush",),
    )
    hidden = Credential((("authorization", "REDACTED"), ("x-goog-user-project", "REDACTED")), 5.0)
    assert [answer for _, answer in pairs] == [
        Token(0.0, hidden),
        Refused(0.0, Failure(kind="authentication", message="xxxx!", body=b"xxxx?")),
    ]
    assert not any("hush" in text for text, _ in pairs)


def test_the_secrets_of_a_request_for_a_token_are_hidden() -> None:
    head = b"POST / HTTP/1.1\r\nhost: a\r\ncontent-type: application/x-www-form-urlencoded\r\n\r\n"
    (text,) = sent(
        head + b"assertion=hide&grant_type=shown&client_id=shown&client_secret=hide&refresh_token=hide&empty"
    )
    assert text.count("REDACTED") == 3
    assert text.count("shown") == 2
    assert "hide" not in text
    assert "&empty" in text
    (other,) = sent(b"POST / HTTP/1.1\r\nhost: a\r\n\r\nassertion=shown")
    assert "shown" in other


@pytest.mark.parametrize("name", [b"access_token", b"refresh_token", b"id_token"])
def test_the_token_in_an_answer_is_hidden_wherever_it_is_cut(name: bytes) -> None:
    body = b'5\r\n{"a":\r\n20\r\n1,"%b" : "ya29\r\n4;x\r\n.b-c\r\n9\r\n","b":"c"\r\n' % name
    masked = body.replace(b"ya29", b"xxxx").replace(b".b-c", b"xxxx")
    for cut in range(1, len(body)):
        pieces = received(b"HTTP/1.1 200 OK\r\n\r\n", body[:cut], body[cut:])
        assert pieces == b"HTTP/1.1 200 OK\r\n\r\n" + masked


def test_a_token_that_breaks_off_hides_no_more_than_its_line() -> None:
    body = b'{"access_token":"ya29\r\n\r\nrest'
    assert received(b"HTTP/1.1 200 OK\r\n\r\n", body).endswith(b'"xxxx\r\n\r\nrest')


def test_connections_are_kept_apart_and_one_answer_may_stand_in_two_places() -> None:
    other = Send(2, SEND.data, 9.0)
    same = Bytes(0.0, b"hu")
    pairs = redacted(
        (SEND, Done(0.0)),
        (other, Done(0.0)),
        (Receive(1, 9.0), same),
        (Receive(2, 9.0), Bytes(0.0, b"sh")),
        (Receive(1, 9.0), Bytes(0.0, b"sh")),
        (Receive(2, 9.0), same),
    )
    assert [answer.data for _, answer in pairs if isinstance(answer, Bytes)] == [b"xx", b"sh", b"xx", b"hu"]


def test_what_a_source_gave_is_hidden_each_time_it_is_read() -> None:
    first, second = Pull("file", 0, 3), Pull("file", 3, 3)
    read = [(first, Bytes(0.0, b".hu")), (second, Bytes(0.0, b"sh."))]
    pairs = redacted(*read, *read, (Pull("other", 0, 3), Bytes(0.0, b"sh.")))
    assert [answer.data for _, answer in pairs if isinstance(answer, Bytes)] == [b".xx", b"xx."] * 2 + [b"sh."]


def test_of_events_their_kinds_are_kept_and_other_verbs_are_text() -> None:
    pairs = redacted(
        (Emit([TextDelta("hush"), TextDelta("!")]), Done(0.0)), (Connect(1, "hush.example", 80, 9.0), Busy(0.0, 2))
    )
    assert [text for text, _ in pairs] == [
        "Emit(TextDelta, TextDelta)",
        "Connect(conn=1, host='xxxx.example', port=80, until=9.0)",
    ]
    assert pairs[1][1] == Busy(0.0, 2)


def replayed(flow: Callable[[Clock], Flow[list[Reply]]]) -> Callable[[Recorder], list[Reply]]:
    return lambda recorder: replay(
        recorder.tape, lambda tape: Call(flow, tape.call, Wiring(), now=tape.start), secrets=["hush"]
    )


def test_an_upload_with_a_secret_in_its_file_is_replayed() -> None:
    content = b"x" * (64 * 1024 - 2) + b"hush" + b"hush"
    source = Source("file", len(content))
    request = HttpRequest("POST", "http://a.example/", (), Body((b"hu", b"sh", source), 4 + source.size))
    flow = fetch(request)
    recorder = Recorder("1", now=0.0, secrets=["hush"])
    hands = ByHand(flow, recorder=recorder)
    hands.done(Connect)
    while {"Send", "Pull"} & set(hands.verbs):
        if "Send" in hands.verbs:
            hands.done(Send)
        else:
            pull = hands.verb(Pull)
            hands.answer(Pull, Bytes(0.0, content[pull.offset : pull.offset + pull.size]))
    hands.receive(OK + b"hi")
    assert not [step for step in recorder.tape.steps if "hush" in step.verb or "us" in step.verb]
    assert replayed(flow)(recorder) == hands.value


def test_events_that_hold_a_secret_are_replayed() -> None:
    def flow(_: Clock) -> Flow[list[Reply]]:
        reply = yield Open(HttpRequest("GET", "http://a.example/"), Timeouts(), NEVER)
        yield Emit([TextDelta(str(reply))])
        yield Wait(1, 2.0)
        return []

    recorder = Recorder("1", now=0.0, secrets=["hush"])
    hands = ByHand(flow, recorder=recorder)
    hands.exchange(b"HTTP/1.1 200 OK\r\nx: hush\r\ncontent-length: 0\r\n\r\n")
    hands.done(Wait)
    assert "hush" in str(hands.emitted)
    assert "hush" not in str(recorder.tape)
    assert replayed(flow)(recorder) == []
