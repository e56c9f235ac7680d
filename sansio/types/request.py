"""A request is a value that knows the type of its answer, so that a client needs two verbs and no resource classes."""

from __future__ import annotations

from typing import Generic, TypeAlias, TypeVar

import msgspec

R = TypeVar("R", covariant=True)
T = TypeVar("T")

Maybe: TypeAlias = T | msgspec.UnsetType | None
"""A parameter that may be left out (UNSET, not sent), null (sent as null), or given."""


class Request(msgspec.Struct, Generic[R], frozen=True):
    """Anything that a client can send; `Request[ChatResponse]` is answered by a ChatResponse."""


class Loss(msgspec.Struct, frozen=True):
    """What a conversion could not carry over unchanged.

    `path` names the field (`messages[2].content[0].cache_control`), `action` is dropped, approximated or filled; filled
    means that a parameter which the API requires was taken from the registry, and never raises.
    """

    path: str
    action: str
    reason: str
