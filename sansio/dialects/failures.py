"""From what a provider says about an error to its kind: codes and types first, then the words of its message, the status last.

The texts are heuristics that providers change without notice, so they stand in one table, `RULES`, and a dialect may
hand in further rules of its own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import msgspec

from ..errors import Failure, Kind, kind_of_status
from ..http import retry_after
from .codec import Reply
from .error_body import ErrorFacts, error_type, of_body

BODY_KEPT: Final = 64 * 1024  # how much of a body a Failure carries
_SEARCHED: Final = 4000  # characters of a message that patterns are searched in, so that no message makes them slow


class Rule(msgspec.Struct, frozen=True):
    """An error is of `kind` if its status is among `statuses`, and one of its words among `words` or like `pattern`, or its text.

    An error without a status of its own, inside a successful response, may be of any kind.
    """

    kind: Kind
    statuses: frozenset[int]
    words: frozenset[str] = frozenset()
    pattern: str | None = None


RULES: Final[tuple[Rule, ...]] = (
    Rule(
        "context_window",
        frozenset({400, 403, 413, 422, 500}),  # 500: llama.cpp
        frozenset(
            {"context_length_exceeded", "exceed_context_size_error", "string_too_long", "too_many_prompt_tokens"}
        ),
        r"context_length_exceeded|maximum context length|prompt (?:is )?too long|exceeds? context limit"
        r"|token count .* exceeds the maximum|input is too long for requested model|exceeds the available context size"
        r"|exceed_context_size_error|context size has been exceeded|max context length"
        r"|tokens.? \+ .max_new_tokens. must be|exceeded model token limit|maximum prompt length is"
        r"|longer than the (?:maximum model length|model's context length)|reduce the length of the messages"
        r"|input is too large to process"
        r"|too many tokens",
    ),
    Rule(
        "content_policy",
        frozenset({400, 403}),
        frozenset(
            {
                "bio_policy",
                "content_filter",
                "content_policy_violation",
                "cyber_policy",
                "data_inspection_failed",
                "image_content_policy_violation",
                "invalid_prompt",
                "misalignment_policy_violation",
                "moderation_blocked",
                "reasons",  # openrouter's, of a moderation
                "responsibleaipolicyviolation",
            }
        ),
        r"content management policy|violat\w+ (?:our usage policy|usage guidelines)|rejected as a result of (?:our|the) safety system",
    ),
    Rule(
        "quota_exceeded",
        frozenset({400, 403, 412, 429}),
        frozenset(
            {
                "billing_hard_limit_reached",
                "credit_balance_exhausted",
                "exceeded_current_quota_error",
                "insufficient_balance",
                "insufficient_credits",
                "insufficient_quota",
                "openrouter_guardrail_budget",
                "openrouter_key_limit",
                "openrouter_workspace_budget",
                "token_limit_exceeded",  # openrouter's: more than its credits buy
            }
        ),
        r"_(?:spend|usage)_limit_exceeded\b",
    ),
    Rule("quota_exceeded", frozenset({429}), pattern=r"all available credits|monthly spending limit"),  # xai
    Rule("quota_exceeded", frozenset({403}), pattern=r"(?:account|your) balance|insufficient balance"),  # moonshot
    Rule("quota_exceeded", frozenset({412}), pattern=r"suspended|bad standing|spending limit"),  # fireworks
    Rule(
        "authentication",
        frozenset({400, 403, 498}),
        frozenset({"api_key_invalid", "authentication_error", "invalid_api_key", "unauthenticated", "wrong_api_key"}),
        r"(?:incorrect|invalid|wrong) api[ -]?key|api key not valid|please check the api-key"
        r"|(?:blocked|invalid) (?:api )?token\W*$",
    ),
    Rule(
        "permission_denied",
        frozenset({401}),
        frozenset({"permissiondenied"}),  # azure's, of a principal without the role
        r"\bip\b.*\ballow(?:ed|list| list)|insufficient permissions",
    ),
    Rule(
        "overloaded",
        frozenset({498, 503}),
        frozenset(
            {"capacity_exceeded", "engine_overloaded_error", "modelnotready", "overloaded", "overloaded_error"}
            | {"server_is_overloaded", "slow_down", "unavailable", "unavailable_error"}
        ),
        r"overloaded|currently loading|worker .* limit reached",
    ),
    Rule(
        "overloaded",
        frozenset({429}),
        frozenset({"engine_overloaded_error", "overloaded", "queue_exceeded", "service_tier_capacity_exceeded"}),
        r"model busy|experiencing high demand|temporarily unable to process|capacity exceeded",
    ),
    Rule(
        "rate_limited",
        frozenset({413}),  # groq: more tokens at once than a minute allows
        frozenset({"rate_limit_error", "rate_limit_exceeded", "ratelimitreached", "resource_exhausted", "slow_down"}),
    ),
)

# What a code or a type says where no status does, that is, in an error inside a successful response.
_WORDS: Final[dict[str, Kind]] = {
    "api_error": "server_error",
    "deadline_exceeded": "timeout",
    "internal": "server_error",
    "internal_error": "server_error",
    "internal_server_error": "server_error",
    "invalid_request_error": "bad_request",
    "model_not_found": "not_found",
    "not_found_error": "not_found",
    "permission_denied": "permission_denied",
    "permission_error": "permission_denied",
    "rate_limit": "rate_limited",
    "request_too_large": "request_too_large",
    "requests": "rate_limited",
    "server_error": "server_error",
    "service_unavailable": "service_unavailable",
    "service_unavailable_error": "service_unavailable",
    "timeout": "timeout",
    "timeout_error": "timeout",
    "tokens": "rate_limited",
    "too_many_requests": "rate_limited",
}
_REFUSED_INPUT = re.compile(r"invalid|unsupported|missing|bad[ _]?request|not_supported")


def kind_of(facts: ErrorFacts, status: int | None, rules: Sequence[Rule] = RULES) -> Kind:
    """The kind of an error.  *status* is that of the response where it is an error's, else None."""
    if status is None:
        status = next((int(word) for word in facts.words if word in _STATUSES), None)
    said = " ".join((*facts.words, facts.text))[:_SEARCHED]
    for rule in rules:
        if status is None or status in rule.statuses:
            if not rule.words.isdisjoint(facts.words):
                return rule.kind
            if rule.pattern is not None and re.search(rule.pattern, said, re.IGNORECASE):
                return rule.kind
    if status is not None:
        return _BY_STATUS.get(status) or kind_of_status(status)
    for word in facts.words:
        if word in _WORDS:
            return _WORDS[word]
    # The server had accepted the request; unless it now says what was wrong with it, the fault is its own.
    if any(_REFUSED_INPUT.search(word) for word in facts.words):
        return "bad_request"
    return "server_error"


_BY_STATUS: Final[dict[int, Kind]] = {498: "overloaded"}  # groq's; of cohere's the body tells
_STATUSES = frozenset(str(status) for status in range(400, 600))


def of_facts(facts: ErrorFacts, record: bytes | bytearray = b"", rules: Sequence[Rule] = RULES) -> Failure:
    """The failure that an error inside a successful response stands for; *record* is what it was read from."""
    return Failure(
        kind=kind_of(facts, None, rules),
        message=facts.message,
        code=facts.code,
        type=facts.type,
        param=facts.param,
        retry_after=facts.retry_after,
        body=bytes(record[:BODY_KEPT]),
    )


def of_reply(reply: Reply, unix: float | None, rules: Sequence[Rule] = RULES) -> Failure:
    """The failure that an error response stands for."""
    headers, status = reply.headers, reply.status
    facts = of_body(reply.body) or ErrorFacts(f"status {status} without an explanation")
    if typed := headers.get("x-amzn-errortype"):  # AWS names the type in a header
        name = error_type(typed)
        facts = msgspec.structs.replace(facts, type=name, words=(name.lower(), *facts.words))
    if 300 <= status < 400 and (location := headers.get("location")):
        facts = msgspec.structs.replace(facts, message=f"redirected to {location}, and redirects are not followed")
    wait = retry_after(dict(headers), unix)
    return Failure(
        kind=kind_of(facts, status, rules),
        message=facts.message,
        code=facts.code,
        type=facts.type,
        param=facts.param,
        retry_after=facts.retry_after if wait is None else wait,
        should_retry={"true": True, "false": False}.get(headers.get("x-should-retry", "").strip().lower()),
        body=reply.body[:BODY_KEPT],
    )
