"""Why Bedrock refused or broke off: the names of its exceptions, and the texts of the models behind it.

https://docs.aws.amazon.com/bedrock/latest/APIReference/CommonErrors.html
"""

from __future__ import annotations

from typing import Final

import msgspec

from ...errors import Failure
from ..codec import Reply, Terms
from ..error_body import of_error
from ..failures import BODY_KEPT, RULES, Rule, kind_of, of_reply

_OWN_RULES: Final = (
    Rule("quota_exceeded", frozenset({429}), pattern=r"too many tokens per day|\bdaily\b"),
    Rule("quota_exceeded", frozenset({400}), frozenset({"servicequotaexceededexception"})),
    Rule(
        "overloaded",
        frozenset({429, 503}),
        frozenset({"modelnotreadyexception", "serviceunavailableexception"}),
    ),
    Rule(
        "authentication",
        frozenset({400, 403}),
        frozenset(
            {
                "expiredtoken",
                "expiredtokenexception",
                "incompletesignature",
                "incompletesignatureexception",
                "invalidclienttokenid",
                "invalidsignatureexception",
                "missingauthenticationtoken",
                "missingauthenticationtokenexception",
                "requestexpired",
                "signaturedoesnotmatch",
                "unrecognizedclientexception",
            }
        ),
        r"security token included in the request|bearer token has expired|authentication token is missing"
        r"|signature (?:we calculated|expired|not yet current)",
    ),
    Rule("permission_denied", frozenset({400}), frozenset({"notauthorized"})),
    Rule("permission_denied", frozenset({404}), frozenset({"ftuformnotfilled"}), r"use case details have not been"),
    Rule("context_window", frozenset({400}), pattern=r"input tokens exceeded|number of input tokens exceeds"),
    Rule("content_policy", frozenset({400}), pattern=r"blocked by (?:our )?content filtering policy"),
    *RULES,
)

# The statuses of the responses that say the same before a stream begins.
_STATUSES: Final = {
    "accessdeniedexception": 403,
    "modelerrorexception": 424,
    "modelnotreadyexception": 429,
    "modelstreamerrorexception": 424,
    "modeltimeoutexception": 408,
    "resourcenotfoundexception": 404,
    "servicequotaexceededexception": 400,
    "serviceunavailableexception": 503,
    "throttlingexception": 429,
    "validationexception": 400,
}


def of_response(reply: Reply, terms: Terms) -> Failure:
    """The failure that an error response stands for."""
    return of_reply(reply, terms.unix, _OWN_RULES)


def of_exception(name: str, payload: object, record: bytes | bytearray) -> Failure:
    """The failure that an exception inside a stream stands for; one without a name of its own says its code."""
    facts = of_error(payload)
    type_ = facts.code or facts.type or name if name == "error" else name
    facts = msgspec.structs.replace(facts, words=(type_.lower(), *facts.words))
    return Failure(
        kind=kind_of(facts, _STATUSES.get(type_.lower(), 500), _OWN_RULES),
        message=facts.message,
        type=type_,
        body=bytes(record[:BODY_KEPT]),
    )
