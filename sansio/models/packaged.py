"""The package's own registry, and the questions that need no other: what a model is, and what an answer cost."""

from __future__ import annotations

from decimal import Decimal
from typing import Final, Protocol

from ..types import Usage
from .pricing import Cost, Units, price
from .registry import Registry
from .schema import Feature, ModelInfo

PACKAGED: Final = Registry()


class Answer(Protocol):
    """What every response has that can be priced."""

    @property
    def provider(self) -> str | None:
        """The provider that answered."""
        ...

    @property
    def model(self) -> str | None:
        """The model that answered, by the provider's name for it."""
        ...

    @property
    def usage(self) -> Usage | None:
        """What the call used."""
        ...


def info(model: str) -> ModelInfo | None:
    """What the package knows of "provider/model", None for a model that it does not list; see `Registry.info`."""
    return PACKAGED.info(model)


def with_feature(*features: Feature, provider: str | None = None, kind: str | None = None) -> tuple[ModelInfo, ...]:
    """The package's models that are known to have all these features; see `Registry.with_feature`."""
    return PACKAGED.with_feature(*features, provider=provider, kind=kind)


def cost(
    response: Answer,
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
    counts.  See `price` for what is billed how, and `bill` for the single lines.
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
    response: Answer,
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
    for id in (response.model, model):
        if id and (known := registry.find(named, id)) is not None and known.prices is not None:
            tier: object = service_tier or getattr(response, "service_tier", None)
            created: object = getattr(response, "created", None)
            return price(
                response.usage,
                known.prices,
                service_tier=tier if isinstance(tier, str) else None,
                batch=batch,
                at=created if isinstance(created, int) and created > 0 else None,
                units=units,
            )
    return None
