"""What every response of an exchange says beside the provider's own words: who answered, under which id, and what it cost."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

from ..types import Download, Provider, Request, Response
from .known import Known

T = TypeVar("T")


def stamped(
    response: T,
    request: Request[Any],
    provider: Provider,
    *,
    request_id: str | None,
    content_type: str | None,
    known: Known | None,
) -> T:
    """The response with its stamps; its cost is what *known* says, and what is no Response stays as it is."""
    if not isinstance(response, Response):
        return response
    stamps: dict[str, object] = {
        "request_id": request_id,
        "provider": provider.name,
        "cost": None if known is None else known.cost(response, request, provider),
    }
    if isinstance(response, Download):
        stamps["content_type"] = content_type
    return msgspec.structs.replace(response, **stamps)
