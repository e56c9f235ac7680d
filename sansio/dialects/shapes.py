"""Readers of JSON objects that keep unknown members: one shallow decode of each object, and a table of its members.

A reader takes the JSON of a value and returns the value.  It raises Unknown where that would lose something: then its
owner keeps the JSON as it is.  It raises Invalid where the value cannot be meant.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import NoneType, UnionType
from typing import Final, NoReturn, TypeAlias, TypeVar, Union, cast, get_args, get_origin

import msgspec
from msgspec import UNSET, Raw

T = TypeVar("T", bound=msgspec.Struct)
V = TypeVar("V")

Reader: TypeAlias = Callable[[Raw], object]

# Fields of our own structs that no wire has: a client's member of that name is as unknown as any other.
_OURS: Final = frozenset({"derived", "dialect", "extra", "parts", "schema_as_tool", "state"})

_MISSING = re.compile(r"Object missing required field `(.*)`")


class _Tag(msgspec.Struct):
    type: str | None = None


class Unknown(Exception):  # noqa: N818  # it never leaves the package
    """Something is of a type, or has a member, that no type of ours holds."""


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
    """A reader of a type that msgspec knows and that holds no structs: of theirs it would drop unknown members."""
    return partial(_decoded, msgspec.json.Decoder(type_).decode)


def unknown(_raw: Raw) -> NoReturn:
    """The reader of what nobody understands."""
    raise Unknown


_members = partial(_decoded, msgspec.json.Decoder(dict[str, Raw]).decode)
_items = typed(list[Raw])
_tag = partial(_decoded, msgspec.json.Decoder(_Tag).decode)


def each(read: Reader, items: Reader = _items) -> Reader:
    """A reader of a list.  One with an unknown item is unknown.

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
        return values

    return read_list


def shape(type_: type[T], **readers: Reader) -> Callable[[Raw], T]:
    """A reader of an object as *type_*, whose `extra` takes what is left; *readers* are those of special members.

    Without an `extra`, or where a member that must be there is unknown, the whole object is unknown.
    """
    fields = msgspec.structs.fields(type_)
    table = {
        field.name: readers.get(field.name) or reader_of(field.type) for field in fields if field.name not in _OURS
    }
    required = [field.name for field in fields if field.required]
    tag = type_.__struct_config__.tag_field
    keeps = any(field.name == "extra" for field in fields)

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
            if name not in values and name not in extra:
                raise Invalid(None, name)
        if extra and not (keeps and extra.keys().isdisjoint(required)):
            raise Unknown
        return type_(**values, extra=extra) if extra else type_(**values)

    return read_object


def _read_member(table: Mapping[str, Reader], name: str, raw: Raw) -> object:
    try:
        return table[name](raw) if name in table else UNSET
    except Unknown:
        return UNSET
    except Invalid as exc:
        raise exc.within(name) from exc


def tagged(readers: Mapping[str, Reader], other: Reader = unknown, *, default: str | None = None) -> Reader:
    """A reader of an object by its `type`; one without is of the *default* type, or invalid.

    *other* reads objects of other types, and those that their type's own reader finds unknown.
    """

    def read_tagged(raw: Raw) -> object:
        if (tag := _tag(raw).type or default) is None:
            raise Invalid(None, "type")
        try:
            return readers.get(tag, unknown)(raw)
        except Unknown:
            return other(raw)

    return read_tagged


def reader_of(type_: object) -> Reader:
    """A reader of the type of a field.  Structs in it are read as `shape` does, by their tags, and lists as `each` does."""
    options = _options(type_)
    lists = [get_args(option)[0] for option in options if get_origin(option) is Sequence]
    if lists and _structs(lists[0]):
        return each(reader_of(lists[0]), typed(list[Raw] | None) if NoneType in options else _items)
    if not (structs := _structs(type_)):
        return typed(type_)
    others, read = typed(type_), _by_tag(structs)
    return read if len(structs) == len(options) else lambda raw: read(raw) if bytes(raw)[:1] == b"{" else others(raw)


def _by_tag(structs: Sequence[type[msgspec.Struct]]) -> Reader:
    readers = {struct.__struct_config__.tag: shape(struct) for struct in structs}
    if None in readers:  # there is one, and it has no tag
        return readers[None]
    tags = {str(tag): reader for tag, reader in readers.items()}
    return tagged(tags, default=next(iter(tags)) if len(tags) == 1 else None)


def _options(type_: object) -> tuple[object, ...]:
    return get_args(type_) if get_origin(type_) in {Union, UnionType} else (type_,)


def _structs(type_: object) -> list[type[msgspec.Struct]]:
    return [option for option in _options(type_) if isinstance(option, type) and issubclass(option, msgspec.Struct)]
