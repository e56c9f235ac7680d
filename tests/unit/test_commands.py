"""Commands are plain data: they encode, compare, and show no secret."""

from __future__ import annotations

import msgspec

from sansio.commands import (
    NEVER,
    Ask,
    Broken,
    Clock,
    Fetch,
    Lease,
    Leased,
    Open,
    Proxy,
    Refused,
    Route,
    Token,
    TokenFetched,
    TokenRefused,
    after,
)
from sansio.errors import Failure
from sansio.http import HttpRequest, Origin, Timeouts
from sansio.types import Credential

_CREDENTIAL = Credential((("authorization", "Bearer secret"),), 5.0)


def test_a_deadline_is_a_timeout_from_now_and_none_is_never() -> None:
    assert after(5.0, 2.5) == 7.5
    assert after(5.0, None) == NEVER
    assert NEVER > 1e300


def test_a_clock_starts_where_it_is_told_and_may_know_no_date() -> None:
    assert (Clock(3.0).now, Clock(3.0).unix) == (3.0, None)
    assert Clock(3.0, 1.5).unix == 1.5


def test_the_date_goes_on_with_the_clock() -> None:
    clock = Clock(3.0, 1000.0)
    assert clock.unix_now() == 1000.0
    clock.now = 4.5
    assert clock.unix_now() == 1001.5
    assert Clock(3.0).unix_now() is None


def test_a_token_does_not_show() -> None:
    for said in (Token(1.0, _CREDENTIAL), TokenFetched("k", 5.0, _CREDENTIAL), TokenRefused("k", _CREDENTIAL)):
        assert "secret" not in repr(said)


def test_a_proxy_shows_no_password() -> None:
    proxy = Proxy("http", "p.example", 3128, "me", "secret")
    assert repr(proxy) == "Proxy(http://p.example:3128)"
    assert "secret" not in repr(Ask(Lease("1", Route(Origin("https", "a.example", 443), proxy))))


def test_a_request_to_open_shows_no_secret() -> None:
    request = HttpRequest("POST", "http://a.example/", (("authorization", "Bearer secret"),), b"prompt")
    text = repr(Open(request, Timeouts(), NEVER))
    assert "secret" not in text
    assert "prompt" not in text


def test_answers_are_plain_data() -> None:
    refused = Refused(1.0, Failure(kind="authentication", message="no"))
    leased = Leased(1.0, 7, fresh=True)
    for answer in (Broken(1.0, "timeout", "late"), leased, Token(1.0, _CREDENTIAL), Fetch(1.0), refused):
        assert msgspec.json.decode(msgspec.json.encode(answer), type=type(answer)) == answer
