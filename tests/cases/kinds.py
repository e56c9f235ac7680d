"""LiteLLM's exceptions as kinds of failure: by their class where it tells one, else by what the provider answered.

The tables are those of the README beside the cases, of the providers' README, section 8, and of DESIGN, section 5, written
down here a second time on purpose: what this library makes of an error is compared with them.  A BadRequestError of a
status that is not 400 is LiteLLM's class for every other refusal, and the status, which it keeps, tells which.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

Case = dict[str, Any]

_CLASSES = {
    "AuthenticationError": "authentication",
    "BadRequestError": "bad_request",
    "ContentPolicyViolationError": "content_policy",
    "ContextWindowExceededError": "context_window",
    "InternalServerError": "server_error",
    "NotFoundError": "not_found",
    "PermissionDeniedError": "permission_denied",
    "RateLimitError": "rate_limited",
    "ServiceUnavailableError": "service_unavailable",
    "Timeout": "timeout",
}
_UNTOLD = {"APIError", "BadGatewayError", "PaymentRequiredError"}  # which tell no kind of ours
_MORE_EXACT = {"rate_limited": {"overloaded", "quota_exceeded"}, "service_unavailable": {"overloaded"}}
_STATUSES = {
    400: "bad_request",
    401: "authentication",
    402: "quota_exceeded",
    403: "permission_denied",
    404: "not_found",
    405: "bad_request",
    408: "timeout",
    409: "conflict",
    410: "not_found",
    412: "bad_request",
    413: "request_too_large",
    415: "bad_request",
    422: "unprocessable",
    424: "server_error",
    429: "rate_limited",
    500: "server_error",
    501: "bad_request",
    502: "server_error",
    503: "service_unavailable",
    504: "timeout",
    524: "timeout",
    529: "overloaded",
}
# What a body says, by the statuses whose meaning it makes more exact.
_SIGNALS = (
    (
        frozenset({400, 413, 422, 403}),
        r"context_length_exceeded|maximum context length|prompt is too long",
        "context_window",
    ),
    (frozenset({400, 403}), r"content_filter|content_policy_violation|ResponsibleAIPolicyViolation", "content_policy"),
    (frozenset({429}), r"insufficient_quota|credit_balance_exhausted|PerDay", "quota_exceeded"),
    (frozenset({429}), r"capacity exceeded|engine_overloaded|Model busy|high demand", "overloaded"),
    (frozenset({503}), r"overloaded|\bUNAVAILABLE|ModelNotReady", "overloaded"),
)
_WORDS = {
    "overloaded_error": "overloaded",
    "server_error": "server_error",
    "throttlingException": "rate_limited",
}


def kind_of(raised: Case, answer: Case) -> str:
    """The kind that an exception of LiteLLM's stands for, which *answer* made it raise."""
    told = by_answer(answer)
    if raised["type"] in _UNTOLD:
        return told
    kind = _CLASSES[raised["type"]]
    if kind == "bad_request" and raised["status_code"] != 400:
        return told
    return told if told in _MORE_EXACT.get(kind, ()) else kind


def by_answer(answer: Case) -> str:
    """The kind that the providers' README gives a status and body; an error in a good answer has a status of its own."""
    body = json.dumps(answer["body"])
    status: int = answer["status"]
    if status == 200:
        if "error" not in answer["body"]:
            return "protocol"
        status = answer["body"]["error"]["code"]
    found = (kind for statuses, signal, kind in _SIGNALS if status in statuses and re.search(signal, body))
    return next(found, None) or _STATUSES[status]


def kind_within(pieces: Iterable[object]) -> str | None:
    """The kind of the error that a stream ends with; None where it ends without one."""
    *_, last = pieces
    text = last if isinstance(last, str) else json.dumps(last)
    if not re.search(r'"error": \{|Exception"', text):
        return None
    return next(kind for word, kind in _WORDS.items() if word in text)
