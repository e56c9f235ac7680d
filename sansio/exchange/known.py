"""What a registry of models knows that an exchange has to say: limits of requests, and costs of answers."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

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
        from ..models import PACKAGED

        found = (self.registry or PACKAGED).info(f"{_known_as(provider)}/{model}")
        return None if found is None else found.max_output_tokens

    def cost(self, response: Response, request: Request[Any], provider: Provider) -> Decimal | None:
        """What the answer of *provider* to *request* cost in US dollars; None where that is not known."""
        from ..models import PACKAGED, cost

        asked: object = getattr(request, "model", None)
        model = native_model(asked, provider) if isinstance(asked, str) else None
        return cost(response, registry=self.registry or PACKAGED, provider=_known_as(provider), model=model)


def _known_as(provider: Provider) -> str:
    return provider.known or provider.name
