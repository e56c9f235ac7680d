"""What every call of a client is given."""

from __future__ import annotations

import ssl

import pytest

from sansio.commands import Proxy, Sleep
from sansio.errors import LocalProtocolError
from sansio.http import HttpRequest, Limits
from sansio.shared import Shared
from sansio.wire.proxy import Proxies
from sansio.wire.verbs import Connect, Receive, Send, StartTls, Wire
from sansio.wire.wiring import Wiring
from tests.unit.wire.by_hand import ByHand, fetch
from tests.unit.wire.tls_peer import client_context

SECURE = HttpRequest("GET", "https://a.example/")


def test_without_channels_the_wire_is_left_as_it_is() -> None:
    def wire() -> Wire[None]:
        yield (Sleep(0.0),)

    plain = wire()
    assert Wiring().secure(plain) is plain
    assert Wiring(channels={}).secure(plain) is not plain


def test_without_channels_starting_tls_is_shown() -> None:
    hands = ByHand(fetch(SECURE))
    hands.done(Connect)
    assert hands.verb(StartTls) == StartTls(1, "a.example", 10.0)
    hands.done(StartTls)
    assert hands.verbs == ["Send"]


def test_with_channels_the_handshake_is_sent_as_bytes() -> None:
    shared = Shared()
    wiring = Wiring(channels=shared.channels, context=client_context)
    hands = ByHand(fetch(SECURE), shared, wiring)
    assert hands.verb(Connect).port == 443
    hands.done(Connect)
    assert hands.verb(Send).data.startswith(b"\x16\x03")
    hands.done(Send)
    hands.breaks(Receive, "connection", "reset")
    assert hands.disconnected == [1]


def test_the_context_is_made_for_the_first_tls_connection_and_not_before() -> None:
    made: list[ssl.SSLContext] = []

    def context() -> ssl.SSLContext:
        made.append(client_context())
        return made[-1]

    hands = ByHand(fetch(SECURE), None, Wiring(channels={}, context=context))
    assert made == []
    hands.done(Connect)
    assert len(made) == 1


def test_a_client_that_was_given_no_context_says_so() -> None:
    hands = ByHand(fetch(SECURE), None, Wiring(channels={}))
    with pytest.raises(LocalProtocolError, match="needs a TLS context"):
        hands.done(Connect)
    hands.abandon()
    assert hands.disconnected == [1]


def test_the_limit_of_heads_and_the_proxies_are_those_of_the_client() -> None:
    hands = ByHand(
        fetch(), None, Wiring(limits=Limits(head=20), proxies=Proxies(http=Proxy("http", "proxy.example", 3128)))
    )
    assert hands.verb(Connect).host == "proxy.example"
    hands.exchange(b"HTTP/1.1 200 OK\r\nx: y\r\n\r\n")
    assert "more than 20 bytes" in repr(hands.value)
