"""Opening a response, reading its body, and giving the connection back."""

from __future__ import annotations

import pytest

from sansio.commands import (
    NEVER,
    Broken,
    Chunk,
    Clock,
    Close,
    Closed,
    Done,
    Ended,
    Flow,
    Head,
    Lease,
    Open,
    Proxy,
    Read,
    Release,
    Reply,
    Wait,
    Withdraw,
)
from sansio.http import HttpRequest, Limits, Timeouts
from sansio.shared import Shared
from sansio.wire.pool import PoolLimits
from sansio.wire.proxy import Proxies
from sansio.wire.response import NOW
from sansio.wire.verbs import Bytes, Connect, Receive, Send, StartTls
from sansio.wire.wiring import Wiring
from tests.unit.wire.by_hand import GET, OK, POST, ByHand, body, fetch, idle_connection, taken

CHUNKED = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
UNTIL_CLOSE = b"HTTP/1.1 200 OK\r\n\r\n"


def one_at_most() -> Shared:
    return Shared(PoolLimits(per_route=1))


# -- connecting ----------------------------------------------------------------------------------------------


def test_connecting_is_limited_by_its_own_clock_and_by_the_whole_calls() -> None:
    assert ByHand(fetch(GET, Timeouts(connect=3.0)), now=1.0).verb(Connect).until == 4.0
    assert ByHand(fetch(GET, Timeouts(connect=None)), now=1.0).verb(Connect).until == NEVER
    assert ByHand(fetch(GET, Timeouts(connect=3.0), until=2.0), now=1.0).verb(Connect).until == 2.0


def test_a_refused_connection_is_the_answer_and_is_not_tried_again() -> None:
    hands = ByHand(fetch())
    hands.breaks(Connect, "connection", "refused")
    assert hands.value == [Broken(0.0, "connection", "refused")]
    assert hands.asked[-1] == Release("1", 1, keep=False)
    assert hands.shared.pool.connections == 0


def test_tls_begins_before_the_request_and_within_the_time_to_connect() -> None:
    hands = ByHand(fetch(HttpRequest("GET", "https://a.example/")))
    hands.now = 4.0
    hands.done(Connect)
    assert hands.verb(StartTls) == StartTls(1, "a.example", 10.0)
    hands.breaks(StartTls, "connection", "certificate verify failed")
    assert hands.value == [Broken(4.0, "connection", "certificate verify failed")]
    assert hands.disconnected == [1]


def test_a_proxy_is_connected_to_and_asked_for_a_tunnel() -> None:
    wiring = Wiring(proxies=Proxies(https=Proxy("http", "proxy.example", 3128)))
    hands = ByHand(fetch(HttpRequest("GET", "https://a.example/")), None, wiring)
    assert hands.verb(Connect) == Connect(1, "proxy.example", 3128, 10.0)
    hands.done(Connect)
    assert hands.verb(Send).data.startswith(b"CONNECT a.example:443 HTTP/1.1\r\n")
    hands.done(Send)
    hands.receive(b"HTTP/1.1 200 OK\r\n\r\n")
    assert hands.verb(StartTls).hostname == "a.example"
    hands.done(StartTls)
    assert hands.verb(Send).data.startswith(b"GET / HTTP/1.1\r\nhost: a.example\r\n")


def test_a_proxy_that_refuses_is_the_answer() -> None:
    wiring = Wiring(proxies=Proxies(https=Proxy("http", "proxy.example", 3128)))
    hands = ByHand(fetch(HttpRequest("GET", "https://a.example/")), None, wiring)
    hands.exchange(b"HTTP/1.1 407 Who are you\r\n\r\n")
    (broken,) = hands.value
    assert isinstance(broken, Broken)
    assert broken.kind == "connection"
    assert hands.disconnected == [1]


def test_a_plain_request_through_a_proxy_needs_no_tunnel() -> None:
    wiring = Wiring(proxies=Proxies(http=Proxy("http", "proxy.example", 3128)))
    hands = ByHand(fetch(), None, wiring)
    hands.done(Connect)
    assert hands.verb(Send).data.startswith(b"GET http://a.example/x HTTP/1.1\r\n")


# -- waiting for the pool ------------------------------------------------------------------------------------


def test_a_call_waits_for_a_connection_and_asks_again_with_its_ticket() -> None:
    shared = one_at_most()
    conn = taken(shared)
    hands = ByHand(fetch(GET, Timeouts(read=7.0)), shared, now=1.0)
    wait = hands.verb(Wait)
    assert wait.until == 8.0
    hands.ask(Release("other", conn, keep=True))
    assert hands.woken == [wait.key]
    hands.done(Wait)
    assert hands.verb(Receive) == Receive(conn, NOW)


def test_a_wait_that_was_woken_for_nothing_goes_on() -> None:
    shared = one_at_most()
    taken(shared)
    hands = ByHand(fetch(), shared)
    first = hands.verb(Wait)
    hands.done(Wait)
    assert hands.verb(Wait) == first


def test_a_wait_that_is_too_long_gives_up_its_place() -> None:
    shared = one_at_most()
    taken(shared)
    hands = ByHand(fetch(GET, Timeouts(read=7.0)), shared)
    hands.now = 7.0
    hands.done(Wait)
    assert hands.asked[-1] == Withdraw("1")
    assert hands.value == [Broken(7.0, "timeout", "no connection of the pool came free")]
    assert shared.pool.waiting == 0


def test_a_connection_that_came_free_at_the_last_moment_is_used() -> None:
    shared = one_at_most()
    conn = taken(shared)
    hands = ByHand(fetch(GET, Timeouts(read=7.0)), shared)
    hands.ask(Release("other", conn, keep=True))
    hands.now = 7.0
    hands.done(Wait)
    assert hands.verbs == ["Receive"]


def test_a_call_that_waits_may_be_abandoned() -> None:
    shared = one_at_most()
    taken(shared)
    hands = ByHand(fetch(), shared)
    hands.abandon()
    assert shared.pool.waiting == 0


def test_a_closed_client_lends_no_connection() -> None:
    shared = Shared()
    shared.ask(Closed(), 0.0)
    assert ByHand(fetch(), shared).value == [Broken(0.0, "cancelled", "the client is closed")]


# -- an idle connection --------------------------------------------------------------------------------------


def test_an_idle_connection_is_looked_at_and_used() -> None:
    hands = ByHand(fetch(), idle_connection())
    assert hands.verb(Receive) == Receive(1, NOW)
    hands.breaks(Receive, "timeout", "nothing came")
    assert hands.verb(Send).conn == 1
    hands.done(Send)
    hands.receive(OK + b"hi")
    assert body(hands.value) == b"hi"


@pytest.mark.parametrize(
    "found", [Bytes(0.0, b""), Bytes(0.0, b"HTTP/1.1 408 \r\n"), Broken(0.0, "connection", "reset")]
)
def test_an_idle_connection_with_an_end_or_bytes_in_it_is_passed_over(found: Bytes | Broken) -> None:
    hands = ByHand(fetch(), idle_connection())
    hands.answer(Receive, found)
    assert hands.disconnected == [1]
    assert hands.verbs == ["Connect"]
    hands.exchange(OK + b"hi")
    assert body(hands.value) == b"hi"


def test_every_stale_connection_is_passed_over_until_one_is_good() -> None:
    shared = Shared()
    calls = [ByHand(fetch(), shared) for _ in range(3)]
    for call in calls:
        call.exchange(OK + b"hi")
    hands = ByHand(fetch(), shared)
    hands.receive(b"", b"")
    assert hands.disconnected == [3, 2]
    hands.exchange(OK + b"hi")
    assert hands.shared.pool.idle == 1


@pytest.mark.parametrize("ending", [Bytes(0.0, b""), Broken(0.0, "connection", "reset")])
def test_a_stale_connection_costs_one_more_try_over_a_fresh_one(ending: Bytes | Broken) -> None:
    hands = ByHand(fetch(POST), idle_connection())
    hands.breaks(Receive, "timeout")
    hands.done(Send)
    hands.answer(Receive, ending)
    assert hands.disconnected == [1]
    assert hands.verb(Connect).conn == 2
    assert isinstance(hands.asked[-1], Lease)
    assert hands.asked[-1].fresh
    hands.done(Connect)
    hands.done(Send)
    hands.answer(Receive, ending)
    (broken,) = hands.value
    assert isinstance(broken, Broken)
    assert broken.kind == "connection"
    assert hands.disconnected == [1, 2]


def test_the_second_try_passes_other_idle_connections_over() -> None:
    shared = Shared()
    calls = [ByHand(fetch(), shared) for _ in range(2)]
    for call in calls:
        call.exchange(OK + b"hi")
    hands = ByHand(fetch(), shared)
    hands.exchange(b"")
    assert hands.verb(Connect).conn == 3


@pytest.mark.parametrize(
    ("pieces", "kind"),
    [
        ([b"HTTP/1.1 2", b""], "connection"),
        ([b"garbage\r\n\r\n"], "protocol"),
        ([b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 12000], "limit_exceeded"),
    ],
)
def test_once_a_byte_came_the_request_does_not_go_again(pieces: list[bytes], kind: str) -> None:
    hands = ByHand(fetch(POST), idle_connection())
    hands.exchange(*pieces)
    (broken,) = hands.value
    assert isinstance(broken, Broken)
    assert broken.kind == kind
    assert hands.disconnected == [1]


def test_a_silent_idle_connection_is_no_stale_one() -> None:
    hands = ByHand(fetch(POST), idle_connection())
    hands.breaks(Receive, "timeout")
    hands.done(Send)
    hands.breaks(Receive, "timeout", "nothing came")
    assert hands.value == [Broken(0.0, "timeout", "nothing came")]


# -- the clocks of the head ----------------------------------------------------------------------------------


def test_the_head_is_waited_for_by_the_clock_of_silence_which_every_byte_resets() -> None:
    hands = ByHand(fetch(GET, Timeouts(read=5.0)), now=1.0)
    hands.done(Connect)
    assert hands.verb(Send).until == 6.0
    hands.now = 3.0
    hands.done(Send)
    assert hands.verb(Receive).until == 8.0
    hands.now = 4.0
    hands.receive(b"HTTP")
    assert hands.verb(Receive).until == 9.0


@pytest.mark.parametrize(("streams", "until"), [(True, 5.0), (False, 600.0)])
def test_the_clock_of_the_first_output_runs_from_the_last_byte_sent_and_in_streams_only(
    streams: bool, until: float
) -> None:
    hands = ByHand(fetch(GET, Timeouts(first_event=3.0, read=598.0), streams=streams))
    hands.now = 2.0
    hands.done(Connect)
    hands.done(Send)
    assert hands.verb(Receive).until == until
    hands.receive(OK + b"hi")
    assert isinstance(hands.value[0], Head)
    assert hands.value[0].sent == 2.0


# -- the body ------------------------------------------------------------------------------------------------


def read(*pieces: bytes, request: HttpRequest = GET, closing: float = NOW) -> ByHand[list[Reply]]:
    """A call that was answered with *pieces*."""
    hands = ByHand(fetch(request, closing=closing))
    hands.exchange(*pieces)
    return hands


def test_a_body_of_known_length_is_read_and_the_connection_kept() -> None:
    hands = read(OK + b"h", b"i")
    assert hands.value[1:] == [Chunk(b"h"), Chunk(b"i"), Ended()]
    assert (hands.disconnected, hands.shared.pool.idle) == ([], 1)


def test_a_body_in_chunks_is_read_across_reads_without_any_body() -> None:
    hands = read(CHUNKED, b"2\r\nhi", b"\r\n", b"1\r", b"\n!\r\n0\r\n", b"\r\n")
    assert hands.value[1:] == [Chunk(b"hi"), Chunk(b"!"), Ended()]
    assert hands.shared.pool.idle == 1


def test_a_body_up_to_the_close_is_complete_and_costs_the_connection() -> None:
    hands = read(UNTIL_CLOSE, b"hi", b"")
    assert hands.value[1:] == [Chunk(b"hi"), Ended()]
    assert hands.disconnected == [1]


@pytest.mark.parametrize("head", [b"HTTP/1.0 200 OK\r\n", b"HTTP/1.1 200 OK\r\nconnection: close\r\n"])
def test_a_head_that_ends_the_connection_costs_it(head: bytes) -> None:
    hands = read(head + b"content-length: 2\r\n\r\nhi")
    assert hands.value[1:] == [Chunk(b"hi"), Ended()]
    assert hands.disconnected == [1]


@pytest.mark.parametrize(
    ("method", "start"),
    [("HEAD", b"HTTP/1.1 200 OK\r\n"), ("GET", b"HTTP/1.1 204 No\r\n"), ("GET", b"HTTP/1.1 304 Same\r\n")],
)
def test_a_response_without_a_body_ends_at_its_head(method: str, start: bytes) -> None:
    request = HttpRequest(method, GET.url)
    hands = read(start + b"content-length: 5\r\n\r\n", request=request)
    assert hands.value[1:] == [Ended()]
    assert hands.shared.pool.idle == 1


def test_bytes_behind_the_end_cost_the_connection() -> None:
    for data in (OK + b"hi!", CHUNKED + b"0\r\n\r\nHTTP/1.1 200 OK\r\n"):
        assert read(data).disconnected == [1]
    assert read(b"HTTP/1.1 204 No\r\n\r\nsurprise").disconnected == [1]


def test_a_body_that_is_cut_off_is_a_broken_connection() -> None:
    hands = read(OK + b"h", b"")
    assert hands.value[1:] == [Chunk(b"h"), Broken(0.0, "connection", "the body ended after 1 of 2 bytes")]
    assert hands.disconnected == [1]
    hands = read(CHUNKED, b"")
    assert hands.value[1:] == [Broken(0.0, "connection", "the body ended before its last chunk")]


def test_a_reset_costs_the_connection() -> None:
    hands = ByHand(fetch())
    hands.exchange(OK + b"h")
    hands.breaks(Receive, "connection", "reset")
    assert hands.value[1:] == [Chunk(b"h"), Broken(0.0, "connection", "reset")]
    assert hands.disconnected == [1]


@pytest.mark.parametrize("pieces", [[b"zz\r\n"], [b"2\r\nhizz\r\n"], [b"2\r\nhi\r\n", b"zz\r\n"]])
def test_a_damaged_body_is_no_http_whether_the_damage_came_alone_or_behind_good_chunks(pieces: list[bytes]) -> None:
    hands = read(CHUNKED, *pieces)
    broken = hands.value[-1]
    assert isinstance(broken, Broken)
    assert broken.kind == "protocol"
    assert hands.disconnected == [1]


def test_silence_in_the_body_is_a_timeout_which_every_read_measures_anew() -> None:
    hands = ByHand(fetch(GET, Timeouts(read=5.0)))
    hands.exchange(OK)
    hands.now = 3.0
    hands.receive(b"h")
    assert hands.verb(Receive).until == 8.0
    hands.breaks(Receive, "timeout", "nothing came")
    assert hands.value[-1] == Broken(3.0, "timeout", "nothing came")
    assert hands.disconnected == [1]


# -- giving the connection back ------------------------------------------------------------------------------


def closes(*pieces: bytes, until: float = 2.0) -> ByHand[list[Reply]]:
    """A call that closes its response right behind the head."""

    def flow(_: Clock) -> Flow[list[Reply]]:
        head = yield Open(GET, Timeouts(), NEVER)
        return [head, (yield Close(until))]

    hands = ByHand(flow)
    hands.exchange(*pieces)
    return hands


def test_what_is_left_of_a_body_is_awaited_to_save_the_connection() -> None:
    hands = closes(CHUNKED + b"2\r\nhi\r\n")
    assert hands.verb(Receive) == Receive(1, 2.0)
    hands.receive(b"0\r\n", b"\r\n")
    assert hands.value[1] == Done(0.0)
    assert (hands.disconnected, hands.shared.pool.idle) == ([], 1)


@pytest.mark.parametrize(
    "last", [Bytes(0.0, b""), Broken(0.0, "timeout", ""), Broken(0.0, "connection", ""), Bytes(0.0, b"zz\r\n")]
)
def test_a_rest_that_does_not_come_or_is_damaged_costs_the_connection(last: Bytes | Broken) -> None:
    hands = closes(CHUNKED)
    hands.answer(Receive, last)
    assert hands.value[1] == Done(0.0)
    assert hands.disconnected == [1]


def test_a_connection_that_the_head_ends_is_not_awaited() -> None:
    assert closes(b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 9\r\n\r\n").disconnected == [1]


@pytest.mark.parametrize("piece", [b"8000\r\n" + b"x" * 0x8000 + b"\r\n", b"1;" + b"e" * 4000 + b"\r\nx\r\n"])
def test_no_more_is_awaited_than_a_new_connection_would_cost(piece: bytes) -> None:
    """Whether it is body or the extensions of its framing."""
    hands = closes(CHUNKED)
    count = 0
    while hands.verbs == ["Receive"]:
        hands.receive(piece)
        count += 1
    assert 64 * 1024 < count * len(piece) <= 64 * 1024 + len(piece)
    assert hands.disconnected == [1]


def test_a_failed_read_is_not_awaited() -> None:
    def flow(_: Clock) -> Flow[Reply]:
        yield Open(GET, Timeouts(), NEVER)
        broken = yield Read(1.0, NEVER)
        yield Close(60.0)
        return broken

    hands = ByHand(flow)
    hands.exchange(OK)
    hands.breaks(Receive, "timeout")
    assert hands.disconnected == [1]


def test_the_limit_of_the_head_is_the_clients() -> None:
    hands = ByHand(fetch(), None, Wiring(limits=Limits(head=100)))
    hands.exchange(b"HTTP/1.1 200 OK\r\nx: " + b"y" * 100 + b"\r\n\r\n")
    assert hands.value == [Broken(0.0, "limit_exceeded", "the response's head has more than 100 bytes")]
