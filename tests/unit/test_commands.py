"""Commands are plain data: they encode, compare, and show no secret."""

from __future__ import annotations

import msgspec

from sansio.commands import NEVER, Ask, Broken, Clock, Lease, Leased, Open, Proxy, Route, after
from sansio.http import HttpRequest, Origin, Timeouts


def test_a_deadline_is_a_timeout_from_now_and_none_is_never() -> None:
    assert after(5.0, 2.5) == 7.5
    assert after(5.0, None) == NEVER
    assert NEVER > 1e300


def test_a_clock_starts_where_it_is_told_and_may_know_no_date() -> None:
    assert (Clock(3.0).now, Clock(3.0).unix) == (3.0, None)
    assert Clock(3.0, 1.5).unix == 1.5


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
    for answer in (Broken(1.0, "timeout", "late"), Leased(1.0, 7, fresh=True)):
        assert msgspec.json.decode(msgspec.json.encode(answer), type=type(answer)) == answer
