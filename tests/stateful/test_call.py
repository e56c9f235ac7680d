"""Calls on one `Shared`, answered in every order with everything that may happen: they end, and nothing is left over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Final, Literal, TypeAlias, get_args

from hypothesis import event, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

import sansio
from sansio import ChatRequest, Retry
from sansio.auth import Grant
from sansio.auth.oauth import read_refusal
from sansio.commands import NEVER, Attempted, Broken, Clock, Done, Flow, Open, Proxy, Race, Sleep, after
from sansio.errors import Failure, Kind
from sansio.events import Completed, Data, Failed
from sansio.exchange import Exchange
from sansio.flows import attempt, call, token
from sansio.gateway import Close, EndOfBody, Reset
from sansio.http import Body, HttpRequest, Source, Timeouts
from sansio.testing import Double, answer, error, raw, replay
from sansio.testing.tapes import Tape, decode, encode, perform
from sansio.types import ChatResponse, Credential
from sansio.wire.call import Call
from sansio.wire.pool import PoolLimits
from sansio.wire.proxy import Proxies
from sansio.wire.verbs import Answer, Bytes, Connect, Pull, Receive, Send, StartTls
from sansio.wire.wiring import Wiring
from tests.stateful.model import Driver, Operation, Running
from tests.unit.wire.by_hand import fetch

Make: TypeAlias = Callable[[Clock], Flow[object]]

ORIGINS: Final = ("http://a.example/v1", "http://b.example/v1", "https://c.example/v1")
TIMEOUTS: Final = (Timeouts(), Timeouts(connect=5.0, first_event=3.0, read=8.0, total=40.0), Timeouts(None, None, None))
TUNNELLED: Final = Proxies(https=Proxy("http", "proxy.example", 3128))
REPLIES: Final = (
    answer("Hello there", pieces=4),
    answer("long " * 40_000),
    answer(["long " * 10_000] * 4),
    answer("Hello there", pieces=2).until(1, EndOfBody()),
    answer("Hello there", pieces=2).until(1, Close()),
    answer("Hello there", pieces=2).until(1, Reset()),
    answer("Hello there").before(0, Data(b"data: {\n\n")),
    error(429, headers=(("retry-after", "2"),)),
    error(400),
    error(500),
    raw(b"HTTP/1.1 200 OK\r\ncontent-le"),
    raw(b"HTTP/1.1 200 OK\r\n\r\n{}"),
)
KINDS: Final[tuple[Literal["timeout", "connection", "protocol", "limit_exceeded", "cancelled"], ...]] = (
    "timeout",
    "connection",
    "protocol",
    "limit_exceeded",
    "cancelled",
)
WORDS: Final = (
    b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n",
    b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n",
    b"HTTP/1.1 103 Early Hints\r\n\r\n",
    b"HTTP/1.1 413 Too large\r\nconnection: close\r\n\r\n",
    b"HTTP/1.1 429 Slow\r\nretry-after: 1\r\ncontent-length: 0\r\n\r\n",
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n",
    b"5\r\nhello\r\n",
    b"0\r\n\r\n",
    b"data: [DONE]\n\n",
    b'data: {"choices":[{"index":0,"delta":{"content":"hi"}}]}\n\n',
    b'{"error":{"message":"no"}}',
    b"\r\n",
    b"x" * 70_000,
)
GARBAGE: Final = st.lists(st.sampled_from(WORDS) | st.binary(max_size=20), min_size=1, max_size=3).map(b"".join)
BOUND: Final = 200  # verbs of a call in a world in which everything fails: three rounds of three racers, ten verbs each


def exchange(url: str, *, stream: bool, size: int = 0) -> Exchange[ChatResponse]:
    provider = sansio.provider("openai", api_key="secret", base_url=url)
    return Exchange(provider, ChatRequest(model="openai/m", messages="hi " + "x" * size), stream=stream)


def chat(url: str, timeouts: Timeouts, retries: int, *, stream: bool, size: int = 0) -> Make:
    """A chat call with its retries."""
    return lambda clock: call(exchange(url, stream=stream, size=size), Retry(retries), timeouts, lambda: 0.5, clock)


def hedged(urls: Sequence[str], timeouts: Timeouts, *, stream: bool, size: int, stagger: float) -> Make:
    """Races, and again where all have failed."""

    def flow(clock: Clock) -> Flow[object]:
        for rounds in (2, 1, 0):
            racers = [attempt(exchange(url, stream=stream, size=size), timeouts, NEVER, clock) for url in urls]
            result = yield Race(tuple(racers), stagger)
            assert isinstance(result, Attempted)
            if result.committed or isinstance(result.outcome, Completed) or not rounds:
                return result.outcome
            yield Sleep(clock.now + 1.0)
        return None

    return flow


def upload(url: str, timeouts: Timeouts, sizes: list[int]) -> Make:
    """A request whose body is bytes and sources by turns."""
    parts = [b"b" * size if n % 2 else Source(f"file {n}", size) for n, size in enumerate(sizes)]
    request = HttpRequest("POST", f"{url}/files", (), Body(tuple(parts), sum(sizes)))
    return fetch(request, timeouts)


def careless(url: str, timeouts: Timeouts) -> Make:
    """A flow that leaves its response open."""

    def flow(_: Clock) -> Flow[object]:
        head = yield Open(exchange(url, stream=False).request, timeouts, NEVER)
        return [head]

    return flow


@st.composite
def flows(draw: st.DrawFn) -> tuple[str, Make]:
    kinds = ["chat", "chat", "stream", "large", "upload", "race", "race", "read", "careless", "token", "token", "armed"]
    kind = draw(st.sampled_from(kinds))
    url, timeouts = draw(st.sampled_from(ORIGINS)), draw(st.sampled_from(TIMEOUTS))
    match kind:
        case "chat" | "stream" | "large":
            retries = draw(st.sampled_from([0, 2]))
            return kind, chat(url, timeouts, retries, stream=kind == "stream", size=300_000 * (kind == "large"))
        case "upload":
            sizes = draw(st.lists(st.sampled_from([1, 70_000, 140_000]), min_size=1, max_size=3))
            return kind, upload(url, timeouts, sizes)
        case "race":
            urls = draw(st.lists(st.sampled_from(ORIGINS), min_size=1, max_size=3))
            stagger, size = draw(st.sampled_from([0.0, 1.0])), draw(st.sampled_from([0, 0, 70_000]))
            return kind, hedged(urls, timeouts, stream=draw(st.booleans()), size=size, stagger=stagger)
        case "careless":
            return kind, careless(url, timeouts)
        case "token":
            return kind, opened(url, timeouts, draw(st.sampled_from([0, 1])))
        case "armed":
            urls = draw(st.lists(st.sampled_from(ORIGINS), min_size=1, max_size=3))
            return kind, armed(urls, timeouts, draw(st.sampled_from([0.0, 1.0])))
        case _:
            request, closing = exchange(url, stream=False).request, draw(st.sampled_from([0.0, NEVER]))
            return kind, fetch(request, timeouts, closing=closing, stop_after=draw(st.sampled_from([None, 1])))


class Opening(Grant, frozen=True):
    """A token for a while, to be had where models are."""

    url: str

    @property
    def key(self) -> str:
        """Wherever it is fetched, it is one and the same."""
        return "Opening"

    def request(self, unix: float) -> HttpRequest:  # noqa: ARG002
        return exchange(self.url, stream=False).request

    def read(self, status: int, headers: Mapping[str, str], body: bytes, unix: float) -> Credential | Failure:
        if 200 <= status < 300:
            return Credential((("authorization", "Bearer token"),), unix + 20.0)
        return read_refusal(status, headers, body, unix)


def opened(url: str, timeouts: Timeouts, retries: int) -> Make:
    """A token, and what it is."""

    def flow(clock: Clock) -> Flow[object]:
        clock.unix = 1e9
        until = after(clock.now, timeouts.total)
        outcome = yield from token(Opening(url), Retry(retries), timeouts, lambda: 0.5, clock, until=until)
        return [type(outcome)]

    return flow


def armed(urls: Sequence[str], timeouts: Timeouts, stagger: float) -> Make:
    """Racers that need a token first."""

    def racer(url: str, clock: Clock) -> Flow[Attempted[ChatResponse]]:
        outcome = yield from token(Opening(url), Retry(1), timeouts, lambda: 0.5, clock, until=NEVER)
        if isinstance(outcome, Failure):
            return Attempted(Failed(outcome), committed=False)
        return (yield from attempt(exchange(url, stream=True), timeouts, NEVER, clock))

    def flow(clock: Clock) -> Flow[object]:
        clock.unix = 1e9
        result = yield Race(tuple([racer(url, clock) for url in urls]), stagger)
        assert isinstance(result, Attempted)
        return result.outcome

    return flow


class CallMachine(RuleBasedStateMachine):
    reached: Counter[str] = Counter()  # noqa: RUF012  # of all runs together

    @initialize(
        total=st.integers(1, 4),
        per_route=st.integers(1, 3),
        idle=st.sampled_from([0, 1, 2, 2]),
        tunnelled=st.booleans(),
        replies=st.lists(st.sampled_from(REPLIES), min_size=1, max_size=4),
        ending=st.sampled_from(["well", "failing", "silent", "abandoned", "closed"]),
    )
    def begin(  # noqa: PLR0917  # hypothesis passes names
        self, total: int, per_route: int, idle: int, tunnelled: bool, replies: list[sansio.testing.Reply], ending: str
    ) -> None:
        limits = PoolLimits(total=total, per_route=per_route, idle=idle, idle_timeout=10.0)
        double = Double(lambda _: replies[len(double.received) % len(replies)])
        self.driver = Driver(limits, Wiring(proxies=TUNNELLED if tunnelled else Proxies()), double)
        self.running: list[Running[object]] = []
        self.ended: list[Running[object]] = []
        self.ending = ending

    # -- rules -------------------------------------------------------------------------------------------------

    @precondition(lambda self: len(self.running) < 5)
    @rule(kind_and_flow=flows(), data=st.data(), steps=st.sampled_from([80, 0, 3, 7]))
    def start(self, kind_and_flow: tuple[str, Make], data: st.DataObject, steps: int) -> None:
        """Begin a call, and let it go well for a while."""
        kind, flow = kind_and_flow
        self.driver.reached[f"flow: {kind}"] += 1
        running = self.driver.start(flow)
        self.running.append(running)
        self.look(running)
        self.go_well(running, data, 65536, steps)

    @precondition(lambda self: self.running)
    @rule(data=st.data(), size=st.sampled_from([1, 7, 300, 65536]))
    def go_on(self, data: st.DataObject, size: int) -> None:
        """One answer of a good world."""
        self.well(data.draw(st.sampled_from(self.running)), data, size)

    @precondition(lambda self: self.running)
    @rule(data=st.data(), size=st.sampled_from([50, 65536]), steps=st.sampled_from([5, 20, 80]))
    def go_on_for_long(self, data: st.DataObject, size: int, steps: int) -> None:
        self.go_well(data.draw(st.sampled_from(self.running)), data, size, steps)

    @precondition(lambda self: self.running)
    @rule(data=st.data())
    def go_wrong(self, data: st.DataObject) -> None:
        """Anything that a driver may answer."""
        running = data.draw(st.sampled_from(self.running))
        verb = data.draw(st.sampled_from(running.performing))
        match verb:
            case Receive():
                text = data.draw(GARBAGE | st.just(b""))
                self.driver.connections[verb.conn].misled = True
                self.resume(
                    running, verb, Bytes(self.driver.now, text) if data.draw(st.booleans()) else self.broken(data)
                )
            case Pull():
                short = data.draw(st.sampled_from([b"", b"s"]))
                self.resume(
                    running, verb, Bytes(self.driver.now, short) if data.draw(st.booleans()) else self.broken(data)
                )
            case Connect() | StartTls() | Send():
                self.resume(running, verb, self.broken(data))
            case _:
                self.driver.now = max(self.driver.now, min(verb.until, self.driver.now + 100.0))
                self.resume(running, verb, Done(self.driver.now))  # on time, or too early

    @precondition(lambda self: self.uploading())
    @rule(data=st.data(), status=st.sampled_from([b"413 No", b"200 OK"]), size=st.sampled_from([0, 3, 3]))
    def answer_early(self, data: st.DataObject, status: bytes, size: int) -> None:
        """The response comes while the request is still being sent."""
        running, receive = data.draw(st.sampled_from(self.uploading()))
        self.driver.reached["answered early"] += 1
        self.driver.connections[receive.conn].misled = True
        head = b"HTTP/1.1 %b\r\ncontent-length: 3\r\n\r\n" % status
        self.resume(running, receive, Bytes(self.driver.now, head + b"no!"[:size]))

    @rule(seconds=st.sampled_from([0.2, 1.0, 4.0, 11.0, 700.0]))
    def pass_time(self, seconds: float) -> None:
        self.driver.now += seconds

    @precondition(lambda self: len(self.running) > 2)
    @rule(data=st.data())
    def abandon(self, data: st.DataObject) -> None:
        running = data.draw(st.sampled_from(self.running))
        self.give_up(running)

    @precondition(lambda self: self.driver.idle)
    @rule(data=st.data())
    def a_peer_closes_an_idle_connection(self, data: st.DataObject) -> None:
        data.draw(st.sampled_from(self.driver.idle)).end = Bytes(self.driver.now, b"")

    @precondition(lambda self: len(self.ended) > 7 and not self.driver.closed)
    @rule()
    def close(self) -> None:
        self.driver.close()

    # -- what the rules do -------------------------------------------------------------------------------------

    def uploading(self) -> list[tuple[Running[object], Receive]]:
        """The Receives that are outstanding beside a Send."""
        return [
            (running, receive)
            for running in self.running
            for receive in running.performing
            for send in running.performing
            if isinstance(receive, Receive) and isinstance(send, Send) and receive.conn == send.conn
        ]

    def broken(self, data: st.DataObject) -> Answer:
        return Broken(self.driver.now, data.draw(st.sampled_from(KINDS)), "it went wrong")

    def go_well(self, running: Running[object], data: st.DataObject, size: int, steps: int) -> None:
        while steps and running.performing and self.well(running, data, size):
            steps -= 1

    def well(self, running: Running[object], data: st.DataObject, size: int) -> bool:
        """Answer one verb as in a good world; False where none can be answered now."""
        ready = [verb for verb in running.performing if self.driver.good(verb, 0) is not None]
        if ready:
            verb = data.draw(st.sampled_from(ready)) if len(ready) > 1 else ready[0]
            return self.resume_well(running, verb, size)
        return False

    def resume_well(self, running: Running[object], verb: Operation, size: int = 65536) -> bool:
        reply = self.driver.good(verb, size)
        if reply is not None:
            self.resume(running, verb, reply)
        return reply is not None

    def resume(self, running: Running[object], verb: Operation, reply: Answer) -> None:
        self.driver.resume(running, verb, reply)
        self.look(running)

    def look(self, running: Running[object]) -> None:
        """Whether it is over, and with what."""
        if running.over:
            self.running.remove(running)
            self.ended.append(running)
            self.check_result(running)

    def give_up(self, running: Running[object]) -> None:
        """Abandon it, after looking whether its tape leads to the same place."""
        again = perform(decode(encode(running.recorder.tape)), self.again(running))
        assert [repr(verb) for verb in again.verbs] == [repr(verb) for verb in running.call.verbs]
        self.driver.abandon(running)
        self.driver.reached["abandoned"] += 1
        self.running.remove(running)
        self.ended.append(running)

    def again(self, running: Running[object]) -> Callable[[Tape], Call[object]]:
        return lambda tape: Call(running.flow, tape.call, self.driver.wiring, now=tape.start)

    def check_result(self, running: Running[object]) -> None:
        """The outcome is of a known kind, fits the events, and is what the tape leads to."""
        value = running.value
        if isinstance(value, Failed):
            assert value.failure.kind in get_args(Kind)
            self.driver.reached[f"failed: {value.failure.kind}"] += 1
        elif isinstance(value, Completed):
            self.driver.reached["completed"] += 1
        else:
            assert isinstance(value, list)
        ends = [shown for shown in running.emitted if isinstance(shown, Completed | Failed)]
        if running.emitted:
            assert ends == ([value] if isinstance(value, Completed) else [])
            assert not ends or running.emitted[-1] is ends[0]
        assert replay(decode(encode(running.recorder.tape)), self.again(running)) == value

    # -- what always holds -------------------------------------------------------------------------------------

    @invariant()
    def the_books_agree_and_nobody_waits_for_what_is_free(self) -> None:
        if hasattr(self, "driver"):
            self.driver.check_books()

    def teardown(self) -> None:
        """However the world goes on, every call ends soon, and nothing is booked or open but what is idle."""
        if not hasattr(self, "driver"):
            return
        driver = self.driver
        if self.ending == "closed" and not driver.closed:
            driver.close()
        before = {running.name: running.performed for running in self.running}
        rounds = 0
        while self.running:
            rounds += 1
            assert rounds < 5000, "live-lock"
            progress = [self.end(running) for running in list(self.running)]
            for running in self.running:
                if self.ending in {"failing", "closed"}:
                    assert running.performed - before[running.name] < BOUND
            if not any(progress):
                self.wait()
            driver.check_books()
        assert not driver.waiting
        assert not driver.woken
        assert not driver.patient
        assert not driver.roused
        assert not driver.fetchers
        assert not [c for c in driver.connections.values() if c.connected and not c.closed and c.holder]
        assert len(driver.idle) == driver.shared.pool.idle == driver.shared.pool.connections
        driver.close()
        assert not driver.idle
        driver.reached[f"ending: {self.ending}"] += 1
        for name in driver.reached:
            event(name)
        CallMachine.reached.update(driver.reached)

    def end(self, running: Running[object]) -> bool:
        """Let one thing happen to it, after the way of the ending; False where nothing can."""
        driver = self.driver
        if self.ending == "abandoned":
            self.give_up(running)
            return True
        for verb in running.performing:
            if isinstance(verb, Connect | StartTls | Send | Receive | Pull) and self.ending == "failing":
                kind = KINDS[running.performed % len(KINDS)]
                self.resume(running, verb, Broken(driver.now, kind, "all is lost"))
                return True
            if self.ending == "silent" and isinstance(verb, Receive) and verb.until > driver.now:
                continue
            if self.resume_well(running, verb):
                return True
        return False

    def wait(self) -> None:
        """Let time pass until something may happen; where nothing has a deadline, the peers go away."""
        deadlines = [
            verb.until
            for running in self.running
            for verb in running.performing
            if not isinstance(verb, Pull) and verb.until > self.driver.now
        ]
        until = min(deadlines, default=NEVER)
        if until < NEVER:
            self.driver.now = until
            return
        receives = [
            (running, verb) for running in self.running for verb in running.performing if isinstance(verb, Receive)
        ]
        assert receives, "nothing can happen any more: a lost wake-up"
        running, verb = receives[0]
        self.resume(running, verb, Bytes(self.driver.now, b""))


REACHED: Final = {
    "abandoned",
    "answered early",
    "busy",
    "busy: token",
    "completed",
    "ending: abandoned",
    "ending: closed",
    "ending: failing",
    "ending: silent",
    "ending: well",
    "failed: bad_request",
    "failed: cancelled",
    "failed: connection",
    "failed: limit_exceeded",
    "failed: protocol",
    "failed: server_error",
    "failed: timeout",
    "failed: truncated",
    "given up: Connect",
    "given up: Receive",
    "given up: Send",
    "given up: Sleep",
    "given up: Wait",
    "reused",
    "several verbs",
    "token: Credential",
    "token: Failure",
    "woken",
    *[f"flow: {kind}" for kind in ("chat", "stream", "large", "upload", "race", "read", "careless", "token", "armed")],
}


def test_calls_end_and_leave_nothing_behind() -> None:
    CallMachine.reached.clear()
    run_state_machine_as_test(CallMachine, settings=settings(max_examples=200, stateful_step_count=50))
    assert set(CallMachine.reached) >= REACHED
