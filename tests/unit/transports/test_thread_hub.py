"""What threads share, and what a forked process has of it."""

# Locks and connections show only inside.
# pyright: reportPrivateUsage=false

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from functools import partial

import pytest

from sansio.commands import Busy, Lease, Leased, Route, Withdraw
from sansio.http import Origin
from sansio.shared import Shared
from sansio.wire.pool import PoolLimits
from sansio_transports._socket import Connection
from sansio_transports._thread_hub import ThreadHub
from tests.drivers.answers import DONE, STREAM, STREAM_HEAD, always, chunk, delta
from tests.drivers.server import Peer, Server

ROUTE = Route(Origin("http", "a.test", 80))
PATH = os.pathsep.join(entry for entry in sys.path if entry)


def test_many_dropped_calls_are_settled_one_after_the_other() -> None:
    """Each settles when it asks, which must not pile up: the collector may find a thousand at once."""
    hub = ThreadHub(Shared())
    settled: list[int] = []

    def close(number: int) -> None:
        hub.ask(Withdraw(str(number)))
        settled.append(number)

    for n in range(1000):
        hub.orphan(partial(close, n))
    hub.ask(Withdraw("0"))
    assert settled == list(range(1000))


def test_a_new_call_settles_too() -> None:
    """It may have held the lock when the collector tried."""
    hub = ThreadHub(Shared())
    settled: list[bool] = []
    hub.orphan(lambda: settled.append(True))
    assert hub.call_id() == "1"
    assert settled == [True]


def test_a_forked_hub_begins_anew() -> None:
    """Whatever other threads held when the process was forked."""
    hub = ThreadHub(Shared(PoolLimits(total=1)))
    own, peer = socket.socketpair()
    with own, peer, own.dup() as parents:
        assert isinstance(leased := hub.ask(Lease("1", ROUTE)), Leased)
        assert hub.connected(leased.conn, Connection(own))
        assert isinstance(busy := hub.ask(Lease("2", ROUTE)), Busy)
        hub._lock.acquire()
        hub.forked()
        assert own.fileno() == -1
        assert hub.connection(leased.conn) is None
        assert hub.event(busy.key) is None
        assert isinstance(hub.ask(Lease("3", ROUTE)), Leased)
        parents.send(b"still here")
        assert peer.recv(20) == b"still here"


_FORKS = """
import os, sys
import sansio
from sansio_transports.sync import Client
request = sansio.ChatRequest(model="openai/gpt-4o", messages="hi")
client = Client(providers=[sansio.provider("openai", api_key="k", base_url=sys.argv[1])])
mine = client.stream(request).text
assert next(mine) == "hel"
assert list(client.stream(request).text) == ["hel", "lo"]
if (child := os.fork()) == 0:
    assert list(client.stream(request).text) == ["hel", "lo"]
    try:
        next(mine)
    except sansio.APIError:
        client.close()
        os._exit(7)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
assert list(mine) == ["lo"]
client.close()
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_forked_process_has_connections_of_its_own() -> None:
    """The child uses no connection of the parent's, idle or not; the parent's stream goes on when the child's client is closed."""

    def parents(peer: Peer) -> None:
        peer.request()
        peer.send(STREAM_HEAD, chunk(delta("hel")))
        over.wait(20)
        peer.send(chunk(delta("lo")), chunk(delta(None, "stop") + DONE), chunk(b""))

    def childs(peer: Peer) -> None:
        try:
            always(STREAM)(peer)
        finally:
            over.set()

    over = threading.Event()
    with Server(parents, always(STREAM), childs) as server:
        ran = subprocess.run([sys.executable, "-c", _FORKS, server.url], env={"PYTHONPATH": PATH}, check=False)
    assert ran.returncode == 0
    assert server.connections == 3
