"""An event loop of one's own, by hand: `selectors`, one thread, a hundred calls at once.

A call says what it waits for (`verbs`), the loop does it and answers (`resume`).  That is all there is to embedding:
HTTP, TLS, the pool, retries and time-outs are inside.
"""

from __future__ import annotations

import random
import selectors
import socket
import time
from functools import partial

import sansio
from sansio import ChatRequest, ChatResponse, Exchange, Failed, Outcome, Retry, TextDelta, Timeouts
from sansio.commands import Ask, Broken, Done, Emit, Sleep, Wait
from sansio.flows import call
from sansio.shared import Shared
from sansio.testing import Double, Reply, echo
from sansio.wire.call import Call
from sansio.wire.verbs import Answer, Bytes, Connect, Disconnect, Finished, Receive, Send, Verb
from sansio.wire.wiring import Wiring
from sansio_transports.serve.threads import serve_double

NEVER = float("inf")


class Task:
    """A call under way, what its user has seen of it, and how it ended."""

    def __init__(self, the_call: Call[Outcome[ChatResponse]]) -> None:
        self.call = the_call
        self.text = ""
        self.outcome: Outcome[ChatResponse] | None = None
        self.unsent = b""  # of the Send under way
        self.until = NEVER
        self.key: int | None = None  # waited for


class Loop:
    """Performs the verbs of many calls; it knows sockets and time, and nothing of HTTP."""

    def __init__(self) -> None:
        self.shared = Shared()
        self.wiring = Wiring(channels=self.shared.channels)
        self.selector = selectors.DefaultSelector()
        self.sockets: dict[int, socket.socket] = {}
        self.blocked: dict[Task, socket.socket | None] = {}

    def start(self, provider: sansio.Provider, request: ChatRequest) -> Task:
        """Begin a call; it goes on in `run`."""
        exchange = Exchange(provider, request, stream=True)
        flow = partial(call, exchange, Retry(), Timeouts(), random.random)
        task = Task(Call(flow, self.shared.call_id(), self.wiring, now=time.monotonic(), unix=time.time()))
        self.advance(task)
        return task

    def run(self) -> None:
        """Until every call is over."""
        while self.blocked:
            until = min(task.until for task in self.blocked)
            ready = self.selector.select(max(0.0, until - time.monotonic()) if until < NEVER else None)
            late = [task for task in self.blocked if task.until <= time.monotonic()]
            for task in {key.data for key, _ in ready} | set(late):
                self.advance(task)

    def advance(self, task: Task) -> None:
        """Perform what can be performed without waiting.  A plain call has one verb outstanding at any time."""
        if (sock := self.blocked.pop(task, None)) is not None:
            self.selector.unregister(sock)
        while not isinstance(verb := task.call.verbs[0], Finished):
            if (reply := self.perform(task, verb)) is None:
                return
            task.call.resume(verb, reply)
        task.outcome = verb.value

    def perform(self, task: Task, verb: Verb) -> Answer | None:
        """The answer to a verb, None where it has to wait."""
        now = time.monotonic()
        match verb:
            case Ask(question):
                reply = self.shared.ask(question, now)
                for conn in reply.disconnect:
                    self.sockets.pop(conn).close()
                for woken in [other for other in self.blocked if other.key in reply.wake]:
                    woken.until = now
                return reply.answer
            case Emit(events):
                task.text += "".join([event.text for event in events if isinstance(event, TextDelta)])
                return Done(now)
            case Disconnect(conn):
                self.sockets.pop(conn).close()
                return Done(now)
            case Sleep(until) if now < until:
                self.block(task, until)
            case Wait(key, until) if now < min(until, task.until):
                self.block(task, until, key=key)
            case Sleep() | Wait():
                return Done(now)
            case Connect() | Send() | Receive():
                return self.transfer(task, verb, now)
            case _:
                raise NotImplementedError(verb)  # Pull: no request of ours has files
        return None

    def transfer(self, task: Task, verb: Connect | Send | Receive, now: float) -> Answer | None:
        """Try without blocking; what would block waits for the socket."""
        try:
            match verb:
                case Connect(conn, host, port) if conn not in self.sockets:
                    sock = self.sockets[conn] = socket.socket()
                    sock.setblocking(False)
                    sock.connect((host, port))  # an address; a name would be looked up in a thread
                case Connect(conn):
                    if code := self.sockets[conn].getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
                        raise OSError(code, "cannot connect")
                case Send(conn, data):
                    task.unsent = task.unsent or data
                    task.unsent = task.unsent[self.sockets[conn].send(task.unsent) :]
                    if task.unsent:
                        raise BlockingIOError
                case Receive(conn):
                    return Bytes(now, self.sockets[conn].recv(65536))
        except BlockingIOError:
            if now >= verb.until:
                return Broken(now, "timeout", "too late")
            self.block(task, verb.until, self.sockets[verb.conn], reads=isinstance(verb, Receive))
            return None
        except OSError as exc:
            return Broken(now, "connection", str(exc))
        return Done(now)

    def block(
        self,
        task: Task,
        until: float,
        sock: socket.socket | None = None,
        *,
        reads: bool = False,
        key: int | None = None,
    ) -> None:
        """Have the task advanced when the socket is ready, the key is woken, or the time is come."""
        task.until, task.key = until, key
        self.blocked[task] = sock
        if sock is not None:
            self.selector.register(sock, selectors.EVENT_READ if reads else selectors.EVENT_WRITE, task)


def slow_echo(request: ChatRequest) -> Reply:
    """The question, word by word, 20 ms apart."""
    return echo(request).paced(0.02)


def main() -> None:
    """A hundred answers of 0.2 s each, in about that time."""
    with serve_double(Double(slow_echo)) as server:
        provider = sansio.provider("openai", api_key="none needed", base_url=f"{server.url}/v1")
        loop = Loop()
        begun = time.monotonic()
        tasks = [
            loop.start(
                provider, ChatRequest(model="double", messages=f"this is question {n} of one hundred, word by word")
            )
            for n in range(100)
        ]
        loop.run()
        seconds = time.monotonic() - begun
        for sock in loop.sockets.values():
            sock.close()
    failed = [task.outcome.failure for task in tasks if isinstance(task.outcome, Failed)]
    print(f"{len(tasks)} calls, {len(failed)} failed, in {seconds:.2f} s on one thread")
    print(f"the last answer: {tasks[-1].text!r}")


if __name__ == "__main__":
    main()
