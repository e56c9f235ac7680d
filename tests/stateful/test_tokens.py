"""The token store under every order of questions: one fetch a token, nobody forgotten, nothing that has expired."""

# A leak cannot be seen from outside: at the end the store's own tables must be empty.
# pyright: reportPrivateUsage=false

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from sansio.commands import (
    Broken,
    Busy,
    Decision,
    Done,
    Fetch,
    Refused,
    Token,
    TokenFetched,
    TokenRefused,
    TokenWanted,
)
from sansio.errors import Failure
from sansio.shared import Tokens
from sansio.shared.tokens import REFRESH_AHEAD
from sansio.types import Credential
from sansio.wire.pool import Reply

KEYS = ["a", "b"]
CALLS = ["1", "1.1", "1.2", "1.20", "12", "2", "3"]
FAILURES = [Failure(kind="authentication", message="no"), Failure(kind="server_error", message="later")]


@dataclass
class Waiter:
    """A call that was Busy: woken or not."""

    key: str
    ticket: int
    woken: bool = False


class TokenMachine(RuleBasedStateMachine):
    @initialize()
    def begin(self) -> None:
        self.tokens = Tokens()
        self.unix = 1000.0
        self.made = 0
        self.asked = 0
        self.fetchers: dict[str, str] = {}  # key -> the call that was told to fetch, or was handed the fetch
        self.waiters: dict[str, Waiter] = {}
        self.newest: dict[str, Credential] = {}
        self.refused: set[Credential] = set()
        self.told: dict[str, Failure] = {}  # what a woken waiter is to hear where no token is there
        self.closed = False

    def take(self, reply: Reply) -> Decision:
        """Wake whom the reply names: nobody else, and nobody twice."""
        for key in reply.wake:
            (waiter,) = [waiter for waiter in self.waiters.values() if waiter.ticket == key and not waiter.woken]
            waiter.woken = True
        assert not reply.disconnect
        assert reply.answer.now == self.unix
        return reply.answer

    def given(self, key: str, token: Credential) -> None:
        """A token that is given out is the newest, is good for a while, and was not refused."""
        assert token == self.newest[key]
        assert token not in self.refused
        assert token.expires is None or token.expires > self.unix

    def lasts(self, key: str) -> bool:
        """Whether there is a token that need not be replaced yet."""
        token = self.newest.get(key)
        if token is None or token in self.refused:
            return False
        return token.expires is None or token.expires - self.unix > REFRESH_AHEAD

    def ask(self, call: str, key: str) -> None:
        waiter = self.waiters.get(call)
        answer = self.take(self.tokens.wanted(TokenWanted(key, self.unix, call), self.unix))
        self.asked += 1
        if isinstance(answer, Busy):
            assert key in self.fetchers, "it waits for nobody"
            if waiter is None or waiter.woken:
                assert answer.key not in {other.ticket for other in self.waiters.values()}
                self.waiters[call] = Waiter(key, answer.key)
            assert self.waiters[call].ticket == answer.key < 0
            return
        assert waiter is None or waiter.woken, "served without being woken"
        self.waiters.pop(call, None)
        failure = self.told.pop(call, None)
        match answer:
            case Fetch(_, ahead):
                if ahead:
                    self.given(key, self.newest[key])  # it could have been
                assert self.fetchers.setdefault(key, call) == call, "two fetch one token"
                assert failure is None
                assert not self.lasts(key), "a token that is good for long was fetched again"
            case Token(_, token):
                self.given(key, token)
            case Refused(_, said):
                assert said == failure
            case _:
                assert answer == Broken(self.unix, "cancelled", "the client is closed")
                assert self.closed

    def free(self) -> list[str]:
        """The calls that neither fetch nor wait."""
        return [call for call in CALLS if call not in self.waiters and call not in self.fetchers.values()]

    @precondition(lambda self: self.free())
    @rule(data=st.data(), key=st.sampled_from(KEYS))
    def want(self, data: st.DataObject, key: str) -> None:
        self.ask(data.draw(st.sampled_from(self.free())), key)

    @precondition(lambda self: self.waiters)
    @rule(data=st.data())
    def want_again(self, data: st.DataObject) -> None:
        call = data.draw(st.sampled_from(sorted(self.waiters)))
        self.ask(call, self.waiters[call].key)

    def fetching(self) -> list[tuple[str, str]]:
        """Who fetches, and has asked since it was handed the fetch."""
        return [(key, call) for key, call in self.fetchers.items() if call not in self.waiters]

    @precondition(lambda self: self.fetching())
    @rule(data=st.data(), life=st.sampled_from([0.0, 1.0, 100.0, 400.0, 3600.0, None]))
    def fetched(self, data: st.DataObject, life: float | None) -> None:
        key, call = data.draw(st.sampled_from(self.fetching()))
        self.made += 1
        token = Credential((("authorization", f"Bearer {self.made}"),), None if life is None else self.unix + life)
        if life != 0.0 and not self.closed:
            self.newest[key] = token
        answer = self.end(key, call, token)
        if life != 0.0 and not self.closed:
            assert answer == Token(self.unix, token)

    @precondition(lambda self: self.fetching())
    @rule(data=st.data(), failure=st.sampled_from(FAILURES), own=st.booleans())
    def failed_to_fetch(self, data: st.DataObject, failure: Failure, own: bool) -> None:
        key, call = data.draw(st.sampled_from(self.fetching()))
        self.end(key, call, failure, own=own)

    def end(self, key: str, call: str, outcome: Credential | Failure, *, own: bool = False) -> Decision:
        del self.fetchers[key]
        waiting = [name for name, waiter in self.waiters.items() if waiter.key == key and not waiter.woken]
        reply = self.tokens.fetched(TokenFetched(key, self.unix, outcome, own, call), self.unix)
        answer = self.take(reply)
        if own:
            self.hand_on(key, reply)
        elif not self.closed:
            assert all(self.waiters[name].woken for name in waiting), "a waiter was forgotten"
            if isinstance(answer, Refused):
                self.told.update(dict.fromkeys(waiting, answer.failure))
            elif isinstance(outcome, Failure):
                self.told.update(dict.fromkeys(waiting, outcome))
        match answer:
            case Token(_, token):
                self.given(key, token)
            case Refused(_, failure):
                assert failure == outcome or isinstance(outcome, Credential)
            case _:
                assert self.closed
        return answer

    def hand_on(self, key: str, reply: Reply) -> None:
        """The one who is woken fetches next."""
        names = [name for name, waiter in self.waiters.items() if waiter.ticket in reply.wake and waiter.key == key]
        assert len(names) <= 1
        self.fetchers.update(dict.fromkeys([key] if names else [], names[0] if names else ""))

    def leave(self, call: str, reply: Reply) -> None:
        self.take(reply)
        for key in [key for key, fetcher in self.fetchers.items() if fetcher == call]:
            del self.fetchers[key]
            self.hand_on(key, reply)
        self.waiters.pop(call, None)
        self.told.pop(call, None)

    @precondition(lambda self: self.waiters)
    @rule(data=st.data())
    def withdraw(self, data: st.DataObject) -> None:
        call = data.draw(st.sampled_from(sorted(self.waiters)))
        self.leave(call, self.tokens.withdraw(call, self.unix))

    @precondition(lambda self: self.fetching())
    @rule(data=st.data())
    def wait_for_a_connection_no_longer(self, data: st.DataObject) -> None:
        """Nothing changes: the fetch is the call's own still."""
        _, call = data.draw(st.sampled_from(self.fetching()))
        assert self.tokens.withdraw(call, self.unix) == Reply(Done(self.unix))

    @rule(call=st.sampled_from(CALLS))
    def abandon(self, call: str) -> None:
        self.gone(call)

    def gone(self, call: str) -> None:
        """Racers one by one, so that each reply says who was handed what; then the call, which has nothing left."""
        for name in [name for name in CALLS if name.startswith(f"{call}.")]:
            self.leave(name, self.tokens.abandon(name, self.unix))
        self.leave(call, self.tokens.abandon(call, self.unix))

    @precondition(lambda self: self.newest)
    @rule(data=st.data())
    def refuse(self, data: st.DataObject) -> None:
        key = data.draw(st.sampled_from(sorted(self.newest)))
        self.refused.add(self.newest[key])
        assert self.take(self.tokens.refused(TokenRefused(key, self.newest[key]), self.unix)) == Done(self.unix)

    @rule(seconds=st.sampled_from([0.5, 20.0, 90.0, 400.0, 3400.0]))
    def pass_time(self, seconds: float) -> None:
        self.unix += seconds

    @precondition(lambda self: self.asked > 15)
    @rule(forked=st.booleans())
    def close_or_fork(self, forked: bool) -> None:
        if forked:
            self.tokens.forked()
            self.waiters.clear()
            self.told.clear()
        else:
            self.closed = True
            self.take(self.tokens.close(self.unix))
            assert all(waiter.woken for waiter in self.waiters.values())
            self.told.clear()
        self.fetchers.clear()

    @invariant()
    def nobody_waits_for_what_nobody_fetches(self) -> None:
        waiting = [waiter for waiter in self.waiters.values() if not waiter.woken]
        assert self.tokens.waiting == len(waiting)
        assert {waiter.key for waiter in waiting} <= set(self.fetchers)

    @invariant()
    def as_many_fetch_as_the_store_says(self) -> None:
        own = {key: entry.fetcher for key, entry in self.tokens._entries.items() if entry.fetcher is not None}
        assert own == self.fetchers

    def teardown(self) -> None:
        """When all calls are gone nothing is booked."""
        for call in CALLS:
            self.gone(call)
        assert not self.waiters
        assert not self.fetchers
        assert (self.tokens.waiting, self.tokens._bookings) == (0, {})


TokenMachine.TestCase.settings = settings(max_examples=150, stateful_step_count=50)
TestTokens = TokenMachine.TestCase
