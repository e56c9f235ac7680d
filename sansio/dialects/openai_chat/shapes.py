"""Readers of JSON objects that keep unknown members: one shallow decode of each object, and a table of its members.

A reader takes the JSON of a value and returns the value, or UNSET: not understood, its owner keeps it as it is.  It
raises Invalid where the value cannot be meant.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Final, TypeAlias, TypeVar, cast

import msgspec
from msgspec import UNSET, Raw

T = TypeVar("T", bound=msgspec.Struct)
V = TypeVar("V")

Reader: TypeAlias = Callable[[Raw], object]

# Fields of our own structs that no wire has: a client's member of that name is as unknown as any other.
_OURS: Final = frozenset({"derived", "extra", "parts"})

_MISSING = re.compile(r"Object missing required field `(.*)`")


class _Tag(msgspec.Struct):
    type: str | None = None


class Invalid(Exception):  # noqa: N818  # it never leaves the package
    """A member is missing (`reason` is None) or of a wrong type; `param` is its path, as in `messages[0].content`."""

    def __init__(self, reason: str | None, param: str) -> None:
        super().__init__(reason, param)
        self.reason = reason
        self.param = param

    @classmethod
    def of(cls, error: msgspec.ValidationError) -> Invalid:
        """What msgspec found."""
        text, _, path = str(error).partition(" - at `$")
        path = path.removesuffix("`").removeprefix(".")
        missing = _MISSING.fullmatch(text)
        return cls(text, path) if missing is None else cls(None, missing[1]).within(path)

    def within(self, owner: str) -> Invalid:
        """The same with a longer path: *owner* has what `param` has named so far."""
        dot = "." if owner and self.param and not self.param.startswith("[") else ""
        return Invalid(self.reason, f"{owner}{dot}{self.param}")


def _decoded(decode: Callable[[Raw], V], raw: Raw) -> V:
    try:
        return decode(raw)
    except msgspec.ValidationError as exc:
        raise Invalid.of(exc) from exc


def typed(type_: object) -> Reader:
    """A reader of a type that msgspec knows; members inside that it does not declare are dropped."""
    return partial(_decoded, msgspec.json.Decoder(type_).decode)


_members = partial(_decoded, msgspec.json.Decoder(dict[str, Raw]).decode)
_members_or_null = typed(dict[str, Raw] | None)
_items = typed(list[Raw])
_tag = partial(_decoded, msgspec.json.Decoder(_Tag).decode)


def each(read: Reader, items: Reader = _items) -> Reader:
    """A reader of a list.  One with an item that is not understood is not understood.

    *items* makes the list from the JSON; what it makes instead of one is the value.
    """

    def read_list(raw: Raw) -> object:
        found = items(raw)
        if not isinstance(found, list):
            return found
        values: list[object] = []
        for index, item in enumerate(cast("list[Raw]", found)):
            try:
                values.append(read(item))
            except Invalid as exc:
                raise exc.within(f"[{index}]") from exc
        return UNSET if any(value is UNSET for value in values) else values

    return read_list


def nullable(read: Reader) -> Reader:
    """A reader of null, or of the object that *read* reads."""
    return lambda raw: None if _members_or_null(raw) is None else read(raw)


def shape(type_: type[T], **readers: Reader) -> Callable[[Raw], T]:
    """A reader of an object as *type_*, whose `extra` takes what is left; *readers* are those of special members."""
    fields = msgspec.structs.fields(type_)
    table = {field.name: readers.get(field.name) or typed(field.type) for field in fields if field.name not in _OURS}
    required = [field.name for field in fields if field.required]
    tag = type_.__struct_config__.tag_field

    def read_object(raw: Raw) -> T:
        values: dict[str, object] = {}
        extra: dict[str, Raw] = {}
        for name, member in _members(raw).items():
            value = _read_member(table, name, member)
            if value is not UNSET:
                values[name] = value
            elif name != tag:
                extra[name] = member.copy()  # a copy, which does not hold the whole body in memory
        for name in required:
            if name not in values:
                raise Invalid(None, name)
        return type_(**values, extra=extra) if extra else type_(**values)

    return read_object


def _read_member(table: Mapping[str, Reader], name: str, raw: Raw) -> object:
    try:
        return table[name](raw) if name in table else UNSET
    except Invalid as exc:
        raise exc.within(name) from exc


def tagged(readers: Mapping[str, Reader], unknown: Reader, *, default: str | None = None) -> Reader:
    """A reader of an object by its `type`; one without is of the *default* type, or invalid."""

    def read_tagged(raw: Raw) -> object:
        if (tag := _tag(raw).type or default) is None:
            raise Invalid(None, "type")
        return readers.get(tag, unknown)(raw)

    return read_tagged
