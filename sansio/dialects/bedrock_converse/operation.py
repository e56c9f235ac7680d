"""The codec of a kind of request that is no chat: one function encodes it, another reads the answer."""

from __future__ import annotations

from typing import TypeVar

from ...errors import Failure
from ..codec import Reply, Terms
from ..operation import Operation as AnyOperation
from .failures import of_response

Q = TypeVar("Q")
R = TypeVar("R")


class Operation(AnyOperation[Q, R]):
    """A `Codec` whose errors are Bedrock's."""

    def failure(self, reply: Reply, terms: Terms) -> Failure:
        """Why Bedrock refused."""
        return of_response(reply, terms)
