"""The codec of a kind of request that is no chat."""

from __future__ import annotations

from typing import TypeVar

from ...errors import Failure
from ..codec import Reply, Terms
from ..operation import Operation
from .failures import failure

Q = TypeVar("Q")
R = TypeVar("R")


class CohereOperation(Operation[Q, R]):
    """A `Codec` made of two functions, with Cohere's errors."""

    def failure(self, reply: Reply, terms: Terms) -> Failure:
        """Why Cohere refused."""
        return failure(reply, terms)
