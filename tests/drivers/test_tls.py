"""TLS against a certificate authority of the tests' own."""

# trustme's annotations name pyOpenSSL, which is not there.
# pyright: reportUnknownMemberType=false

from __future__ import annotations

import ssl
import threading
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
import trustme

from sansio import Timeouts
from sansio_transports.config import TlsConfig
from tests.drivers.answers import ANSWER, STREAM, STREAM_HEAD, always, chunk, delta, document, events, head, once
from tests.drivers.drivers import Client, Driver, noticed
from tests.drivers.scenario import failing, run, send, stream
from tests.drivers.server import Peer, Server


class Authority:
    """A CA with its file, and server contexts with certificates of its own."""

    def __init__(self, folder: Path) -> None:
        self.ca = trustme.CA()
        self.file = str(folder / "ca.pem")
        self.ca.cert_pem.write_to_path(self.file)
        self.trust = TlsConfig(ca_file=self.file)

    def server(self, name: str = "localhost", not_after: datetime | None = None) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.ca.issue_cert(name, not_after=not_after).configure_cert(context)
        return context


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """One for all tests: keys are slow to make."""
    return Authority(tmp_path_factory.mktemp("ca"))


def test_calls_over_tls_keep_their_connection(driver: Driver, authority: Authority) -> None:
    async def scenario(client: Client) -> None:
        for _ in range(3):
            assert (await send(client)).text == "hello"

    with Server(always(ANSWER), tls=authority.server()) as server:
        run(driver, server, scenario, tls=authority.trust)
    assert server.connections == 1


def test_streams_over_tls(driver: Driver, authority: Authority) -> None:
    def dripping(peer: Peer) -> None:
        peer.request()
        peer.drip(STREAM)

    with Server(dripping, tls=authority.server()) as server:
        assert run(driver, server, stream, tls=authority.trust).text == "hello"


def test_a_context_of_the_callers_own(driver: Driver, authority: Authority) -> None:
    context = ssl.create_default_context(cafile=authority.file)
    with Server(always(ANSWER), tls=authority.server()) as server:
        assert run(driver, server, send, tls=context).text == "hello"


def test_an_unknown_authority_is_refused(driver: Driver, authority: Authority) -> None:
    with Server(always(ANSWER), tls=authority.server()) as server:
        exc = run(driver, server, lambda client: failing(client, send))
    assert exc.failure.kind == "connection"
    assert "certificate verify failed" in exc.failure.message
    assert server.requests == []


def test_verification_can_be_switched_off(driver: Driver, authority: Authority) -> None:
    with Server(always(ANSWER), tls=authority.server("elsewhere.test")) as server:
        assert run(driver, server, send, tls=TlsConfig(verify=False)).text == "hello"


@pytest.mark.parametrize(
    ("name", "not_after", "reason"),
    [
        pytest.param("elsewhere.test", None, "not valid for 'localhost'", id="wrong name"),
        pytest.param("localhost", datetime(2020, 1, 1, tzinfo=UTC), "expired", id="expired"),
    ],
)
def test_a_certificate_that_does_not_fit_is_refused(
    driver: Driver, authority: Authority, name: str, not_after: datetime | None, reason: str
) -> None:
    with Server(always(ANSWER), tls=authority.server(name, not_after)) as server:
        exc = run(driver, server, lambda client: failing(client, send), tls=authority.trust)
    assert exc.failure.kind == "connection"
    assert reason in exc.failure.message


def test_a_cut_without_close_notify_is_no_end(driver: Driver, authority: Authority) -> None:
    """A body that ends by closing could be cut by anyone in the middle."""
    with Server(once(head(kind="text/event-stream"), delta("hel")), tls=authority.server()) as server:
        exc = run(driver, server, lambda client: failing(client, stream), tls=authority.trust)
    assert exc.failure.kind == "truncated"


@pytest.mark.parametrize("polite", [False, True])
def test_a_cut_before_the_length_is_reached(driver: Driver, authority: Authority, polite: bool) -> None:
    """With or without close_notify the framing says that something is missing."""

    def script(peer: Peer) -> None:
        peer.request()
        peer.send(head("200 OK", "content-length: 1000"), document())
        if polite:
            assert isinstance(peer.sock, ssl.SSLSocket)
            peer.sock.unwrap()

    with Server(script, tls=authority.server()) as server:
        exc = run(driver, server, lambda client: failing(client, send), tls=authority.trust)
    assert exc.failure.kind == "truncated"


@pytest.mark.parametrize("polite", [False, True])
def test_an_idle_tls_connection_that_was_ended_is_replaced(driver: Driver, authority: Authority, polite: bool) -> None:
    def ending(peer: Peer) -> None:
        peer.request()
        peer.send(ANSWER)
        if polite:
            assert isinstance(peer.sock, ssl.SSLSocket)
            with suppress(OSError):  # nobody answers it
                peer.sock.settimeout(0.001)
                peer.sock.unwrap()
        peer.sock.close()
        ended.set()

    async def scenario(client: Client) -> None:
        await send(client)
        while not ended.is_set() or not noticed(client.hub):
            await driver.sleep(0.001)
        await send(client)

    ended = threading.Event()
    with Server(ending, always(ANSWER), tls=authority.server()) as server:
        run(driver, server, scenario, tls=authority.trust)
    assert server.connections == 2


def test_a_close_notify_is_an_end(driver: Driver, authority: Authority) -> None:
    def script(peer: Peer) -> None:
        peer.request()
        peer.send(head(), document())
        assert isinstance(peer.sock, ssl.SSLSocket)
        peer.sock.unwrap()

    with Server(script, tls=authority.server()) as server:
        assert run(driver, server, send, tls=authority.trust).text == "hello"


def test_a_reset_in_the_middle(driver: Driver, authority: Authority) -> None:
    def script(peer: Peer) -> None:
        peer.request()
        peer.send(STREAM_HEAD, chunk(events("hel")[:60]))
        peer.reset()

    with Server(script, tls=authority.server()) as server:
        exc = run(driver, server, lambda client: failing(client, stream), tls=authority.trust)
    assert exc.failure.kind == "truncated"


def test_a_handshake_that_stalls_is_a_timeout(driver: Driver) -> None:
    with Server(Peer.stall) as server:
        url = f"https://localhost:{server.port}/v1"
        exc = run(driver, url, lambda client: failing(client, send), timeouts=Timeouts(connect=0.1))
    assert exc.failure.kind == "timeout"


def test_a_peer_without_tls_is_a_connection_that_failed(driver: Driver, authority: Authority) -> None:
    def plain(peer: Peer) -> None:
        peer.send(ANSWER)
        peer.stall()

    with Server(plain) as server:
        url = f"https://localhost:{server.port}/v1"
        exc = run(driver, url, lambda client: failing(client, send), tls=authority.trust)
    assert exc.failure.kind == "connection"


def test_client_certificates(driver: Driver, authority: Authority, tmp_path: Path) -> None:
    own = tmp_path / "client.pem"
    authority.ca.issue_cert("client@example.test").private_key_and_cert_chain_pem.write_to_path(str(own))
    context = authority.server()
    context.verify_mode = ssl.CERT_REQUIRED
    authority.ca.configure_trust(context)
    with Server(always(ANSWER), tls=context) as server:
        with_it = TlsConfig(ca_file=authority.file, cert=str(own))
        assert run(driver, server, send, tls=with_it).text == "hello"
        exc = run(driver, server, lambda client: failing(client, send), tls=authority.trust)
    assert exc.failure.kind == "connection"
