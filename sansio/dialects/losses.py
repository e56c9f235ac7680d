"""What a conversion could not carry over unchanged, gathered while a request is encoded."""

from __future__ import annotations

from ..types import Loss, Opaque


class Losses:
    """The losses of one request, in the order in which they were found."""

    __slots__ = ("dialect", "found")

    def __init__(self, dialect: str) -> None:
        self.dialect = dialect
        self.found: list[Loss] = []

    def drop(self, path: str, reason: str) -> None:
        """*path* is not sent."""
        self.found.append(Loss(path, "dropped", reason))

    def approximate(self, path: str, reason: str) -> None:
        """*path* is sent as something like it."""
        self.found.append(Loss(path, "approximated", reason))

    def fill(self, path: str, reason: str) -> None:
        """*path* is sent although the caller did not give it, because the API requires it."""
        self.found.append(Loss(path, "filled", reason))

    def own(self, item: Opaque | None, path: str) -> Opaque | None:
        """*item* where this dialect understands it; else it is dropped, and None."""
        if item is None or item.dialect == self.dialect:
            return item
        self.drop(path, f"only {item.dialect} understands it")
        return None
