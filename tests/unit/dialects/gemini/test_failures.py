"""Errors of Google's APIs."""

from __future__ import annotations

from typing import Any

import pytest

from sansio.errors import Kind
from tests.unit.dialects.gemini.by_hand import failed

TYPE = "type.googleapis.com/google.rpc."


def error(code: int, status: str, message: str = "m", *details: dict[str, Any]) -> dict[str, Any]:
    return {"error": {"code": code, "message": message, "status": status, "details": list(details)}}


def info(reason: str) -> dict[str, Any]:
    return {"@type": TYPE + "ErrorInfo", "reason": reason, "domain": "googleapis.com"}


def quota(*ids: str) -> dict[str, Any]:
    return {"@type": TYPE + "QuotaFailure", "violations": [{"quotaId": id_} for id_ in ids]}


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (error(400, "INVALID_ARGUMENT", "API key not valid.", info("API_KEY_INVALID")), "authentication"),
        (error(400, "INVALID_ARGUMENT", "bad", info("API_KEY_INVALID")), "authentication"),
        (
            error(
                400, "INVALID_ARGUMENT", "The input token count (9) exceeds the maximum number of tokens allowed (8)."
            ),
            "context_window",
        ),
        (error(400, "INVALID_ARGUMENT"), "bad_request"),
        (error(400, "FAILED_PRECONDITION", "User location is not supported"), "permission_denied"),
        (error(401, "UNAUTHENTICATED", "m", info("ACCESS_TOKEN_EXPIRED")), "authentication"),
        (error(403, "PERMISSION_DENIED", "m", info("SERVICE_DISABLED")), "permission_denied"),
        (error(404, "NOT_FOUND"), "not_found"),
        (error(409, "ABORTED"), "conflict"),
        (error(402, "RESOURCE_EXHAUSTED"), "quota_exceeded"),
        (error(429, "RESOURCE_EXHAUSTED", "You exceeded your current quota"), "rate_limited"),
        (error(429, "RESOURCE_EXHAUSTED", "m", quota("RequestsPerMinute-Free")), "rate_limited"),
        (error(429, "RESOURCE_EXHAUSTED", "m", quota("RequestsPerMinute", "RequestsPerDay-Free")), "quota_exceeded"),
        (error(499, "CANCELLED"), "timeout"),
        (error(500, "INTERNAL"), "server_error"),
        (error(503, "UNAVAILABLE"), "overloaded"),
        (error(504, "DEADLINE_EXCEEDED"), "timeout"),
    ],
)
def test_kinds(body: dict[str, Any], kind: Kind) -> None:
    status: int = body["error"]["code"]
    assert failed(body, status).kind == kind
    assert failed([body], status).kind == kind
    assert failed([body]).kind == kind, "in a successful response"


def test_the_error_tells_more_than_the_status() -> None:
    assert failed(error(429, "RESOURCE_EXHAUSTED"), 503).kind == "rate_limited"


@pytest.mark.parametrize(
    ("delay", "message", "wait"),
    [("26s", "m", 26.0), ("1.5s", "m", 1.5), ("soon", "m", None), (None, "Please retry in 20.22s.", 20.22)],
)
def test_when_to_come_back(delay: str | None, message: str, wait: float | None) -> None:
    details = [] if delay is None else [{"@type": TYPE + "RetryInfo", "retryDelay": delay}]
    assert failed(error(429, "RESOURCE_EXHAUSTED", message, *details), 429).retry_after == wait


def test_details_of_any_shape() -> None:
    body = error(429, "RESOURCE_EXHAUSTED")
    shapes: list[Any] = [7, [7], [{"violations": 7}], [{"violations": [7]}], [{"reason": 7, "retryDelay": []}]]
    for details in shapes:
        body["error"]["details"] = details
        assert failed(body, 429).kind == "rate_limited"
