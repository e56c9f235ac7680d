"""What the API's further operations share: their codec, the beta that files need, and the times of the API."""

from __future__ import annotations

from typing import Final, TypeVar

from ...errors import Failure
from ...http import Headers
from ..codec import Reply, Terms
from ..operation import Operation
from .blocks import FILES_BETA
from .failures import failure
from .request import beta_headers

Q = TypeVar("Q")
R = TypeVar("R")

FILES_HEADERS: Final = beta_headers(frozenset({FILES_BETA}))


class MessagesOperation(Operation[Q, R]):
    """A `Codec` made of two functions, with the API's errors."""

    def failure(self, reply: Reply, terms: Terms) -> Failure:
        """Why the provider refused."""
        return failure(reply, terms)


def page_query(after: str | None, limit: int | None) -> Headers:
    """What asks for a page: cursors of newer lists begin with `page_`, those of the others are ids."""
    given = {"page" if after is not None and after.startswith("page_") else "after_id": after, "limit": limit}
    return tuple((name, str(value)) for name, value in given.items() if value is not None)


def unix(time: str | None) -> int | None:
    """The Unix time of an RFC 3339 one; None for what is none."""
    from datetime import datetime

    try:
        return None if time is None else int(datetime.fromisoformat(time).timestamp())
    except (ValueError, OverflowError):
        return None
