"""The members of one JSON object of a request, taken one by one; what is left over is kept as it came."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, TypeVar

import msgspec
from msgspec import Raw

from ..shapes import Invalid, Unknown

if TYPE_CHECKING:
    from ...types import Extra

T = TypeVar("T", bound=msgspec.Struct)
V = TypeVar("V")

_NULL = Raw(b"null")


def _decoded(decode: Callable[[Raw], V], raw: Raw) -> V:
    try:
        return decode(raw)
    except msgspec.ValidationError as exc:
        raise Invalid.of(exc) from exc


def reads(type_: type[V]) -> Callable[[Raw], V]:
    """A reader of a type that holds no structs; it raises Invalid."""
    return partial(_decoded, msgspec.json.Decoder(type_).decode)


read_text = reads(str)
read_list = reads(list[Raw])
_members = reads(dict[str, Raw])


class Fields:
    """The members of an object.  One that is taken and null is as good as absent."""

    __slots__ = ("left",)

    def __init__(self, raw: Raw) -> None:
        self.left = _members(raw)

    def take(self, name: str, read: Callable[[Raw], V]) -> V | None:
        """The member as *read* finds it, None where it is absent.  One that is unknown to *read* is left where it is."""
        if (raw := self.left.get(name)) is None:
            return None
        try:
            value = None if raw == _NULL else read(raw)
        except Unknown:
            return None
        except Invalid as exc:
            raise exc.within(name) from exc
        del self.left[name]
        return value

    def need(self, name: str, read: Callable[[Raw], V]) -> V:
        """The member, which must be there; raises Invalid, or Unknown where it is that."""
        if (value := self.take(name, read)) is not None:
            return value
        if name in self.left:
            raise Unknown
        raise Invalid(None, name)

    def drop(self, *names: str) -> None:
        """Leave members out that say nothing."""
        for name in names:
            self.left.pop(name, None)

    def rest(self) -> Extra | None:
        """What was not taken; a copy, which does not hold the whole body in memory."""
        return {name: raw.copy() for name, raw in self.left.items()} or None


def build(type_: type[T], members: Mapping[str, object]) -> T:
    """The struct with those members."""
    return type_(**members)


def each(read: Callable[[Raw], V], raw: Raw) -> list[V]:
    """The items of a list, each as *read* finds it."""
    values: list[V] = []
    for position, item in enumerate(read_list(raw)):
        try:
            values.append(read(item))
        except Invalid as exc:
            raise exc.within(f"[{position}]") from exc
    return values


def type_of(raw: Raw) -> str:
    """What the `type` of an object says."""
    return Fields(raw).need("type", read_text)
