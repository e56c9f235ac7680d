"""What Cohere's errors mean beyond the words that providers share: https://docs.cohere.com/reference/errors."""

from __future__ import annotations

from typing import Final

import msgspec

from ...errors import Failure
from ..codec import Reply, Terms
from ..failures import RULES, Rule, of_reply
from ..lenient import REFUSALS

RULES_OF_COHERE: Final[tuple[Rule, ...]] = (
    Rule("context_window", frozenset({400, 422}), frozenset({"too_many_tokens"}), r"exceeds the context"),
    Rule("authentication", frozenset({400, 401, 403}), pattern=r"(?:invalid|blocked) (?:api )?token|no api key"),
    Rule("unprocessable", frozenset({422}), pattern=r"no valid response generated"),
    # a trial key's calls of a month, which no wait within a call brings back; those of a minute come back
    Rule(
        "quota_exceeded",
        frozenset({429}),
        pattern=r"trial (?:key|token)[^.]*(?:/ ?month|a month|per month|monthly)|monthly[^.]*trial",
    ),
    *RULES,
)

_BAD_TOKEN: Final = 498  # a token that is invalid, or blocked; at other providers the status of a server under load


class _Body(msgspec.Struct):
    id: str | None = None


_body = msgspec.json.Decoder(_Body).decode


def failure(reply: Reply, terms: Terms) -> Failure:
    """The failure that an error response stands for; without a trace in the headers, its own id is the request's."""
    found = of_reply(reply, terms.unix, RULES_OF_COHERE)
    if reply.status == _BAD_TOKEN:
        found = msgspec.structs.replace(found, kind="authentication")
    if "x-debug-trace-id" in reply.headers:
        return found
    try:
        return msgspec.structs.replace(found, request_id=_body(reply.body).id)
    except REFUSALS:
        return found
