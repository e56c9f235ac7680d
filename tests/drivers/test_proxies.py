"""Through proxies: absolute-form requests, CONNECT tunnels and SOCKS5, each a few lines of a server."""

# trustme's annotations name pyOpenSSL, which is not there.
# pyright: reportUnknownMemberType=false

from __future__ import annotations

import socket
import ssl
import struct
import threading
from contextlib import suppress

import pytest
import trustme

from sansio.commands import Proxy
from sansio.wire.proxy import Proxies
from tests.drivers.answers import ANSWER, always, whole
from tests.drivers.drivers import Client, Driver
from tests.drivers.scenario import failing, run, send
from tests.drivers.server import Peer, Server


def relay(peer: Peer, host: str, port: int) -> None:
    """Pass bytes both ways until one side closes."""

    def pump(source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
        with suppress(OSError):
            sink.shutdown(socket.SHUT_WR)

    with socket.create_connection((host, port)) as origin:
        back = threading.Thread(target=pump, args=(origin, peer.sock), daemon=True)
        back.start()
        pump(peer.sock, origin)
        back.join()


def connect_proxy(peer: Peer) -> None:
    request = peer.request()
    assert request.method == "CONNECT"
    host, _, port = request.target.rpartition(":")
    peer.send(b"HTTP/1.1 200 Connection established\r\n\r\n")
    relay(peer, host, int(port))


def socks_proxy(peer: Peer) -> None:
    """RFC 1928, with the user name and password of RFC 1929."""
    _, methods = struct.unpack("BB", peer.exactly(2))
    assert 2 in peer.exactly(methods)
    peer.send(b"\x05\x02")
    _, size = peer.exactly(2)
    user = peer.exactly(size)
    (size,) = peer.exactly(1)
    assert (user, peer.exactly(size)) == (b"me", b"pass")
    peer.send(b"\x01\x00")
    assert peer.exactly(3) == b"\x05\x01\x00"
    (kind,) = peer.exactly(1)
    if kind == 1:
        host = socket.inet_ntoa(peer.exactly(4))
    else:
        (size,) = peer.exactly(1)
        host = peer.exactly(size).decode()
    (port,) = struct.unpack("!H", peer.exactly(2))
    peer.send(b"\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00")
    relay(peer, host, port)


async def twice(client: Client) -> None:
    for _ in range(2):
        assert (await send(client)).text == "hello"


def test_plain_requests_name_their_whole_url(driver: Driver) -> None:
    with Server(always(ANSWER)) as proxy:
        proxies = Proxies(http=Proxy("http", "127.0.0.1", proxy.port, "me", "pass"))
        run(driver, "http://api.test/v1", twice, proxies=proxies)
    assert proxy.connections == 1
    assert proxy.requests[0].target == "http://api.test/v1/chat/completions"
    assert proxy.requests[0].headers["proxy-authorization"] == "Basic bWU6cGFzcw=="


def test_tls_goes_through_a_tunnel(driver: Driver) -> None:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    trust = ssl.create_default_context()
    authority.configure_trust(trust)
    with Server(always(ANSWER), tls=context) as origin, Server(connect_proxy) as proxy:
        proxies = Proxies(https=Proxy("http", "127.0.0.1", proxy.port, "me", "pass"))
        run(driver, origin, twice, proxies=proxies, tls=trust)
    assert proxy.connections == origin.connections == 1
    assert "authorization" not in proxy.requests[0].headers
    assert "proxy-authorization" not in origin.requests[0].headers


def test_socks(driver: Driver) -> None:
    with Server(always(ANSWER)) as origin, Server(socks_proxy) as proxy:
        proxies = Proxies(http=Proxy("socks5", "127.0.0.1", proxy.port, "me", "pass"))
        run(driver, origin, twice, proxies=proxies)
    assert proxy.connections == origin.connections == 1


def test_hosts_without_a_proxy(driver: Driver) -> None:
    with Server(always(ANSWER)) as origin:
        proxies = Proxies(http=Proxy("http", "127.0.0.1", 1), no_proxy=("127.0.0.1",))
        run(driver, origin, twice, proxies=proxies)


@pytest.mark.parametrize("scheme", ["http", "socks5"])
def test_a_proxy_that_refuses(driver: Driver, scheme: str) -> None:
    def refuse(peer: Peer) -> None:
        if scheme == "http":
            peer.request()
            peer.send(whole(b"", "407 Proxy Authentication Required"))
        else:
            peer.exactly(2)
            peer.send(b"\x05\xff")

    with Server(refuse) as proxy:
        proxies = Proxies(https=Proxy(scheme, "127.0.0.1", proxy.port))
        exc = run(driver, "https://api.test/v1", lambda client: failing(client, send), proxies=proxies)
    assert exc.failure.kind == "connection"
