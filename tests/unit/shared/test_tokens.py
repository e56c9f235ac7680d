"""The access tokens that calls share: who fetches, who waits, and what they are told."""

from __future__ import annotations

import pytest

from sansio.commands import (
    NEVER,
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
from sansio.shared.tokens import KEPT
from sansio.types import Credential
from sansio.wire.pool import Reply

FAILURE = Failure(kind="authentication", message="no")
CLOSED = Broken(0.0, "cancelled", "the client is closed")
KEY = "k"
UNIX = 1000.0


def credential(expires: float | None = UNIX + 3600, name: str = "a") -> Credential:
    return Credential((("authorization", f"Bearer {name}"),), expires)


def ask(tokens: Tokens, call: str, unix: float = UNIX, key: str = KEY) -> Decision:
    reply = tokens.wanted(TokenWanted(key, unix, call), 0.0)
    assert reply.wake == ()
    return reply.answer


def fetched(
    tokens: Tokens, call: str, outcome: Credential | Failure, unix: float = UNIX, *, own: bool = False
) -> Reply:
    return tokens.fetched(TokenFetched(KEY, unix, outcome, own, call), 0.0)


def holding(token: Credential, unix: float = UNIX) -> Tokens:
    """A store with that token in it."""
    tokens = Tokens()
    assert ask(tokens, "0", unix) == Fetch(0.0)
    assert fetched(tokens, "0", token, unix) == Reply(Token(0.0, token))
    return tokens


def test_the_first_fetches_the_others_wait_and_all_get_it() -> None:
    tokens = Tokens()
    assert ask(tokens, "1") == Fetch(0.0)
    assert [ask(tokens, "2"), ask(tokens, "3")] == [Busy(0.0, -1), Busy(0.0, -2)]
    assert tokens.waiting == 2
    assert ask(tokens, "2") == Busy(0.0, -1)  # woken by nobody
    assert fetched(tokens, "1", credential()) == Reply(Token(0.0, credential()), (-1, -2))
    assert tokens.waiting == 0
    assert [ask(tokens, call) for call in "2345"] == [Token(0.0, credential())] * 4


def test_the_one_who_fetches_may_ask_again() -> None:
    tokens = Tokens()
    assert [ask(tokens, "1"), ask(tokens, "1")] == [Fetch(0.0)] * 2


def test_tokens_of_other_keys_are_others() -> None:
    tokens = holding(credential())
    assert ask(tokens, "1", key="other") == Fetch(0.0)
    assert ask(tokens, "2", key=KEY) == Token(0.0, credential())
    assert tokens.kept == 2


def test_a_fetch_that_failed_has_failed_for_all_who_waited() -> None:
    tokens = Tokens()
    ask(tokens, "1")
    ask(tokens, "2")
    ask(tokens, "3")
    assert fetched(tokens, "1", FAILURE) == Reply(Refused(0.0, FAILURE), (-1, -2))
    assert ask(tokens, "4") == Fetch(0.0)  # it has not waited
    assert ask(tokens, "2") == Refused(0.0, FAILURE)
    assert ask(tokens, "2") == Busy(0.0, -3)  # once
    fetched(tokens, "4", credential())
    assert ask(tokens, "3") == Token(0.0, credential())  # what is there is better than what was not


@pytest.mark.parametrize("abandoned", [True, False])
def test_a_fetch_that_was_given_up_goes_to_the_next_who_waits(abandoned: bool) -> None:
    tokens = Tokens()
    ask(tokens, "1")
    ask(tokens, "2")
    ask(tokens, "3")
    if abandoned:
        assert tokens.abandon("1", 0.0) == Reply(Done(0.0), (-1,))
    else:
        assert fetched(tokens, "1", FAILURE, own=True) == Reply(Refused(0.0, FAILURE), (-1,))
    assert ask(tokens, "4") == Busy(0.0, -3)
    assert ask(tokens, "2") == Fetch(0.0)
    assert ask(tokens, "3") == Busy(0.0, -2)


def test_a_fetch_that_nobody_waits_for_is_over_when_it_is_given_up() -> None:
    tokens = Tokens()
    ask(tokens, "1")
    assert tokens.abandon("1", 0.0) == Reply(Done(0.0))
    assert ask(tokens, "2") == Fetch(0.0)


@pytest.mark.parametrize("abandoned", [True, False])
def test_who_stops_waiting_hands_on_what_was_handed_to_it(abandoned: bool) -> None:
    tokens = Tokens()
    for call in "1234":
        ask(tokens, call)
    leave = tokens.abandon if abandoned else tokens.withdraw
    assert leave("3", 0.0) == Reply(Done(0.0))
    assert tokens.abandon("1", 0.0) == Reply(Done(0.0), (-1,))
    assert leave("2", 0.0) == Reply(Done(0.0), (-3,))
    assert ask(tokens, "4") == Fetch(0.0)
    assert leave("9", 0.0) == Reply(Done(0.0))


def test_who_fetches_and_waits_for_a_connection_no_longer_fetches_still() -> None:
    tokens = Tokens()
    ask(tokens, "1")
    ask(tokens, "2")
    assert tokens.withdraw("1", 0.0) == Reply(Done(0.0))
    tokens.abandon("1", 0.0)
    assert ask(tokens, "2") == Fetch(0.0)  # it was handed over, and taken
    assert tokens.withdraw("2", 0.0) == Reply(Done(0.0))
    assert ask(tokens, "3") == Busy(0.0, -2)


def test_a_call_is_abandoned_with_its_racers_and_without_others() -> None:
    tokens = Tokens()
    ask(tokens, "1.1")
    ask(tokens, "1.2")
    ask(tokens, "12")
    assert tokens.abandon("1.2", 0.0) == Reply(Done(0.0))
    assert ask(tokens, "1.2") == Busy(0.0, -3)
    assert tokens.abandon("1", 0.0).wake[-1] == -2
    assert ask(tokens, "12") == Fetch(0.0)
    assert tokens.waiting == 0


def test_a_call_has_one_thing_booked() -> None:
    tokens = Tokens()
    ask(tokens, "1")
    ask(tokens, "2")
    assert tokens.wanted(TokenWanted("other", UNIX, "1"), 0.0) == Reply(Fetch(0.0), (-1,))
    assert ask(tokens, "2") == Fetch(0.0)


def test_what_a_call_says_that_does_not_fetch_is_not_kept() -> None:
    tokens = Tokens()
    assert fetched(tokens, "1", credential()) == Reply(Token(0.0, credential()))
    assert tokens.kept == 0
    ask(tokens, "1")
    assert fetched(tokens, "2", FAILURE) == Reply(Refused(0.0, FAILURE))
    assert ask(tokens, "3") == Busy(0.0, -1)


@pytest.mark.parametrize(
    ("life", "ahead", "void"),
    [(3600.0, 3300.0, 3570.0), (1200.0, 900.0, 1170.0), (400.0, 300.0, 370.0), (200.0, 150.0, 180.0)],
)
def test_a_token_is_replaced_ahead_of_its_end_by_one_while_the_others_use_it(
    life: float, ahead: float, void: float
) -> None:
    old, new = credential(UNIX + life), credential(UNIX + 9999, "b")
    tokens = holding(old)
    assert ask(tokens, "1", UNIX + ahead - 0.5) == Token(0.0, old)
    assert ask(tokens, "1", UNIX + ahead) == Fetch(0.0, ahead=True)
    assert ask(tokens, "2", UNIX + ahead) == Token(0.0, old)
    assert ask(tokens, "3", UNIX + void - 0.5) == Token(0.0, old)
    assert ask(tokens, "4", UNIX + void) == Busy(0.0, -1)
    assert fetched(tokens, "1", new, UNIX + void) == Reply(Token(0.0, new), (-1,))
    assert ask(tokens, "4", UNIX + void) == Token(0.0, new)


def test_a_refresh_that_fails_is_not_missed_and_not_repeated_at_once() -> None:
    tokens = holding(credential())
    assert ask(tokens, "1", UNIX + 3300) == Fetch(0.0, ahead=True)
    assert fetched(tokens, "1", FAILURE, UNIX + 3310) == Reply(Token(0.0, credential()))
    assert ask(tokens, "2", UNIX + 3339) == Token(0.0, credential())
    assert ask(tokens, "2", UNIX + 3340) == Fetch(0.0, ahead=True)
    assert fetched(tokens, "2", FAILURE, UNIX + 3340, own=True) == Reply(Token(0.0, credential()))
    assert ask(tokens, "3", UNIX + 3369) == Token(0.0, credential())
    assert ask(tokens, "3", UNIX + 3370) == Fetch(0.0, ahead=True)
    assert fetched(tokens, "3", FAILURE, UNIX + 3570) == Reply(Refused(0.0, FAILURE))
    assert ask(tokens, "4", UNIX + 3570) == Fetch(0.0)


def test_who_waits_while_a_refresh_fails_that_was_brief_fetches_at_leisure() -> None:
    tokens = holding(credential())
    ask(tokens, "1", UNIX + 3569)
    assert ask(tokens, "2", UNIX + 3570) == Busy(0.0, -1)
    assert fetched(tokens, "1", FAILURE, UNIX + 3570, own=True) == Reply(Refused(0.0, FAILURE), (-1,))
    assert ask(tokens, "2", UNIX + 3570) == Fetch(0.0)


def test_a_token_without_an_end_is_good_until_it_is_refused() -> None:
    token = credential(None)
    tokens = holding(token)
    assert ask(tokens, "1", 1e12) == Token(0.0, token)
    assert tokens.refused(TokenRefused(KEY, token), 0.0) == Reply(Done(0.0))
    assert ask(tokens, "1", 1e12) == Fetch(0.0)


def test_a_token_that_was_refused_goes_and_a_newer_one_stays() -> None:
    old, new = credential(), credential(name="b")
    tokens = holding(old)
    tokens.refused(TokenRefused(KEY, old), 0.0)
    assert ask(tokens, "1") == Fetch(0.0)
    fetched(tokens, "1", new)
    tokens.refused(TokenRefused(KEY, old), 0.0)
    tokens.refused(TokenRefused("other", new), 0.0)
    assert ask(tokens, "2") == Token(0.0, new)


def test_a_token_that_had_expired_when_it_came_is_no_token() -> None:
    tokens = Tokens()
    ask(tokens, "1")
    ask(tokens, "2")
    reply = fetched(tokens, "1", credential(UNIX))
    assert isinstance(reply.answer, Refused)
    assert reply.answer.failure.kind == "protocol"
    assert ask(tokens, "2") == reply.answer


def test_a_closed_client_has_no_tokens() -> None:
    tokens = holding(credential())
    ask(tokens, "1", key="other")
    tokens.wanted(TokenWanted("other", UNIX, "2"), 0.0)
    assert tokens.close(0.0) == Reply(Done(0.0), (-1,))
    assert ask(tokens, "3") == CLOSED
    assert fetched(tokens, "1", credential()) == Reply(CLOSED)
    assert tokens.abandon("2", 0.0) == Reply(Done(0.0))
    assert (tokens.kept, tokens.waiting) == (0, 0)


def test_a_forked_process_has_the_tokens_and_nobody_who_fetches_or_waits() -> None:
    tokens = holding(credential())
    ask(tokens, "1", UNIX + 3300)
    ask(tokens, "2", UNIX + 3600)
    tokens.forked()
    assert tokens.waiting == 0
    assert ask(tokens, "3") == Token(0.0, credential())
    assert ask(tokens, "4", UNIX + 3300) == Fetch(0.0, ahead=True)
    assert fetched(tokens, "1", credential(NEVER)) == Reply(Token(0.0, credential(NEVER)))
    assert ask(tokens, "5", UNIX + 3599) == Busy(0.0, -2)


def test_the_token_that_was_asked_for_least_lately_makes_room() -> None:
    tokens = holding(credential())
    ask(tokens, "9", key="fetched")
    ask(tokens, "8", key="fetched")
    for number in range(KEPT - 2):
        ask(tokens, f"a{number}", key=str(number))
        tokens.abandon(f"a{number}", 0.0)
    assert ask(tokens, "1") == Token(0.0, credential())
    assert tokens.kept == KEPT
    ask(tokens, "1", key="one more")
    assert tokens.kept == KEPT
    assert ask(tokens, "2") == Token(0.0, credential())
    assert ask(tokens, "7", key="fetched") == Busy(0.0, -2)


def test_what_calls_fetch_always_has_room() -> None:
    tokens = Tokens()
    ask(tokens, "w0", key="0")
    for number in range(KEPT + 3):
        ask(tokens, f"a{number}", key=str(number + 1))
    assert tokens.kept == KEPT + 4


def test_one_who_was_woken_asks_anew_where_its_token_had_to_make_room() -> None:
    tokens = Tokens()
    ask(tokens, "1")
    ask(tokens, "2")
    fetched(tokens, "1", FAILURE)
    for number in range(KEPT + 1):
        ask(tokens, f"a{number}", key=str(number))
    assert tokens.withdraw("2", 0.0) == Reply(Done(0.0))
    assert ask(tokens, "2") == Fetch(0.0)
