"""A call driven by callbacks alone: `asyncio.Protocol` without a coroutine, a stream, or a task.

The shape to copy into Twisted, Tornado, Qt, or a loop that is written in C.
"""

from __future__ import annotations

import asyncio
import random
import time
from functools import partial

import sansio
from sansio import ChatRequest, ChatResponse, Exchange, Failed, Outcome, Retry, TextDelta, Timeouts
from sansio.commands import Ask, Broken, Done, Emit, Sleep
from sansio.flows import call
from sansio.shared import Shared
from sansio.testing import Double, answer
from sansio.wire.call import Call
from sansio.wire.verbs import Answer, Bytes, Connect, Disconnect, Finished, Receive, Send
from sansio.wire.wiring import Wiring
from sansio_transports.serve.threads import serve_double


class Connection(asyncio.Protocol):
    """A connection: what came and was not asked for yet, and how it ended."""

    def __init__(self, driver: Driver) -> None:
        self.driver = driver
        self.transport: asyncio.Transport | None = None
        self.received = bytearray()
        self.end: str | None = None  # "" is a clean one

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The connection is there."""
        if isinstance(transport, asyncio.Transport):
            self.transport = transport
        self.driver.advance()

    def data_received(self, data: bytes) -> None:
        """Some bytes are there."""
        self.received += data
        self.driver.advance()

    def eof_received(self) -> None:
        """The peer closed its side."""
        self.end = ""
        self.driver.advance()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone."""
        if self.end is None:
            self.end = str(exc or "closed")
        self.driver.advance()


class Driver:
    """One call.  Every callback ends in `advance`, which performs verbs until one has to wait."""

    def __init__(self, the_call: Call[Outcome[ChatResponse]], shared: Shared) -> None:
        self.loop = asyncio.get_running_loop()
        self.call = the_call
        self.shared = shared
        self.done: asyncio.Future[Outcome[ChatResponse]] = self.loop.create_future()
        self.connections: dict[int, Connection] = {}
        self.connecting: asyncio.Task[object] | None = None
        self.timer: asyncio.TimerHandle | None = None
        self.running = False

    def advance(self) -> None:
        """Go on as far as possible; callbacks that come from within are served by the loop below."""
        if self.running or self.done.done():
            return
        self.running = True
        if self.timer is not None:
            self.timer.cancel()
        while not isinstance(verb := self.call.verbs[0], Finished):
            if (reply := self.perform(verb)) is None:
                if (until := getattr(verb, "until", float("inf"))) < float("inf"):
                    self.timer = self.loop.call_at(until, self.advance)
                break
            self.call.resume(verb, reply)
        else:
            self.done.set_result(verb.value)
        self.running = False

    def perform(self, verb: object) -> Answer | None:
        """The answer to a verb, None where a callback will bring it."""
        now = self.loop.time()
        match verb:
            case Ask(question):
                reply = self.shared.ask(question, now)
                for conn in reply.disconnect:
                    self.disconnect(conn)
                return reply.answer
            case Emit(events):
                print("".join([event.text for event in events if isinstance(event, TextDelta)]), end="", flush=True)
                return Done(now)
            case Disconnect(conn):
                self.disconnect(conn)
                return Done(now)
            case Sleep(until):
                return Done(now) if now >= until else None
            case Connect(conn, host, port, until):
                return self.connect(conn, host, port) or self.late(until)
            case Send(conn, data):
                if (transport := self.connections[conn].transport) is None or transport.is_closing():
                    return Broken(now, "connection", "the connection is gone")
                transport.write(data)
                return Done(now)
            case Receive(conn, until):
                return self.receive(self.connections[conn]) or self.late(until)
            case _:
                raise NotImplementedError(verb)  # Wait: this client has one call; Pull: it has no files

    def late(self, until: float) -> Broken | None:
        """The answer once the deadline is past."""
        now = self.loop.time()
        return Broken(now, "timeout", "too late") if now >= until else None

    def connect(self, conn: int, host: str, port: int) -> Answer | None:
        """Begin to connect; on the next turn, how it went."""
        if conn not in self.connections:
            connection = self.connections[conn] = Connection(self)
            self.connecting = self.loop.create_task(self.loop.create_connection(lambda: connection, host, port))
            self.connecting.add_done_callback(lambda _: self.advance())
            return None
        if self.connecting is not None and self.connecting.done() and (exc := self.connecting.exception()):
            return Broken(self.loop.time(), "connection", str(exc))
        return Done(self.loop.time()) if self.connections[conn].transport is not None else None

    def receive(self, connection: Connection) -> Answer | None:
        """What came, before how it ended."""
        if connection.received or connection.end == "":
            data = bytes(connection.received)
            connection.received.clear()
            return Bytes(self.loop.time(), data)
        return None if connection.end is None else Broken(self.loop.time(), "connection", connection.end)

    def disconnect(self, conn: int) -> None:
        """Close a connection, if it was made."""
        if (transport := self.connections.pop(conn).transport) is not None:
            transport.abort()


async def ask(provider: sansio.Provider, request: ChatRequest) -> Outcome[ChatResponse]:
    """Print an answer as it comes."""
    shared = Shared()
    exchange = Exchange(provider, request, stream=True)
    flow = partial(call, exchange, Retry(), Timeouts(), random.random)
    now = asyncio.get_running_loop().time()
    the_call = Call(flow, shared.call_id(), Wiring(channels=shared.channels), now=now, unix=time.time())
    driver = Driver(the_call, shared)
    driver.advance()
    outcome = await driver.done
    for conn in tuple(driver.connections):
        driver.disconnect(conn)
    return outcome


def main() -> None:
    """One answer of a double's."""
    with serve_double(Double(answer("Callbacks all the way down.", pieces=9).paced(0.02))) as server:
        provider = sansio.provider("openai", api_key="none needed", base_url=f"{server.url}/v1")
        outcome = asyncio.run(ask(provider, ChatRequest(model="double", messages="Hello?")))
    print(f"\n{outcome.failure.kind if isinstance(outcome, Failed) else outcome.response.finish_reason}")


if __name__ == "__main__":
    main()
