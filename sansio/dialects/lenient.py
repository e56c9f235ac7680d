"""JSON that msgspec refuses, read once more: field by field, so that one misfit costs one field and not the answer.

The fast path is msgspec with the wire's structs.  It is strict about types, about lone surrogates and about control
characters in strings; servers are not.  Only what is not JSON at all is refused here too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import accumulate
from types import UnionType
from typing import Final, TypeVar, Union, cast, get_args, get_origin

import msgspec

from ..errors import Kind

T = TypeVar("T")


class UnreadableError(Exception):
    """A text is not the JSON that was asked for; `kind` is that of the failure which this is."""

    def __init__(self, kind: Kind, message: str) -> None:
        super().__init__(message)
        self.kind: Kind = kind


# What a peer's bytes raise on the fast path: malformed or mistyped JSON, no UTF-8, nesting beyond the stack or the limit.
REFUSALS: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError, UnreadableError)

# The last quote may be missing: else each quote of a string without an end would be tried as a beginning.
_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)
_STEPS = bytes.maketrans(b"[{]}", b"\x01\x01\xff\xff")  # as signed bytes: one deeper, one back
_OTHERS = bytes(set(range(256)) - set(b"[{]}"))


def check_depth(data: bytes | bytearray, limit: int) -> None:
    """Raise UnreadableError where the brackets of a JSON text nest deeper than *limit*; linear, and free where few are."""
    if len(data) <= 2 * limit or data.count(b"[") + data.count(b"{") <= limit:
        return
    steps = memoryview(_STRING.sub(b"", data).translate(_STEPS, _OTHERS)).cast("b")
    if max(accumulate(steps), default=0) > limit:
        raise UnreadableError("limit_exceeded", f"JSON nests deeper than {limit}")


def read(
    data: bytes | bytearray, decode: Callable[[bytes | bytearray], T], type_: type[T], depth: int, notes: list[str]
) -> T:
    """A JSON text as the struct *type_*, whose fast decoder is *decode*; the paths of what does not fit go to *notes*.

    A list of one stands for what is in it.  Raises UnreadableError.
    """
    check_depth(data, depth)
    try:
        return decode(data)
    except REFUSALS:
        value = loads(data)
    if isinstance(value, list):
        items = cast("list[object]", value)
        value = items[0] if len(items) == 1 else items
    try:
        return cast("T", _fit(value, type_, "$", notes))
    except (msgspec.ValidationError, RecursionError) as exc:
        raise UnreadableError("protocol", f"unexpected JSON: {exc}") from exc


def is_json(data: bytes) -> bool:
    """Whether *data* is one whole JSON text."""
    try:
        msgspec.json.decode(data, type=msgspec.Raw)
    except REFUSALS:
        return False
    return True


def loads(data: bytes | bytearray) -> object:
    """The value of a JSON text with anything in its strings: bytes that are no UTF-8, and lone surrogates, are U+FFFD.

    Raises UnreadableError, with the kind truncated for the beginning of a JSON text.
    """
    import json  # for the slow path only

    text = data.decode("utf-8", "replace").removeprefix("\ufeff")
    try:
        return _clean(json.loads(text, strict=False, parse_int=_number))
    except (ValueError, RecursionError) as exc:
        raise UnreadableError("truncated" if _is_cut(data) else "protocol", f"not JSON: {exc}") from exc


def value(data: bytes | bytearray) -> object:
    """The value of a JSON text, None where it is none."""
    try:
        return loads(data)
    except UnreadableError:
        return None


def _number(text: str) -> int | float:
    # Python refuses to parse integers of thousands of digits; such a number is no index and no count.
    return int(text) if len(text) < 20 else float(text)


def _is_cut(data: bytes | bytearray) -> bool:
    try:
        msgspec.json.decode(data, type=msgspec.Raw)
    except msgspec.DecodeError as exc:
        return str(exc) == "Input data was truncated"
    except RecursionError:
        return False
    return False  # whole, and deeper than Python itself reads it


def _clean(value: object) -> object:
    match value:
        case str():
            return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        case list():
            return [_clean(item) for item in cast("list[object]", value)]
        case dict():
            return {str(_clean(name)): _clean(item) for name, item in cast("dict[str, object]", value).items()}
        case _:
            return value


def _fit(value: object, type_: object, path: str, notes: list[str]) -> object:
    """The value as *type_*, or as much of it as fits; raises ValidationError where nothing does."""
    try:
        return msgspec.json.decode(msgspec.json.encode(value), type=type_, strict=False)
    except msgspec.ValidationError:
        for option in _options(type_):
            if isinstance(value, dict) and isinstance(option, type) and issubclass(option, msgspec.Struct):
                return _fit_struct(cast("dict[str, object]", value), option, path, notes)
            if isinstance(value, list) and get_origin(option) in {list, Sequence}:
                return _fit_list(cast("list[object]", value), get_args(option)[0], path, notes)
        raise


def _options(type_: object) -> tuple[object, ...]:
    return get_args(type_) if get_origin(type_) in {Union, UnionType} else (type_,)


def _fit_struct(value: dict[str, object], type_: type[msgspec.Struct], path: str, notes: list[str]) -> msgspec.Struct:
    members: dict[str, object] = {}
    for field in msgspec.structs.fields(type_):
        if field.encode_name in value:
            where = f"{path}.{field.encode_name}"
            try:
                members[field.name] = _fit(value[field.encode_name], field.type, where, notes)
            except msgspec.ValidationError:
                notes.append(where)
    try:
        return type_(**members)
    except TypeError as exc:
        raise msgspec.ValidationError(f"{path}: {exc}") from exc


def _fit_list(values: list[object], type_: object, path: str, notes: list[str]) -> list[object]:
    items: list[object] = []
    for position, value in enumerate(values):
        try:
            items.append(_fit(value, type_, f"{path}[{position}]", notes))
        except msgspec.ValidationError:
            notes.append(f"{path}[{position}]")
    return items
