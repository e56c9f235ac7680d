"""What the answers with vectors of all dialects share: there is one for each input, and they stand in the order of these."""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import Final, TypeVar

import msgspec

from ..errors import Failure
from ..types import EmbeddingRequest, EmbeddingResponse
from .documents import Unanswered

T = TypeVar("T")

_INDEX: Final = attrgetter("index")


def of_each_input(
    request: EmbeddingRequest, answer: Callable[[T], EmbeddingResponse | None]
) -> Callable[[T], EmbeddingResponse | Unanswered | None]:
    """*answer*, with its vectors in the order of the inputs; where there are fewer than these, it is none."""
    inputs = _count(request)

    def whole(piece: T) -> EmbeddingResponse | Unanswered | None:
        found = answer(piece)
        if found is None:
            return None
        if len(found.data) < inputs:
            said = f"there are {len(found.data)} vectors, and {inputs} inputs"
            return Unanswered(Failure(kind="protocol", message=said), found.usage)
        return msgspec.structs.replace(found, data=sorted(found.data, key=_INDEX))

    return whole


def _count(request: EmbeddingRequest) -> int:
    """How many texts there are; the numbers of a list are the tokens of one."""
    items = request.input
    if isinstance(items, str):
        return 1
    tokens = [item for item in items if isinstance(item, int)]
    return len(items) - len(tokens) + bool(tokens)
