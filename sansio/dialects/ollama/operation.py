"""The codec of a kind of request that is no chat."""

from __future__ import annotations

from typing import TypeVar

from ...errors import Failure
from ..codec import Reply, Terms
from ..failures import of_reply
from ..operation import Operation
from .failures import RULES_OF_OLLAMA

Q = TypeVar("Q")
R = TypeVar("R")


class OllamaOperation(Operation[Q, R]):
    """A `Codec` made of two functions, with Ollama's errors."""

    def failure(self, reply: Reply, terms: Terms) -> Failure:
        """Why the server refused."""
        return of_reply(reply, terms.unix, RULES_OF_OLLAMA)
