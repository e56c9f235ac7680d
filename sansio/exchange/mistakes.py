"""What the caller got wrong in a request, as a sentence: looked for only where encoding it failed, or gave what is suspect.

msgspec checks types when it decodes, and not when a struct is made, so that a request may hold anything; what JSON cannot
say it encodes as null, and a `Raw` it copies.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import repeat
from math import isfinite
from typing import Any, Final, cast

import msgspec
from msgspec import UNSET, Raw, inspect

from ..types import Request

_NULL: Final = re.compile(rb'null(?!")')  # "null" is a type in JSON schemas
# What a value of each kind is, and its name; values of any other kind are not looked at.
_SHAPES: Final[dict[type[inspect.Type], tuple[type | tuple[type, ...], str]]] = {
    inspect.BoolType: (bool, "bool"),
    inspect.DictType: (Mapping, "a mapping"),
    inspect.FloatType: ((int, float), "float"),
    inspect.IntType: (int, "int"),
    inspect.ListType: (Sequence, "a list"),
    inspect.NoneType: (type(None), "None"),
    inspect.StrType: (str, "str"),
}
_ADVICE: Final = {"Message": "; sansio.user(...) and the like make one"}


def misfit(request: Request[Any]) -> str | None:
    """The first member that is not what its annotation says; None where all are, and the fault is not the caller's."""
    return _misfit(request, inspect.type_info(type(request)), "")


def _misfit(value: object, kind: inspect.Type, path: str) -> str | None:
    kinds = kind.types if isinstance(kind, inspect.UnionType) else (kind,)
    fitting = next((one for one in kinds if _fits(value, one)), None)
    if fitting is None:
        found = "None" if value is None else f"{type(value).__name__}"
        return f"{path.removeprefix('.')} takes {_name(kind)}, not {found}{_ADVICE.get(_name(kind), '')}"
    members = zip(_members(value, path), _kinds(fitting), strict=False)
    said = (_misfit(member, its, where) for (where, member), its in members if member is not UNSET)
    return next(filter(None, said), None)


def _fits(value: object, kind: inspect.Type) -> bool:
    """Whether the value itself is of this kind, whatever stands in it."""
    if isinstance(kind, inspect.StructType):
        return isinstance(value, kind.cls)
    if isinstance(kind, inspect.ListType) and isinstance(value, str | bytes):
        return False
    shape, _ = _SHAPES.get(type(kind), (object, ""))
    return isinstance(value, shape)


def _name(kind: inspect.Type) -> str:
    match kind:
        case inspect.UnionType(types=kinds):
            return " or ".join([_name(one) for one in kinds])
        case inspect.StructType(cls=cls):
            return cls.__name__
        case inspect.ListType(item_type=item):
            return f"a list of {_name(item)}"
        case _:
            return _SHAPES[type(kind)][1]


def _kinds(kind: inspect.Type) -> Iterable[inspect.Type]:
    """What the members of such a value have to be, in their order."""
    match kind:
        case inspect.StructType(fields=fields):
            return [field.type for field in fields]
        case inspect.ListType(item_type=item) | inspect.DictType(value_type=item):
            return repeat(item)
        case _:
            return ()


def _members(value: object, path: str) -> Iterator[tuple[str, object]]:
    """The members of *value*, each with its path."""
    if isinstance(value, msgspec.Struct):
        return ((f"{path}.{name}", getattr(value, name)) for name in value.__struct_fields__)
    if isinstance(value, Mapping):
        members = cast("Mapping[object, object]", value)
        return ((f"{path}[{name!r}]", member) for name, member in members.items())
    if isinstance(value, list | tuple):
        return ((f"{path}[{position}]", member) for position, member in enumerate(cast("Sequence[object]", value)))
    return iter(())


def not_finite(request: Request[Any]) -> str | None:
    """The first float that is infinite or no number, which msgspec encodes as null; None where there is none."""
    given = ((name, getattr(request, name)) for name in _with_floats(type(request)))
    said = (_not_finite(value, name) for name, value in given if value is not UNSET and _has_null(value))
    return next(filter(None, said), None)


def _has_null(value: object) -> bool:
    """Whether a null may stand in it; msgspec finds out a hundred times as fast as a walk through tools and schemas."""
    try:
        return _NULL.search(msgspec.json.encode(value)) is not None
    except TypeError:  # a member that the provider does not take, and that was not encoded
        return True


def _not_finite(value: object, path: str) -> str | None:
    if isinstance(value, float):
        return None if isfinite(value) else f"{path} is {value}, which JSON cannot say"
    said = (_not_finite(member, where) for where, member in _members(value, path))
    return next(filter(None, said), None)


@cache
def _with_floats(kind: type[Request[Any]]) -> tuple[str, ...]:
    """The members of such a request in which a float may stand: the conversation, which may be long, is not among them."""
    kinds = zip(kind.__struct_fields__, _kinds(inspect.type_info(kind)), strict=True)
    return tuple(name for name, its in kinds if _may_be_float(its))


def _may_be_float(kind: inspect.Type) -> bool:
    match kind:
        case inspect.FloatType() | inspect.CustomType():  # the latter is `object`
            return True
        case inspect.UnionType(types=kinds):
            return any(map(_may_be_float, kinds))
        case inspect.ListType(item_type=item) | inspect.DictType(value_type=item):
            return _may_be_float(item)
        case _:
            return any(map(_may_be_float, _kinds(kind)))


def not_json(extra: Mapping[str, object]) -> str | None:
    """The first further member that is not JSON, and would break the body; None where there is none."""
    return next(filter(None, (_not_json(value, f"extra[{name!r}]") for name, value in extra.items())), None)


def _not_json(value: object, path: str) -> str | None:
    if not isinstance(value, Raw):
        return _not_finite(value, path)
    try:
        msgspec.json.decode(value)
    except (msgspec.MsgspecError, ValueError, RecursionError) as exc:
        return f"{path} is not JSON: {exc}"
    return None
