"""From what a provider says to the kind of its error."""

from __future__ import annotations

import json

import pytest

from sansio.dialects.codec import Reply
from sansio.dialects.error_body import of_error
from sansio.dialects.failures import Rule, of_facts, of_reply


def _kind(status: int, error: object, **headers: str) -> str:
    return of_reply(Reply(status, headers, json.dumps({"error": error}).encode()), None).kind


@pytest.mark.parametrize(
    ("status", "error", "kind"),
    [
        (400, {"message": "m", "code": "context_length_exceeded"}, "context_window"),
        (400, {"message": "This model's maximum context length is 8192 tokens."}, "context_window"),
        (413, {"message": "Prompt is too long"}, "context_window"),
        (429, {"message": "too many tokens per minute"}, "rate_limited"),
        (500, {"message": "Context size has been exceeded."}, "context_window"),
        (400, {"message": "m", "code": "content_policy_violation"}, "content_policy"),
        (400, {"message": "rejected as a result of our safety system"}, "content_policy"),
        (400, {"message": "m", "code": "invalid_prompt"}, "content_policy"),
        (400, {"message": "m", "code": "unsupported_parameter"}, "bad_request"),
        (429, {"message": "m", "type": "insufficient_quota"}, "quota_exceeded"),
        (429, {"message": "m", "type": "requests", "code": "rate_limit_exceeded"}, "rate_limited"),
        (402, {"message": "m"}, "quota_exceeded"),
        (401, {"message": "m", "code": "invalid_api_key"}, "authentication"),
        (400, {"message": "API key not valid. Please pass a valid API key."}, "authentication"),
        (401, {"message": "Your IP is not in the allowlist"}, "permission_denied"),
        (401, {"message": "m", "code": "PermissionDenied"}, "permission_denied"),
        (400, {"message": "m", "metadata": {"error_type": "string_too_long"}}, "context_window"),
        (403, {"message": "m", "code": "model_not_found"}, "permission_denied"),
        (404, {"message": "m", "code": "model_not_found"}, "not_found"),
        (413, {"message": "m", "type": "tokens", "code": "rate_limit_exceeded"}, "rate_limited"),
        (413, {"message": "m"}, "request_too_large"),
        (503, {"message": "m", "code": "slow_down"}, "overloaded"),
        (503, {"message": "m"}, "service_unavailable"),
        (529, {"message": "m"}, "overloaded"),
        (500, {"message": "m", "type": "invalid_request_error"}, "server_error"),
        (400, {"message": "`inputs` tokens + `max_new_tokens` must be <= 4096. Given: 5"}, "context_window"),
        (429, {"message": "m", "code": "team_spend_limit_exceeded"}, "quota_exceeded"),
        (429, {"message": "m", "code": "project_usage_limit_exceeded"}, "quota_exceeded"),
        (412, {"message": "Account a is suspended, possibly due to reaching the spending limit"}, "quota_exceeded"),
        (412, {"message": "no such deployment"}, "bad_request"),
        (498, {"message": "try again later"}, "overloaded"),
        (498, {"message": "invalid token"}, "authentication"),
        (503, {"message": "Loading model", "type": "unavailable_error", "code": 503}, "overloaded"),
        (403, {"message": "m", "metadata": {"reasons": ["violence"]}}, "content_policy"),
        (403, {"message": "m", "metadata": {"reasons": []}}, "permission_denied"),
        (403, {"message": "m", "metadata": {"limit_source": "openrouter_key_limit"}}, "quota_exceeded"),
        (400, {"message": "m", "metadata": {"error_type": "token_limit_exceeded"}}, "quota_exceeded"),
        (400, {"message": "m", "metadata": {"raw": {"error": {"code": "context_length_exceeded"}}}}, "context_window"),
        (400, {"message": "m", "metadata": {"raw": '{"error":{"message":"prompt too long"}}'}}, "context_window"),
        (403, {"message": "Content violates usage guidelines. Failed check: X"}, "content_policy"),
    ],
)
def test_an_error_response(status: int, error: object, kind: str) -> None:
    assert _kind(status, error) == kind


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ({"message": "m", "type": "server_error"}, "server_error"),
        ({"message": "m", "code": 429}, "rate_limited"),
        ({"message": "m", "code": "502"}, "server_error"),
        ({"message": "m", "code": "rate_limit_exceeded"}, "rate_limited"),
        ({"message": "m", "type": "overloaded_error"}, "overloaded"),
        ({"message": "m", "code": "invalid_parameter_error"}, "bad_request"),
        ({"message": "m", "type": "invalid_request_error"}, "bad_request"),
        ({"message": "m", "code": "context_length_exceeded"}, "context_window"),
        ({"message": "m", "code": "no_such_word"}, "server_error"),
        ("plain text", "server_error"),
    ],
)
def test_an_error_inside_a_success(error: object, kind: str) -> None:
    assert of_facts(of_error(error)).kind == kind


def test_all_that_a_reply_tells() -> None:
    body = b'{"error":{"message":"m","type":"t","code":"c","param":"p"}}'
    failure = of_reply(Reply(429, {"retry-after": "7", "x-should-retry": "False"}, body), None)
    assert (failure.message, failure.type, failure.code, failure.param) == ("m", "t", "c", "p")
    assert (failure.retry_after, failure.should_retry, failure.body) == (7.0, False, body)


def test_a_date_counts_from_the_caller_s_time() -> None:
    headers = {"retry-after": "Thu, 01 Jan 1970 00:01:00 GMT"}
    assert of_reply(Reply(503, headers, b""), 20.0).retry_after == 40.0


def test_a_redirection_names_its_target() -> None:
    assert "https://elsewhere" in of_reply(Reply(308, {"location": "https://elsewhere"}, b"moved"), None).message
    assert of_reply(Reply(302, {}, b"moved"), None).message == "moved"


def test_no_explanation() -> None:
    failure = of_reply(Reply(502, {}, b""), None)
    assert (failure.kind, failure.message, failure.should_retry) == (
        "server_error",
        "status 502 without an explanation",
        None,
    )


def test_rules_of_one_s_own() -> None:
    rules = (Rule("conflict", frozenset({418}), pattern="teapot"),)
    assert of_reply(Reply(418, {}, b"I'm a teapot"), None, rules).kind == "conflict"
