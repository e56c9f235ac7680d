"""What token endpoints answer, and what a grant is."""

from __future__ import annotations

import msgspec
import pytest

from sansio import LocalProtocolError
from sansio.auth import Grant
from sansio.auth.oauth import form, read_refusal, read_token
from sansio.errors import Failure, Kind
from sansio.http import HttpRequest
from sansio.types import Credential

NOW = 1_795_176_000.0


class Own(Grant, frozen=True):
    """A grant of one's own."""

    secret: str


def told(body: bytes, status: int = 200) -> Credential | Failure:
    return read_token(status, {}, body, NOW)


def refused(body: bytes, status: int = 400, **headers: str) -> Failure:
    failure = read_token(status, {name.replace("_", "-"): value for name, value in headers.items()}, body, NOW)
    assert isinstance(failure, Failure)
    return failure


def test_a_form_is_one_post() -> None:
    request = form("https://a.example/token", {"scope": "a b", "client_secret": "p&q"})
    assert request == HttpRequest(
        "POST",
        "https://a.example/token",
        (("content-type", "application/x-www-form-urlencoded"), ("accept", "application/json")),
        b"scope=a+b&client_secret=p%26q",
    )


@pytest.mark.parametrize(
    ("body", "expires"),
    [
        (b'{"access_token":"ya29.x","expires_in":3599,"token_type":"Bearer"}', NOW + 3599),
        (b'{"access_token":"ya29.x","expires_in":"3599","token_type":"bearer","scope":"a"}', NOW + 3599),
        (b'{"access_token":"ya29.x","expires_in":59.5}', NOW + 59.5),
        (b'{"access_token":"ya29.x","expires_on":"1795179600","expires_in":"3599"}', NOW + 3599),
        (b'{"access_token":"ya29.x","expires_on":"1795179600"}', NOW + 3600),
        (b'{"access_token":"ya29.x"}', None),
    ],
)
def test_a_token_is_a_bearer_header_until_it_expires(body: bytes, expires: float | None) -> None:
    assert told(body) == Credential((("authorization", "Bearer ya29.x"),), expires)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "no access_token"),
        (b"<html>", "no access_token"),
        (b"[1]", "no access_token"),
        (b'{"token":"x"}', "no access_token"),
        (b'{"access_token":5}', "no access_token"),
        (b'{"access_token":"\xff"}', "no access_token"),
        (b"[" * 100_000, "no access_token"),
        (b'{"access_token":"x","expires_in":"soon"}', "no access_token"),
        (b'{"access_token":"x","token_type":"pop"}', "no bearer token"),
        (b'{"access_token":""}', "no header can carry"),
        (b'{"access_token":"x\\r\\ny: z"}', "no header can carry"),
        (b'{"access_token":"\xc3\xa9"}', "no header can carry"),
        (b'{"access_token":"x","expires_in":0}', "has expired"),
        (b'{"access_token":"x","expires_in":-1}', "has expired"),
        (b'{"access_token":"x","expires_in":"nan"}', "has expired"),
        (b'{"access_token":"x","expires_in":1e300}', "has expired"),
        (b'{"access_token":"x","expires_on":"1795175999"}', "has expired"),
    ],
)
def test_any_other_answer_is_no_token_and_is_not_shown(body: bytes, said: str) -> None:
    failure = told(body)
    assert isinstance(failure, Failure)
    assert failure.kind == "protocol"
    assert said in failure.message
    assert failure.body == b""


@pytest.mark.parametrize(
    ("status", "body", "kind", "message"),
    [
        (400, b'{"error":"invalid_grant","error_description":"Bad JWT."}', "authentication", "invalid_grant: Bad JWT."),
        (401, b'{"error":"invalid_client"}', "authentication", "invalid_client"),
        (400, b'{"error":"unauthorized_client","error_description":5}', "authentication", "unauthorized_client"),
        (400, b'{"error":"invalid_scope"}', "bad_request", "invalid_scope"),
        (403, b'{"error":"access_denied"}', "permission_denied", "access_denied"),
        (400, b'{"error":"temporarily_unavailable"}', "service_unavailable", "temporarily_unavailable"),
        (400, b'{"error":"server_error"}', "server_error", "server_error"),
        (
            403,
            b'{"error":{"code":403,"message":"no","status":"PERMISSION_DENIED"}}',
            "permission_denied",
            "PERMISSION_DENIED: no",
        ),
        (400, b'{"error":{}}', "bad_request", "status 400 without an explanation"),
        (429, b'{"error":["?"]}', "rate_limited", "status 429 without an explanation"),
        (500, b"[]", "server_error", "status 500 without an explanation"),
        (503, b" Try \n again\xff ", "service_unavailable", "Try again\ufffd"),
        (502, b"x" * 100_000, "server_error", "x" * 2000),
    ],
)
def test_a_refusal_has_a_kind_and_says_why(status: int, body: bytes, kind: Kind, message: str) -> None:
    failure = refused(body, status)
    assert (failure.kind, failure.message, failure.status) == (kind, message, status)
    assert failure.body == body[: 64 * 1024]


def test_a_refusal_keeps_what_its_head_says() -> None:
    failure = refused(b'{"error":"invalid_grant"}', retry_after="7", x_ms_request_id="id")
    assert (failure.code, failure.retry_after, failure.request_id) == ("invalid_grant", 7.0, "id")
    assert refused(b"", x_request_id="id").request_id == "id"
    assert refused(b"", retry_after="Fri, 20 Nov 2026 12:00:30 GMT").retry_after == 30.0


def test_a_redirection_is_not_followed() -> None:
    assert "redirected to https://b.example/" in refused(b"", 302, location="https://b.example/").message
    assert refused(b"", 304).message == "status 304 without an explanation"


def test_an_error_in_a_successful_answer_is_a_refusal() -> None:
    failure = refused(b'{"error":"invalid_grant"}', 200)
    assert (failure.kind, failure.message) == ("authentication", "invalid_grant")


def test_an_endpoint_may_give_a_status_another_meaning() -> None:
    assert read_refusal(404, {}, b"", NOW).kind == "not_found"
    assert read_refusal(404, {}, b"", NOW, {404: "service_unavailable"}).kind == "service_unavailable"
    assert read_refusal(404, {}, b'{"error":"invalid_client"}', NOW, {404: "overloaded"}).kind == "authentication"


def test_a_key_differs_where_a_secret_does_and_shows_none() -> None:
    assert Own("hush").key == Own("hush").key
    assert Own("hush").key != Own("hush!").key
    assert "hush" not in Own("hush").key
    assert Own("hush").key.startswith("Own:")


def test_a_grant_of_ones_own_says_how_it_asks() -> None:
    with pytest.raises(LocalProtocolError, match="Own does not say how"):
        Own("x").request(NOW)
    assert Own("x").read(200, {}, b'{"access_token":"x"}', NOW) == Credential((("authorization", "Bearer x"),))


def test_grants_are_plain_data() -> None:
    assert msgspec.json.decode(msgspec.json.encode(Own("x")), type=Own) == Own("x")
