"""The package's own registry, and the questions that need no other: what a model is, and what an answer cost."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from math import isfinite
from typing import Final, cast

import msgspec

from ..types import EmbeddingResponse, RerankResponse, Response, Usage
from .pricing import Cost, Units, plain_total, price
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
    prices = _prices(response, registry, provider, model)
    if prices is None:
        return None
    usage, tier = _usage(response), service_tier or _text(response, "service_tier")
    if usage is not None and units is None and not batch and (total := plain_total(usage, prices, tier)) is not None:
        return total
    found = _bill(response, usage, prices, tier, batch=batch, units=units)
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
    prices = _prices(response, registry, provider, model)
    if prices is None:
        return None
    tier = service_tier or _text(response, "service_tier")
    return _bill(response, _usage(response), prices, tier, batch=batch, units=units)


def _prices(response: Response, registry: Registry, provider: str | None, model: str | None) -> Prices | None:
    """The prices of the model that answered, or else of *model*."""
    named = provider or response.provider
    if named is None:
        return None
    for id in (_text(response, "model"), model):
        if id and (known := registry.find(named, id)) is not None and known.prices is not None:
            return known.prices
    return None


def _bill(
    response: Response, usage: Usage | None, prices: Prices, tier: str | None, *, batch: bool, units: Units | None
) -> Cost | None:
    created: object = getattr(response, "created", None)
    at = created if isinstance(created, int) and created > 0 else None
    return price(usage, prices, service_tier=tier, batch=batch, at=at, units=units or _stated(response, prices))


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
