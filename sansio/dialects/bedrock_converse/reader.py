"""Objects of a request, member by member: each is taken once, and what nobody took stays as it came."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

import msgspec
from msgspec import Raw

from ...types import Extra
from ..shapes import Invalid
from .wire import Members, decode_members

T = TypeVar("T")

TEXT: Final = msgspec.json.Decoder(str).decode
LIST: Final = msgspec.json.Decoder(list[Raw]).decode
_NULL: Final = b"null"
_EMPTY: Final = Raw(b"{}")


class Reader:
    """The members of one object; *path* is where it stands in the request.  What it is given wrong raises `Invalid`."""

    __slots__ = ("_inner", "left", "path")

    def __init__(self, raw: Raw, path: str = "") -> None:
        self.path = path
        self.left: Members = _decoded(decode_members, raw, path)
        self._inner: dict[str, Reader] = {}  # objects that were taken; what is left of them stays under their names

    def take(self, name: str, decode: Callable[[Raw], T]) -> T | None:
        """The member, which is no longer left; None where it is not there, or null."""
        raw = self.left.pop(name, None)
        return None if raw is None or bytes(raw) == _NULL else _decoded(decode, raw, self.at(name))

    def need(self, name: str, decode: Callable[[Raw], T]) -> T:
        """The member, which has to be there."""
        value = self.take(name, decode)
        if value is None:
            raise Invalid(None, self.at(name))
        return value

    def peek(self, name: str) -> Reader:
        """The member that is an object, which is still left; an empty one where it is not there."""
        raw = self.left.get(name, _EMPTY)
        return Reader(_EMPTY if bytes(raw) == _NULL else raw, self.at(name))

    def object(self, name: str) -> Reader:
        """The member that is an object; an empty one where it is not there."""
        inner = self._inner[name] = self.peek(name)
        self.left.pop(name, None)
        return inner

    def list(self, name: str) -> list[tuple[Raw, str]]:
        """The items of the member that is a list, and where each stands; none where it is not there."""
        path = self.at(name)
        return [(item, f"{path}[{index}]") for index, item in enumerate(self.take(name, LIST) or ())]

    def at(self, name: str) -> str:
        """Where a member stands."""
        return f"{self.path}.{name}" if self.path else name

    def rest(self) -> Extra | None:
        """What nobody took, at any depth, and has taken now: copies, which do not hold the whole body in memory."""
        rest = {name: raw.copy() for name, raw in self.left.items()}
        for name, inner in self._inner.items():
            if (left := inner.rest()) is not None:
                rest[name] = Raw(msgspec.json.encode(left))
        self.left, self._inner = {}, {}
        return rest or None


def _decoded(decode: Callable[[Raw], T], raw: Raw, path: str) -> T:
    try:
        return decode(raw)
    except msgspec.ValidationError as exc:
        raise Invalid.of(exc).within(path) from exc
