"""A Failure as Ollama tells it: one text, before any output as after it."""

from __future__ import annotations

from typing import Final

import msgspec

from ...errors import Failure, Kind
from ...http import Headers
from ..openai_chat.server_failure import encode_failure as of_openai

_STATUSES: Final[dict[Kind, int]] = {"quota_exceeded": 402}

# The word beside the text for kinds that the status does not tell; clients of the API read none.
_CODES: Final[dict[Kind, str]] = {
    "content_policy": "content_policy_violation",
    "context_window": "context_length_exceeded",
    "overloaded": "overloaded",
}


def encode_error(failure: Failure) -> bytes:
    """The JSON of an error."""
    error = {"error": failure.message}
    if (code := failure.code or _CODES.get(failure.kind)) is not None:
        error["code"] = code
    return msgspec.json.encode(error)


def encode_failure(failure: Failure) -> tuple[int, Headers, bytes]:
    """Status, headers and body of the response that tells *failure*; the headers are those of every server of ours."""
    status, headers, _ = of_openai(failure)
    if failure.status is None:
        status = _STATUSES.get(failure.kind, status)
    return status, headers, encode_error(failure)
