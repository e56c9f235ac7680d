"""What the API's further operations share: their codec, pages and times."""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar

from ...errors import Failure
from ...http import Headers
from ..codec import Reply, Terms
from ..operation import Operation
from .failures import failure

Q = TypeVar("Q")
R = TypeVar("R")


class GoogleOperation(Operation[Q, R]):
    """A `Codec` made of two functions, with Google's errors."""

    def failure(self, reply: Reply, terms: Terms) -> Failure:
        """Why the provider refused."""
        return failure(reply, terms)


def page_query(after: str | None, limit: int | None) -> Headers:
    """What asks for a page: https://google.aip.dev/158."""
    given = {"pageSize": limit, "pageToken": after}
    return tuple((name, str(value)) for name, value in given.items() if value is not None)


def unix(time: str | None) -> int | None:
    """The Unix time of an RFC 3339 one; None for what is none."""
    try:
        return None if time is None else int(datetime.fromisoformat(time).timestamp())
    except (ValueError, OverflowError):
        return None


def given(**members: object) -> dict[str, object]:
    """The members that have a value."""
    return {name: value for name, value in members.items() if value is not None}
