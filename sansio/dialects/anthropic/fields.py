"""Reads JSON objects member by member, so that what nobody took is kept as it came."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Mapping
from functools import cache
from typing import TypeVar, cast

import msgspec
from msgspec import Raw

T = TypeVar("T")

_AT = re.compile(r" - at `\$\.?(.*)`$")


class Misfit(Exception):  # noqa: N818  # it never leaves the package
    """A member is missing or of a wrong type; `path` names it, as in `messages.0.content`."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(path, reason)
        self.path = path
        self.reason = reason


@cache
def _decoder(type_: Hashable) -> Callable[[Raw], object]:
    return msgspec.json.Decoder(type_).decode


def decoded(raw: Raw, type_: type[T], path: str) -> T:
    """The value as *type_*; raises Misfit, and what msgspec raises for what is no JSON at all."""
    try:
        return cast("T", _decoder(cast("Hashable", type_))(raw))
    except msgspec.ValidationError as exc:
        text = str(exc)
        inner = _AT.search(text)
        within = f".{inner[1]}" if inner and inner[1] else ""
        raise Misfit(f"{path}{within}", _AT.sub("", text)) from exc


class Fields:
    """The members of one object, taken one by one."""

    __slots__ = ("_path", "left")

    def __init__(self, raw: Raw, path: str) -> None:
        self._path = path
        self.left: dict[str, Raw] = decoded(raw, dict[str, Raw], path)

    def path(self, name: str) -> str:
        """The path of a member."""
        return f"{self._path}.{name}" if self._path else name

    def take(self, name: str, type_: type[T]) -> T | None:
        """A member as *type_*; None where it is null or not there."""
        raw = self.left.pop(name, None)
        if raw is None or bytes(raw) == b"null":
            return None
        return decoded(raw, type_, self.path(name))

    def need(self, name: str, type_: type[T]) -> T:
        """A member that must be there."""
        value = self.take(name, type_)
        if value is None:
            raise Misfit(self.path(name), "Field required")
        return value

    def take_content(self, name: str) -> str | list[Raw] | None:
        """A member that is text or a list of blocks."""
        raw = self.left.get(name)
        return self.take(name, str) if raw is not None and bytes(raw)[:1] == b'"' else self.take(name, list[Raw])

    def peek(self, name: str, type_: type[T]) -> T | None:
        """A member that stays; None where it is not there or of another type."""
        try:
            return decoded(self.left[name], type_, "") if name in self.left else None
        except Misfit:
            return None

    @property
    def extra(self) -> Mapping[str, Raw] | None:
        """What was not taken; copies, which do not hold the whole body in memory."""
        return {name: raw.copy() for name, raw in self.left.items()} or None
