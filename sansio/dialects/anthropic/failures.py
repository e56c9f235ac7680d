"""Errors of the API, by their type and code first: https://platform.claude.com/docs/en/api/errors."""

from __future__ import annotations

from typing import Final

import msgspec

from ...errors import Failure
from ..codec import Reply, Terms
from ..error_body import ErrorFacts
from ..failures import BODY_KEPT, RULES, Rule, kind_of, of_reply
from ..lenient import REFUSALS

_RULES: Final = (
    Rule(
        "quota_exceeded",
        frozenset({400, 402, 403, 429}),
        frozenset({"billing_error", "contract_spend_limit_reached", "enforced_spend_limit_reached"}),
        r"credit balance is too low|reached your specified .*usage limits|(?:spend|spending) limit",
    ),
    Rule("content_policy", frozenset({400}), pattern=r"blocked by content filtering policy"),
    Rule("conflict", frozenset({409}), frozenset({"conflict_error"})),
    *RULES,
)


class _Body(msgspec.Struct):
    request_id: str | None = None


_body = msgspec.json.Decoder(_Body).decode


def of_facts(facts: ErrorFacts, record: bytes | bytearray) -> Failure:
    """The failure that an error in a stream, or in a successful response, stands for; its type alone tells the kind."""
    return Failure(
        kind=kind_of(facts, None, _RULES),
        message=facts.message,
        code=facts.code,
        type=facts.type,
        param=facts.param,
        request_id=_request_id(record),
        body=bytes(record[:BODY_KEPT]),
    )


def failure(reply: Reply, terms: Terms) -> Failure:
    """The failure that an error response stands for."""
    found = of_reply(reply, terms.unix, _RULES)
    return msgspec.structs.replace(found, request_id=reply.headers.get("request-id") or _request_id(reply.body))


def _request_id(body: bytes | bytearray) -> str | None:
    try:
        return _body(body).request_id
    except REFUSALS:
        return None
