"""A Failure as Cohere tells it: https://docs.cohere.com/reference/errors."""

from __future__ import annotations

from typing import Final

import msgspec

from ...errors import Failure, Kind
from ...http import Headers
from ..openai_chat.server_failure import encode_failure as of_openai

_STATUSES: Final[dict[Kind, int]] = {"quota_exceeded": 402, "authentication": 401}

# The word for kinds that the status does not tell; the API itself has the first.
_WORDS: Final[dict[Kind, str]] = {
    "context_window": "TOO_MANY_TOKENS",
    "content_policy": "CONTENT_POLICY_VIOLATION",
    "overloaded": "OVERLOADED",
}


def encode_failure(failure: Failure) -> tuple[int, Headers, bytes]:
    """Status, headers and body of the response that tells *failure*; the headers are those of every server of ours."""
    status, headers, _ = of_openai(failure)
    if failure.status is None:
        status = _STATUSES.get(failure.kind, status)
    body = {"message": failure.message}
    if failure.request_id is not None:
        body["id"] = failure.request_id
    if (word := failure.type or _WORDS.get(failure.kind)) is not None:
        body["error_type"] = word
    return status, headers, msgspec.json.encode(body)
