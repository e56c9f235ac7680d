"""JSON objects of the API: two of them as one, and a client's, whose names may be in camel or in snake case.

https://protobuf.dev/programming-guides/json/
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, TypeVar, cast

import msgspec
from msgspec import Raw

from ..lenient import REFUSALS

T = TypeVar("T")

_SNAKE: Final = re.compile(r"_([a-z0-9])")
_object = msgspec.json.Decoder(dict[str, Raw]).decode


class Invalid(Exception):  # noqa: N818  # it never leaves the package
    """A member of a request is of a wrong type; `path` names it."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(path, reason)
        self.path = path
        self.reason = reason


def merged(members: Mapping[str, object], extra: Mapping[str, Raw] | None) -> dict[str, object]:
    """The members with further ones; of an object that both have, such as `generationConfig`, the members of both."""
    result = dict(members)
    for name, raw in (extra or {}).items():
        known = result.get(name)
        result[name] = raw
        if isinstance(known, dict):
            try:
                result[name] = merged(cast("dict[str, object]", known), _object(raw))
            except REFUSALS:  # no object, so it is meant to replace ours
                continue
    return result


def members(raw: Raw, path: str) -> dict[str, Raw]:
    """The members of an object by their names in camel case; raises Invalid where it is none."""
    return {camel(name): value for name, value in typed(raw, dict[str, Raw], path).items()}


def typed(raw: Raw, type_: type[T], path: str) -> T:
    """The value as *type_*; raises Invalid where it is none."""
    try:
        return msgspec.json.decode(raw, type=type_, strict=False)
    except REFUSALS as exc:
        raise Invalid(path, str(exc).partition(" - at")[0]) from exc


def raw_of(members: Mapping[str, object]) -> Raw:
    """The object with these members."""
    return Raw(msgspec.json.encode(members))


def camel(name: str) -> str:
    """The name of a member in camel case."""
    return _SNAKE.sub(lambda found: found[1].upper(), name) if "_" in name else name
