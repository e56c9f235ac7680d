"""The head of a response: its headers by name, and the id that the provider gave the request."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from ..errors import LocalProtocolError

# Where a provider says under which id its support finds the request.
_REQUEST_IDS: Final = (
    "x-request-id",
    "request-id",
    "x-amzn-requestid",
    "apim-request-id",
    "msh-request-id",
    "mistral-correlation-id",
    "nvcf-reqid",
    "x-vercel-id",
    "x-debug-trace-id",
)
_JSON: Final = re.compile(r"application/(?:[^;\s]+\+)?json\b")
_PAIRS: Final = "the headers of a response are pairs of a name and a value, both text"


def by_name(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The values by names in lower case, of one name the last; raises LocalProtocolError for what are no pairs of text."""
    try:
        names = {name.lower(): value for name, value in headers}
    except (AttributeError, TypeError, ValueError) as exc:
        raise LocalProtocolError(_PAIRS) from exc
    if not _are_text(next(iter(names.items()), ())):  # whoever gives bytes gives them everywhere
        raise LocalProtocolError(_PAIRS)
    return names


def request_id(names: Mapping[str, str]) -> str | None:
    """The id under which the provider's support finds the request; None where it gave none."""
    return next((names[name] for name in _REQUEST_IDS if names.get(name)), None)


def is_json(names: Mapping[str, str]) -> bool:
    """Whether the body is JSON by its type."""
    return _JSON.match(names.get("content-type", "").strip().lower()) is not None


def _are_text(values: Iterable[object]) -> bool:
    return all(isinstance(value, str) for value in values)
