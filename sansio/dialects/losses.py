"""What a conversion could not carry over unchanged, gathered while a request is encoded."""

from __future__ import annotations

from ..types import Loss, Opaque, OrderedPart, Tool


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

    def omit(self, path: str, reason: str) -> None:
        """*path* is not sent, and the answer does not depend on it."""
        self.found.append(Loss(path, "omitted", reason))

    def omit_marks(self, item: OrderedPart | Tool, path: str) -> None:
        """What says that *item* may be cached, where the API has no such mark."""
        for mark in ("cache_control", "prompt_cache_breakpoint"):
            if getattr(item, mark, None) is not None:
                self.omit(f"{path}.{mark}", "the API has no such mark")

    def fill(self, path: str, reason: str) -> None:
        """*path* is sent although the caller did not give it, because the API requires it."""
        self.found.append(Loss(path, "filled", reason))

    def own_state(self, state: Opaque | None, path: str) -> Opaque | None:
        """*state* where this dialect understands it; another's proof of what it said is of no use to it, and omitted."""
        if state is None or state.dialect == self.dialect:
            return state
        self.omit(path, f"only {state.dialect} understands it")
        return None

    def own(self, item: Opaque | None, path: str) -> Opaque | None:
        """*item* where this dialect understands it; else it is dropped, and None."""
        if item is None or item.dialect == self.dialect:
            return item
        self.drop(path, f"only {item.dialect} understands it")
        return None
