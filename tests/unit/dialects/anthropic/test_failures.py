"""Errors by their types, codes and words."""

from __future__ import annotations

import msgspec
import pytest

from sansio.dialects.anthropic.failures import failure, of_facts
from sansio.dialects.codec import Reply, Terms
from sansio.dialects.error_body import of_error
from sansio.errors import Kind
from sansio.http import Limits
from sansio.types import Provider

TERMS = Terms(provider=Provider(name="p", base_url="https://p", dialect="anthropic"), stream=False, limits=Limits())


@pytest.mark.parametrize(
    ("status", "type_", "message", "kind"),
    [
        (400, "invalid_request_error", "prompt is too long: 210000 tokens > 200000 maximum", "context_window"),
        (
            400,
            "invalid_request_error",
            "input length and `max_tokens` exceed context limit: 9 + 9 > 9",
            "context_window",
        ),
        (400, "invalid_request_error", "Your credit balance is too low to access the API", "quota_exceeded"),
        (400, "invalid_request_error", "You have reached your specified API usage limits", "quota_exceeded"),
        (400, "invalid_request_error", "Output blocked by content filtering policy", "content_policy"),
        (400, "invalid_request_error", "messages: too few", "bad_request"),
        (401, "authentication_error", "invalid x-api-key", "authentication"),
        (402, "billing_error", "pay", "quota_exceeded"),
        (403, "permission_error", "no", "permission_denied"),
        (404, "not_found_error", "model: x", "not_found"),
        (409, "conflict_error", "busy", "conflict"),
        (413, "request_too_large", "big", "request_too_large"),
        (429, "rate_limit_error", "slow", "rate_limited"),
        (500, "api_error", "oops", "server_error"),
        (504, "timeout_error", "late", "timeout"),
        (529, "overloaded_error", "Overloaded", "overloaded"),
    ],
)
def test_a_response_and_an_event_tell_the_same(status: int, type_: str, message: str, kind: Kind) -> None:
    error = {"type": type_, "message": message}
    body = msgspec.json.encode({"type": "error", "error": error, "request_id": "req_1"})
    found = failure(Reply(status, {"retry-after": "3"}, body), TERMS)
    assert (found.kind, found.message, found.type, found.retry_after) == (kind, message, type_, 3)
    assert found.request_id == "req_1"
    told = of_facts(of_error(error), body)
    assert (told.kind, told.message, told.request_id, told.body) == (kind, message, "req_1", body)


def test_a_code_tells_more_than_the_type() -> None:
    details = {"error_code": "enforced_spend_limit_reached"}
    body = msgspec.json.encode({"error": {"type": "rate_limit_error", "message": "m", "details": details}})
    found = failure(Reply(429, {"request-id": "req_2"}, body), TERMS)
    assert (found.kind, found.code, found.request_id) == ("quota_exceeded", "enforced_spend_limit_reached", "req_2")


def test_a_page_has_no_id() -> None:
    assert failure(Reply(503, {}, b"<html>"), TERMS).request_id is None
