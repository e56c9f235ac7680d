"""A token's flow: it asks, waits, fetches, and tells what came of it; and through a call, one fetch serves all."""

from __future__ import annotations

import pytest

from sansio import Completed, Failure, LocalProtocolError
from sansio.auth import EntraClientSecret, Grant
from sansio.commands import (
    NEVER,
    Abandoned,
    Ask,
    Attempted,
    Busy,
    Clock,
    Close,
    Done,
    Fetch,
    Flow,
    Leased,
    Open,
    Race,
    Read,
    Refused,
    Sleep,
    Token,
    TokenFetched,
    TokenRefused,
    TokenWanted,
    Wait,
    Withdraw,
)
from sansio.flows import forget, token
from sansio.flows.token import Fetching
from sansio.http import Timeouts
from sansio.policy import Retry
from sansio.types import ChatResponse, Credential
from tests.unit.flows.played import Kind, Played
from tests.unit.wire.by_hand import ByHand

GRANT = EntraClientSecret("t", "c", "hush", authority="http://login.example")
KEY = GRANT.key
UNIX = 1_795_176_000.0
JSON = b'{"access_token":"eyJ","expires_in":3600,"token_type":"Bearer"}'
CREDENTIAL = Credential((("authorization", "Bearer eyJ"),), UNIX + 3600)
INVALID = b'{"error":"invalid_client","error_description":"AADSTS7000215: wrong secret"}'


class Wanting(Played["Credential | Failure"]):
    """The flow of a token; the Unix time is UNIX where the clock is 0."""

    def __init__(
        self,
        timeouts: Timeouts = Timeouts(),
        retry: Retry = Retry(),
        until: float = NEVER,
        unix: float | None = UNIX,
    ) -> None:
        def flow(clock: Clock) -> Flow[Credential | Failure]:
            clock.unix = unix
            return token(GRANT, retry, timeouts, lambda: 0.5, clock, until=until)

        super().__init__(flow)

    def question(self) -> object:
        return self.now(Ask).question

    def told(self) -> Credential | Failure:
        """What came of the fetch; the store answers it as it does where nothing else is there."""
        question = self.question()
        assert isinstance(question, TokenFetched)
        assert (question.key, question.unix, question.call) == (KEY, UNIX + self.clock.now, "")
        now, outcome = self.clock.now, question.outcome
        self.answer(Token(now, outcome) if isinstance(outcome, Credential) else Refused(now, outcome))
        return outcome

    def fetches(self, *, ahead: bool = False) -> Open:
        """The store says that it is to."""
        self.answer(Fetch(self.clock.now, ahead))
        return self.now(Open)

    def response(self, status: int, *pieces: bytes) -> None:
        """A response that ends."""
        self.head(status, (("Content-Type", "application/json"),))
        self.chunks(*pieces)
        self.ended()
        self.now(Close)
        self.done()

    @property
    def failure(self) -> Failure:
        """The failure that the flow came to."""
        assert isinstance(self.value, Failure)
        return self.value


def test_a_token_that_is_held_is_taken() -> None:
    flow = Wanting()
    assert flow.question() == TokenWanted(KEY, UNIX)
    flow.answer(Token(0.0, CREDENTIAL))
    assert flow.value == CREDENTIAL


def test_a_token_that_is_not_there_is_fetched_and_shared() -> None:
    flow = Wanting()
    opened = flow.fetches()
    assert opened == Open(GRANT.request(UNIX), Timeouts(read=30.0), NEVER)
    flow.clock.now = 2.0
    flow.response(200, JSON[:9], JSON[9:])
    assert flow.told() == CREDENTIAL  # it counts from the request
    assert flow.value == CREDENTIAL


@pytest.mark.parametrize(("read", "brief"), [(None, 30.0), (600.0, 30.0), (5.0, 5.0)])
def test_a_token_endpoint_is_not_waited_for_as_long_as_a_model(read: float | None, brief: float) -> None:
    flow = Wanting(Timeouts(connect=7.0, read=read, total=50.0), until=50.0)
    opened = flow.fetches()
    assert (opened.timeouts, opened.until) == (Timeouts(connect=7.0, read=brief, total=50.0), 50.0)
    flow.head(200)
    assert flow.now(Read) == Read(brief, 50.0)


def test_a_token_that_another_call_fetches_is_waited_for() -> None:
    flow = Wanting(until=9.0)
    flow.answer(Busy(0.0, -1))
    assert flow.now(Wait) == Wait(-1, 9.0)
    flow.done(at=3.0)
    assert flow.question() == TokenWanted(KEY, UNIX + 3.0)
    flow.answer(Busy(3.0, -2))
    flow.done(at=4.0)
    flow.answer(Token(4.0, CREDENTIAL))
    assert flow.value == CREDENTIAL


def test_who_waited_may_be_the_next_to_fetch() -> None:
    flow = Wanting()
    flow.answer(Busy(0.0, -1))
    flow.done()
    flow.fetches()
    flow.response(200, JSON)
    flow.told()
    assert flow.value == CREDENTIAL


def test_who_waited_may_be_told_why_there_is_none() -> None:
    flow = Wanting()
    flow.answer(Busy(0.0, -1))
    flow.done()
    flow.answer(Refused(0.0, Failure(kind="authentication", message="why")))
    assert flow.value == Failure(kind="authentication", message="no access token: why")


def test_waiting_ends_with_the_calls_time() -> None:
    flow = Wanting(until=9.0)
    flow.answer(Busy(0.0, -1))
    flow.done(at=9.0)
    assert flow.question() == Withdraw("")
    flow.done()
    assert (flow.failure.kind, flow.failure.should_retry) == ("timeout", False)


def test_a_closed_client_has_none() -> None:
    flow = Wanting()
    flow.breaks("cancelled", "the client is closed")
    assert flow.value == Failure(kind="cancelled", message="no access token: the client is closed")


def test_a_refusal_is_told_and_not_tried_again() -> None:
    flow = Wanting()
    flow.fetches()
    flow.response(401, INVALID)
    assert flow.told() == Failure(
        kind="authentication",
        message="invalid_client: AADSTS7000215: wrong secret",
        status=401,
        code="invalid_client",
        body=INVALID,
    )
    assert flow.failure.message == "no access token: invalid_client: AADSTS7000215: wrong secret"


def test_what_may_pass_is_tried_again_as_the_policy_says() -> None:
    flow = Wanting()
    flow.fetches()
    flow.response(503)
    flow.done(at=flow.now(Sleep).until)
    assert flow.now(Open).request == GRANT.request(UNIX)
    flow.breaks("connection", "refused")
    flow.done()  # Close
    flow.done(at=flow.now(Sleep).until)
    flow.now(Open)
    flow.head()
    flow.breaks("connection", "reset")
    flow.done()
    question = flow.question()
    assert isinstance(question, TokenFetched)
    assert not question.own
    outcome = flow.told()
    assert isinstance(outcome, Failure)
    assert (outcome.kind, outcome.message, outcome.status) == ("truncated", "reset", 200)


@pytest.mark.parametrize(
    ("status", "until", "own"),
    [(503, NEVER, False), (503, 20.0, False), (503, 8.0, True), (401, 8.0, False)],
)
def test_a_failure_is_a_calls_own_where_others_have_more_time(status: int, until: float, own: bool) -> None:
    flow = Wanting(retry=Retry(0, cap=8.0), until=until)
    flow.fetches()
    flow.response(status)
    question = flow.question()
    assert isinstance(question, TokenFetched)
    assert question.own is own


@pytest.mark.parametrize("kind", ["timeout", "connection", "protocol", "limit_exceeded", "cancelled"])
def test_what_breaks_is_a_failure(kind: Kind) -> None:
    flow = Wanting(retry=Retry(0))
    flow.fetches()
    flow.breaks(kind, "why")
    flow.done()
    flow.told()
    assert flow.failure.kind == kind
    assert "why" in flow.failure.message
    assert flow.failure.status is None


def test_an_explanation_that_breaks_off_explains_as_much() -> None:
    flow = Wanting()
    flow.fetches()
    flow.head(400)
    flow.chunks(INVALID)
    flow.breaks("connection", "reset")
    flow.done()
    flow.told()
    assert flow.failure.kind == "authentication"


@pytest.mark.parametrize("more", [0, 1])
def test_an_answer_has_a_limit(more: int) -> None:
    flow = Wanting()
    flow.fetches()
    flow.head(200)
    flow.chunks(b" " * (64 * 1024 - len(JSON)) + JSON)
    if more:
        flow.chunks(b" ")
    else:
        flow.ended()
    flow.done()
    outcome = flow.told()
    assert outcome == CREDENTIAL if not more else isinstance(outcome, Failure) and outcome.kind == "limit_exceeded"


def test_of_an_explanation_the_beginning_is_enough() -> None:
    flow = Wanting()
    flow.fetches()
    flow.head(400)
    flow.chunks(b"no" * 64 * 1024)
    flow.done()
    flow.told()
    assert (flow.failure.kind, len(flow.failure.body)) == ("bad_request", 64 * 1024)


@pytest.mark.parametrize(("status", "own"), [(400, False), (503, True)])
def test_a_refresh_that_fails_is_not_missed_while_the_old_token_is_good(status: int, own: bool) -> None:
    flow = Wanting()
    flow.fetches(ahead=True)
    flow.response(status)
    question = flow.question()  # and no second attempt
    assert isinstance(question, TokenFetched)
    assert question.own is own
    flow.answer(Token(0.0, CREDENTIAL))
    assert flow.value == CREDENTIAL


@pytest.mark.parametrize(("until", "soon"), [(NEVER, 7.0), (6.0, 6.0)])
def test_a_refresh_takes_little_of_a_calls_time(until: float, soon: float) -> None:
    flow = Wanting(until=until)
    flow.answer(Busy(0.0, -1))
    flow.done(at=2.0)
    assert flow.fetches(ahead=True).until == soon
    flow.breaks("timeout", at=soon)
    flow.done()
    question = flow.question()
    assert isinstance(question, TokenFetched)
    assert question.own
    assert isinstance(question.outcome, Failure)
    assert question.outcome.kind == "timeout"


def test_a_fetch_has_no_events_to_show() -> None:
    fetching = Fetching(GRANT, UNIX)
    fetching.receive_head(200, ())
    fetching.receive_data(JSON)
    fetching.receive_eof()
    assert fetching.outcome == Completed(CREDENTIAL)
    assert fetching.take_events() == []


def test_a_token_needs_a_date() -> None:
    with pytest.raises(LocalProtocolError, match="needs the Unix time"):
        Wanting(unix=None)


def test_an_answer_to_something_else_is_refused() -> None:
    flow = Wanting()
    with pytest.raises(LocalProtocolError, match="Leased does not answer"):
        flow.answer(Leased(0.0, 1, fresh=True))


def test_a_token_that_a_server_refused_is_forgotten() -> None:
    flow = Played(lambda _: forget(GRANT, CREDENTIAL))
    assert flow.now(Ask) == Ask(TokenRefused(KEY, CREDENTIAL))
    flow.done()
    assert flow.value is None


# -- through the wire, over one Shared ------------------------------------------------------------------------

OK = b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%b" % (len(JSON), JSON)


def wanted(clock: Clock) -> Flow[Credential | Failure]:
    clock.unix = UNIX
    return token(GRANT, Retry(0), Timeouts(), lambda: 0.5, clock, until=NEVER)


def test_calls_that_want_one_token_at_once_make_one_request() -> None:
    first = ByHand(wanted)
    others = [ByHand(wanted, first.shared) for _ in range(3)]
    assert [other.verbs for other in others] == [["Wait"]] * 3
    first.exchange(OK)
    assert first.value == CREDENTIAL
    assert first.woken == [other.verb(Wait).key for other in others]
    for other in others:
        other.done(Wait)
        assert other.value == CREDENTIAL
    assert ByHand(wanted, first.shared).value == CREDENTIAL
    assert first.shared.pool.connections == 1


def test_a_call_that_is_abandoned_leaves_its_fetch_to_the_next() -> None:
    first = ByHand(wanted)
    second, third = ByHand(wanted, first.shared), ByHand(wanted, first.shared)
    first.abandon()
    assert first.woken == [second.verb(Wait).key]
    second.done(Wait)
    second.exchange(OK)
    assert second.value == CREDENTIAL
    third.done(Wait)
    assert third.value == CREDENTIAL


def test_calls_with_secrets_of_no_use_all_hear_so() -> None:
    """It is a mistake of the caller's: it is raised where the fetch begins, and the next one finds it out by itself."""

    class Useless(Grant, frozen=True):
        secret: str

    def flow(clock: Clock) -> Flow[Credential | Failure]:
        clock.unix = UNIX
        return token(Useless("x"), Retry(0), Timeouts(), lambda: 0.5, clock, until=NEVER)

    first = ByHand(wanted)
    for name in ("a", "b"):
        with pytest.raises(LocalProtocolError, match="Useless does not say how"):
            ByHand(flow, first.shared)
        assert first.shared.ask(Abandoned(str(int(first.shared.call_id()) - 1)), 0.0).answer == Done(0.0), name


def test_a_racer_that_is_given_up_leaves_its_fetch_too() -> None:
    """Its questions are asked in its own name, which no flow knows."""

    def racer(clock: Clock, fetches: bool) -> Flow[Attempted[ChatResponse]]:
        if fetches:
            yield from wanted(clock)
        return Attempted(Completed(ChatResponse("1", 0, "m", [])), committed=False)

    def race(clock: Clock) -> Flow[object]:
        return (yield Race((racer(clock, True), racer(clock, False)), 1.0))

    hands = ByHand(race)
    assert hands.asked[0] == TokenWanted(KEY, UNIX, "1.1")
    waiting = ByHand(wanted, hands.shared)
    hands.done(Sleep)
    assert Abandoned("1.1") in hands.asked
    assert hands.woken == [waiting.verb(Wait).key]
    waiting.done(Wait)
    waiting.exchange(OK)
    assert waiting.value == CREDENTIAL


def test_a_fetch_goes_on_in_the_pool_like_any_request() -> None:
    hands = ByHand(wanted)
    hands.exchange(b"HTTP/1.1 200 OK\r\n\r\n" + JSON)
    hands.receive(b"")
    assert hands.value == CREDENTIAL
    closed = ByHand(wanted, hands.shared)
    assert closed.value == CREDENTIAL
