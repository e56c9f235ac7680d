"""serve.threads on real sockets, asked by clients that others wrote: the standard library's and httpx."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import ssl
import threading
import time
from collections.abc import Generator, Iterator

import httpx
import pytest
import trustme

from sansio.events import TextDelta
from sansio.gateway import Close, EndOfBody, Pause, RequestReceived, Reset, Step, Write
from sansio.http import Limits
from sansio.testing import Double, Reply, answer, error, raw
from sansio_transports.serve.threads import Server, serve, serve_double

PATH = "/v1/chat/completions"
HELLO = answer("hello there", pieces=2)
CHAT = {"model": "m", "messages": [{"role": "user", "content": "hi there"}]}


@contextlib.contextmanager
def playing(script: Reply) -> Generator[tuple[Server, httpx.Client], None, None]:
    """A double with that script, and a client of it."""
    with serve_double(Double(script)) as server, httpx.Client(base_url=server.url, timeout=30) as client:
        yield server, client


@pytest.fixture(autouse=True)
def _nothing_is_left() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    assert set(threading.enumerate()) == before


def test_a_document_a_stream_and_an_error_on_one_connection() -> None:
    double = Double([HELLO, HELLO, error(429, headers=(("retry-after", "7"),)), HELLO])
    with (
        serve_double(double) as server,
        contextlib.closing(http.client.HTTPConnection("127.0.0.1", server.port)) as client,
    ):
        ports: set[int] = set()
        for expected in (200, 200, 429, 200):
            client.request("POST", PATH, json.dumps(CHAT | {"stream": len(double.received) == 1}))
            ports.add(client.sock.getsockname()[1])
            response = client.getresponse()
            body = response.read()
            assert response.status == expected
        assert json.loads(body)["choices"][0]["message"]["content"] == "hello there"
    assert len(ports) == 1
    assert [request.stream for request in double.requests] == [False, True, False, False]


def test_a_stream_arrives_piece_by_piece() -> None:
    go_on = threading.Event()

    def handler(_: RequestReceived) -> Iterator[Step]:
        yield TextDelta("first")
        go_on.wait(30)
        yield EndOfBody()

    with (
        serve(handler) as server,
        httpx.Client(base_url=server.url) as client,
        client.stream("POST", PATH, json=CHAT | {"stream": True}) as response,
    ):
        lines = response.iter_lines()
        while "first" not in next(lines):
            pass
        go_on.set()
        assert list(lines) == [""]


def test_a_client_may_stop_at_the_marker_and_keep_its_connection() -> None:
    with playing(HELLO) as (_, client):
        ports: set[int] = set()
        for _ in range(3):
            with client.stream("POST", PATH, json=CHAT | {"stream": True}) as response:
                ports.add(response.extensions["network_stream"].get_extra_info("client_addr")[1])
                assert list(response.iter_lines())[-2] == "data: [DONE]"
        assert len(ports) == 1


def test_clients_are_served_at_the_same_time() -> None:
    together = threading.Barrier(3, timeout=30)

    def handler(_: RequestReceived) -> Iterator[Step]:
        together.wait()
        yield from error(500).steps

    with serve(handler) as server:
        threads = [threading.Thread(target=httpx.post, args=(server.url + PATH,), kwargs={"json": CHAT}) for _ in "ab"]
        for thread in threads:
            thread.start()
        together.wait()
        for thread in threads:
            thread.join()


@pytest.mark.parametrize(
    ("reply", "error_type"),
    [
        (HELLO.until(1, Close()), httpx.RemoteProtocolError),
        (HELLO.until(0, Close()), httpx.RemoteProtocolError),
        (HELLO.until(0, Reset()), httpx.ReadError),
        (raw(b"what?\r\n\r\n"), httpx.RemoteProtocolError),
    ],
)
def test_every_way_to_go_wrong(reply: Reply, error_type: type[httpx.TransportError]) -> None:
    with playing(reply) as (_, client), pytest.raises(error_type):
        client.post(PATH, json=CHAT | {"stream": True})


def test_a_clean_end_before_the_marker_is_no_http_error() -> None:
    with playing(HELLO.until(1, EndOfBody())) as (_, client):
        assert "[DONE]" not in client.post(PATH, json=CHAT | {"stream": True}).text


def test_an_early_answer_can_be_read_while_the_request_is_still_being_sent() -> None:
    with (
        serve_double(Double(HELLO, limits=Limits(body=1000))) as server,
        socket.create_connection(("127.0.0.1", server.port)) as sock,
    ):
        sock.sendall(b"POST %b HTTP/1.1\r\nhost: h\r\ncontent-length: 1000000\r\n\r\n" % PATH.encode())
        sock.sendall(b"x" * 1_000_000)
        assert sock.makefile("rb").readline() == b"HTTP/1.1 413 \r\n"


def test_models_and_refusals() -> None:
    with serve(lambda _: (), models=["m"]) as server:
        assert httpx.get(server.url + "/v1/models").json()["data"][0]["id"] == "m"
        assert httpx.get(server.url + "/").status_code == 404
        assert httpx.post(server.url + PATH, content=b"{").status_code == 400


def test_stopping_ends_pauses_and_waiting_connections() -> None:
    paused = threading.Event()

    def handler(_: RequestReceived) -> Iterator[Step]:
        paused.set()
        yield Pause(3600)

    with serve(handler) as server, socket.create_connection(("127.0.0.1", server.port)) as idle:
        asking = threading.Thread(target=_ask_in_vain, args=(server.url,))
        asking.start()
        assert paused.wait(30)
        server.stop()
        asking.join()
        assert idle.recv(1) == b""


def _ask_in_vain(url: str) -> None:
    with pytest.raises(httpx.TransportError):
        httpx.post(url + PATH, json=CHAT, timeout=60)


def test_a_client_that_goes_away_is_given_up() -> None:
    gone = threading.Event()
    ended = threading.Event()

    def handler(_: RequestReceived) -> Iterator[Step]:
        try:
            yield TextDelta("a")
            gone.wait(30)
            while True:
                yield Write(b"x" * 100_000)
        finally:
            ended.set()

    with serve(handler) as server, httpx.Client(base_url=server.url) as client:
        with client.stream("POST", PATH, json=CHAT | {"stream": True}):
            pass
        gone.set()
        assert ended.wait(30)


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def tls(authority: trustme.CA) -> ssl.SSLContext:
    """A server's context."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    with authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.tempfile() as path:
        context.load_cert_chain(path)
    return context


@pytest.fixture
def trust(authority: trustme.CA) -> ssl.SSLContext:
    """A client's context."""
    return ssl.create_default_context(cadata=authority.cert_pem.bytes().decode())


def test_tls(tls: ssl.SSLContext, trust: ssl.SSLContext) -> None:
    with serve_double(Double(), tls=tls) as server, httpx.Client(base_url=server.url, verify=trust) as client:
        assert server.url.startswith("https://127.0.0.1:")
        assert client.post(PATH, json=CHAT).json()["choices"][0]["message"]["content"] == "hi there"


@pytest.mark.parametrize("notify", [True, False])
def test_tls_says_goodbye_unless_it_is_cut(tls: ssl.SSLContext, trust: ssl.SSLContext, notify: bool) -> None:
    with (
        serve_double(Double(raw(b"HTTP/1.1 200 OK\r\n\r\nhi", Close(notify=notify))), tls=tls) as server,
        socket.create_connection(("127.0.0.1", server.port)) as plain,
        trust.wrap_socket(plain, server_hostname="127.0.0.1", suppress_ragged_eofs=False) as sock,
    ):
        body = json.dumps(CHAT).encode()
        sock.sendall(b"POST %b HTTP/1.1\r\nhost: h\r\ncontent-length: %d\r\n\r\n%b" % (PATH.encode(), len(body), body))
        received = b""
        while not received.endswith(b"hi"):
            received += sock.recv(1000)
        if notify:
            assert sock.recv(1000) == b""
        else:
            with pytest.raises(ssl.SSLEOFError):
                sock.recv(1000)


def test_plaintext_to_a_tls_server_is_not_answered(tls: ssl.SSLContext) -> None:
    with serve_double(Double(), tls=tls) as server, pytest.raises(httpx.TransportError):
        httpx.get(server.url.replace("https", "http"))


def test_stopping_ends_a_handshake(tls: ssl.SSLContext) -> None:
    with serve_double(Double(), tls=tls) as server, socket.create_connection(("127.0.0.1", server.port)) as idle:
        while not any(thread.name.startswith("connection") for thread in threading.enumerate()):
            time.sleep(0.01)  # until the connection has its thread
        server.stop()
        assert idle.recv(1) == b""


def test_ipv6_hosts_have_brackets() -> None:
    assert Server(Double().connect, host="::1", port=8080).url == "http://[::1]:8080"


def test_a_handlers_exception_ends_its_connection_and_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    reported: list[threading.ExceptHookArgs] = []
    monkeypatch.setattr(threading, "excepthook", reported.append)

    def handler(_: RequestReceived) -> Iterator[Step]:
        yield TextDelta("a")
        raise RuntimeError("a bug")

    with serve(handler) as server, pytest.raises(httpx.TransportError):
        httpx.post(server.url + PATH, json=CHAT)
    assert [args.exc_type for args in reported] == [RuntimeError]
