"""Errors of Google's APIs: google.rpc.Status, whose status, reasons and quotas tell more than HTTP's status.

https://ai.google.dev/gemini-api/docs/troubleshooting
"""

from __future__ import annotations

import re
from typing import Final

import msgspec

from ...errors import Failure
from ..codec import Reply, Terms
from ..failures import BODY_KEPT, Rule, of_reply
from ..failures import RULES as _COMMON
from .wire import PromptFeedback

RULES: Final[tuple[Rule, ...]] = (
    Rule("quota_exceeded", frozenset({429}), pattern="perday"),  # in the id of a quota
    Rule("rate_limited", frozenset({500, 503}), frozenset({"resource_exhausted"})),
    Rule(
        "authentication",
        frozenset({400, 403}),
        frozenset({"access_token_expired", "api_key_invalid", "credentials_missing"}),
    ),
    Rule("permission_denied", frozenset({400}), frozenset({"failed_precondition"})),
    Rule("timeout", frozenset({499}), frozenset({"cancelled"})),
    *_COMMON,
)


_WAIT: Final = re.compile(r"retry in (\d{1,9}(?:\.\d{1,9})?)s")


def failure(reply: Reply, terms: Terms) -> Failure:
    """Why the provider refused; some say only in words when to come back."""
    failure = of_reply(reply, terms.unix, RULES)
    if failure.retry_after is None and (told := _WAIT.search(failure.message)) is not None:
        failure = msgspec.structs.replace(failure, retry_after=float(told[1]))
    return failure


def blocked(feedback: PromptFeedback, record: bytes | bytearray = b"") -> Failure:
    """A blocked prompt, which the API tells in a successful response, its *record*."""
    reason = feedback.block_reason or "BLOCKED_REASON_UNSPECIFIED"
    message = feedback.block_reason_message or f"the prompt was blocked: {reason}"
    return Failure(kind="content_policy", message=message, code=reason, body=bytes(record[:BODY_KEPT]))
