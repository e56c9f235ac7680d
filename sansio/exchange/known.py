"""What a registry of models knows that an exchange has to say: limits of requests, and costs of answers."""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from ..dialects.codec import native_model
from ..types import Provider, Request, Response

if TYPE_CHECKING:
    from ..models import Registry


class Known(msgspec.Struct, frozen=True):
    """The knowledge of *registry*; without one, of the package's own, which loads when it is first asked."""

    registry: Registry | None = None

    def most_output(self, provider: Provider, model: str) -> int | None:
        """How many tokens *model*, as the provider knows it, can answer with; None where that is not known."""
        found = (self.registry or _loaded()[0]).info(f"{_known_as(provider)}/{model}")
        return None if found is None else found.max_output_tokens

    def cost(self, response: Response, request: Request[Any], provider: Provider) -> Decimal | None:
        """What the answer of *provider* to *request* cost in US dollars; None where that is not known."""
        packaged, cost = _loaded()
        asked: object = getattr(request, "model", None)
        model = native_model(asked, provider) if isinstance(asked, str) else None
        return cost(response, registry=self.registry or packaged, provider=_known_as(provider), model=model)


class _Cost(Protocol):
    """`sansio.models.cost`, as far as it is asked here."""

    def __call__(
        self, response: Response, *, registry: Registry, provider: str, model: str | None
    ) -> Decimal | None: ...


@cache
def _loaded() -> tuple[Registry, _Cost]:
    """What is imported once it is needed, and no second time: every call comes by."""
    from ..models import PACKAGED, cost

    return PACKAGED, cost


def _known_as(provider: Provider) -> str:
    return provider.known or provider.name
