"""What every response of an exchange says beside the provider's own words: who answered, under which id, and what it cost."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, TypeVar

import msgspec

from ..dialects.codec import native_model
from ..types import Download, Provider, Request, Response

T = TypeVar("T")


def stamped(
    response: T,
    request: Request[Any],
    provider: Provider,
    *,
    request_id: str | None,
    content_type: str | None,
    complete: bool = True,
) -> T:
    """The response with its stamps; one that is not complete has no cost yet, and what is no Response stays as it is."""
    if not isinstance(response, Response):
        return response
    stamps: dict[str, object] = {
        "request_id": request_id,
        "provider": provider.name,
        "cost": _cost(response, request, provider) if complete else None,
    }
    if isinstance(response, Download):
        stamps["content_type"] = content_type
    return msgspec.structs.replace(response, **stamps)


def _cost(response: Response, request: Request[Any], provider: Provider) -> Decimal | None:
    from ..models import cost  # the registry loads with the first answer

    model: object = getattr(request, "model", None)
    known = provider.known or provider.name
    return cost(response, provider=known, model=native_model(model, provider) if isinstance(model, str) else None)
