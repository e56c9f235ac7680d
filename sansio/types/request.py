"""A request is a value that knows the type of its answer, so that a client needs two verbs and no resource classes."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar, Generic, TypeAlias, TypeVar

import msgspec

R = TypeVar("R", covariant=True)
T = TypeVar("T")

Maybe: TypeAlias = T | msgspec.UnsetType | None
"""A parameter that may be left out (UNSET, not sent), null (sent as null), or given."""


class Request(msgspec.Struct, Generic[R], frozen=True):
    """Anything that a client can send; `Request[ChatResponse]` is answered by a ChatResponse.

    `operation` names what is asked for, by which a provider finds the API that does it: chat, embeddings, images.
    """

    operation: ClassVar[str]


class Response(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What every answer has.  The exchange stamps it, and servers never send it on.

    `cost` is in US dollars, by the registry's prices, None where that is unknown; `request_id` is what the provider's
    support asks for, `provider` the name of who answered.
    """

    cost: Decimal | None = None
    request_id: str | None = None
    provider: str | None = None


class Loss(msgspec.Struct, frozen=True):
    """What a conversion could not carry over unchanged.

    `path` names the field (`messages[2].content[0].cache_control`), `action` is dropped, approximated, omitted or filled.
    The last two never raise: omitted is what the answer does not depend on (a cache mark where the API has none, reasoning
    of an earlier turn which the API takes from nobody), and filled a parameter that the API requires, from the registry.
    """

    path: str
    action: str
    reason: str
