"""Tunnels: whatever a proxy sends, cut however it is, there is one end and no exception."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from sansio.commands import Broken, Done, Proxy, Route
from sansio.errors import LocalProtocolError
from sansio.http import Origin
from sansio.wire.proxy import Proxies, parse_no_proxy, parse_proxy
from sansio.wire.tunnel import tunnel
from sansio.wire.verbs import Bytes, Receive, Send

LIMIT = 300
PROXIES = [Proxy("http", "h", 80), Proxy("socks5", "h", 1080), Proxy("socks5", "h", 1080, "me", "secret")]
# Bytes that are near enough to the truth to get far.
HTTP_PIECES = [b"HTTP/1.1 ", b"HTTP/1.0 ", b"200", b"407", b"100", b"101", b" ", b"OK", b"\r\n", b"\n", b"a: b", b":"]
SOCKS_PIECES = [
    b"\x05\x00",
    b"\x05\x02",
    b"\x01\x00",
    b"\x05\xff",
    b"\x00\x01",
    b"\x00\x03",
    b"\x00\x04",
    bytes(6),
    bytes(18),
]
PIECES = st.sampled_from(HTTP_PIECES + SOCKS_PIECES) | st.binary(max_size=100)
GRANTED = b"\x05\x00\x00\x01" + bytes(6)


def end(route: Route, data: bytes, sizes: list[int]) -> tuple[Done | Broken, bytes]:
    """How the tunnel ends, for a proxy that sends *data* in pieces of *sizes*, over and over, and then closes; what was sent."""
    wire = tunnel(1, route, 9.0, LIMIT)
    sent = b""
    pieces = 0
    try:
        (verb,) = next(wire)
        while True:
            if isinstance(verb, Send):
                sent += verb.data
                (verb,) = wire.send((verb, Done(1.0)))
            else:
                assert isinstance(verb, Receive)
                size = sizes[pieces % len(sizes)]
                pieces += 1
                piece, data = data[:size], data[size:]
                (verb,) = wire.send((verb, Bytes(1.0, piece)))
    except StopIteration as stop:
        result: Done | Broken = stop.value
    return result, sent


@given(
    proxy=st.sampled_from(PROXIES),
    pieces=st.lists(PIECES, max_size=20),
    sizes=st.lists(st.integers(1, 50), min_size=1, max_size=5),
)
@example(proxy=PROXIES[0], pieces=[b"HTTP/1.1 200 OK\r\n\r\n"], sizes=[3])
@example(proxy=PROXIES[1], pieces=[b"\x05\x00", GRANTED], sizes=[3])
@example(proxy=PROXIES[2], pieces=[b"\x05\x02\x01\x00", GRANTED], sizes=[1, 2])
def test_any_bytes_end_it_and_all_but_its_tail_does_not_depend_on_the_cuts(
    proxy: Proxy, pieces: list[bytes], sizes: list[int]
) -> None:
    """Bytes behind a good answer may come too late to be seen: then TLS sees them."""
    route = Route(Origin("https", "api.test", 443), proxy)
    data = b"".join(pieces)
    whole, sent = end(route, data, [max(1, len(data))])
    cut, sent_too = end(route, data, sizes)
    if isinstance(cut, Broken):
        assert cut == whole
    else:
        assert isinstance(whole, Done) or whole.reason == "the proxy sent more than its answer"
    assert sent == sent_too


@given(text=st.text(max_size=40) | st.from_regex(r"(https?|socks5h?)://([a-z%:@\[\]0-9.]{0,20})", fullmatch=True))
def test_any_url_is_a_proxy_or_refused(text: str) -> None:
    try:
        proxy = parse_proxy(text)
    except LocalProtocolError:
        return
    assert proxy.scheme in {"http", "socks5"}
    assert proxy.host
    assert 0 < proxy.port < 65536


@given(
    text=st.text(max_size=40) | st.from_regex(r"[a-z0-9.:*/,\[\]]{0,30}", fullmatch=True),
    host=st.sampled_from(["api.test", "10.0.0.1", "::1", "a"]),
)
def test_any_no_proxy_list_gives_a_route(text: str, host: str) -> None:
    """More entries only ever take more hosts away from the proxy."""
    origin = Origin("https", host, 443)
    proxies = Proxies(https=PROXIES[0], no_proxy=parse_no_proxy(text))
    more = Proxies(https=PROXIES[0], no_proxy=parse_no_proxy(f"{text},x.test"))
    assert proxies.route(origin).origin is origin
    assert more.route(origin) == proxies.route(origin)
    assert Proxies(https=PROXIES[0], no_proxy=parse_no_proxy(f"{text},{host}")).route(origin).proxy is None
