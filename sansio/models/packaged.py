"""The package's own registry, and the questions that need no other: what a model is, and what an answer cost."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from math import isfinite
from typing import Final, cast

import msgspec

from ..types import EmbeddingResponse, RerankResponse, Response, Usage
from .pricing import Cost, Units, price
from .registry import Registry
from .schema import Feature, ModelInfo, Prices

PACKAGED: Final = Registry()

# Where answers state what is billed beside tokens; `data` are the images.
_STATED: Final = {"output_image": "data", "query": "search_units", "second": "billed_seconds"}


def info(model: str) -> ModelInfo | None:
    """What the package knows of "provider/model", None for a model that it does not list; see `Registry.info`."""
    return PACKAGED.info(model)


def with_feature(*features: Feature, provider: str | None = None, kind: str | None = None) -> tuple[ModelInfo, ...]:
    """The package's models that are known to have all these features; see `Registry.with_feature`."""
    return PACKAGED.with_feature(*features, provider=provider, kind=kind)


def cost(
    response: Response,
    *,
    registry: Registry = PACKAGED,
    provider: str | None = None,
    model: str | None = None,
    service_tier: str | None = None,
    batch: bool = False,
    units: Units | None = None,
) -> Decimal | None:
    """What the answer cost in US dollars, by the registry's prices; None where that is unknown.

    *provider* is the registry's name for it, where the configured one has a name of its own; *model* is the one that was
    asked for: its prices count where the one that answered is not listed.  Without *service_tier* the answer's own
    counts.  *units* are what is billed beside tokens; without them, the images, seconds of sound and rerank queries that
    the answer states.  See `price` for what is billed how, and `bill` for the single lines.
    """
    found = bill(
        response,
        registry=registry,
        provider=provider,
        model=model,
        service_tier=service_tier,
        batch=batch,
        units=units,
    )
    return None if found is None else found.total


def bill(
    response: Response,
    *,
    registry: Registry = PACKAGED,
    provider: str | None = None,
    model: str | None = None,
    service_tier: str | None = None,
    batch: bool = False,
    units: Units | None = None,
) -> Cost | None:
    """The same as `cost`, line by line."""
    named = provider or response.provider
    if named is None:
        return None
    for id in (_text(response, "model"), model):
        if id and (known := registry.find(named, id)) is not None and known.prices is not None:
            created: object = getattr(response, "created", None)
            return price(
                _usage(response),
                known.prices,
                service_tier=service_tier or _text(response, "service_tier"),
                batch=batch,
                at=created if isinstance(created, int) and created > 0 else None,
                units=units or _stated(response, known.prices),
            )
    return None


def _usage(response: Response) -> Usage | None:
    """The usage; what answers without words have no completion, and most APIs do not say so."""
    usage: object = getattr(response, "usage", None)
    if not isinstance(usage, Usage):
        return None
    if usage.completion_tokens is None and isinstance(response, EmbeddingResponse | RerankResponse):
        return msgspec.structs.replace(usage, completion_tokens=0)
    return usage


def _text(response: Response, name: str) -> str | None:
    value: object = getattr(response, name, None)
    return value if isinstance(value, str) else None


def _stated(response: Response, prices: Prices) -> Units | None:
    """What the answer states of the units that the model is priced by; no sense in it, no count."""
    counts: dict[str, int | Decimal] = {}
    for unit, field in _STATED.items() if prices.units is not None else ():
        if getattr(prices.units, unit) is not None:
            value: object = getattr(response, field, None)
            if isinstance(value, float) and isfinite(value) and value >= 0:
                counts[unit] = Decimal(str(value))
            elif isinstance(value, Sequence):
                counts[unit] = len(cast("Sequence[object]", value))
    return Units(**counts) if counts else None
