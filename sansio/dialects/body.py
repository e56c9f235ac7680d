"""The body of a request: members of an object, with what the caller adds to them, as JSON."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from ..errors import LocalProtocolError
from ..types import Extra


def json_body(members: Mapping[str, object], extra: Extra | None) -> bytes:
    """The JSON of *members*; those of *extra* go over them.  Raises LocalProtocolError for what JSON cannot say."""
    try:
        return msgspec.json.encode({**members, **(extra or {})})
    except (TypeError, ValueError, OverflowError, RecursionError) as exc:
        raise LocalProtocolError(f"the request is no JSON: {exc}") from exc
