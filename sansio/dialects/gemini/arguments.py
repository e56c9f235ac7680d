"""Arguments of a call that arrive value by value, at JSON paths, into the JSON text that they amount to.

https://cloud.google.com/vertex-ai/generative-ai/docs/multimodal/function-calling#streaming-function-calls.  The values
come in the order of the text, so that each can be written down as it comes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import msgspec

from .wire import PartialArgument

_STEP: Final = re.compile(r"\.([^.\[\]]+)|\[(\d{1,9})\]|\['((?:[^'\\]|\\.)*)'\]|\[\"((?:[^\"\\]|\\.)*)\"\]")
_ESCAPED: Final = re.compile(r"\\(.)")
_json = msgspec.json.Encoder().encode


def _path(text: str) -> list[str | int]:
    """The steps of a JSON path (RFC 9535) of names and indexes."""
    steps: list[str | int] = []
    for name, index, *quoted in _STEP.findall(text.removeprefix("$")):
        steps.append(int(index) if index else name or _ESCAPED.sub(r"\1", "".join(quoted)))
    return [str(steps[0]) if steps else "", *steps[1:]]  # arguments are an object, whatever else is in it


class ArgumentsWriter:
    """Writes one call's arguments: what it returns, joined, is their JSON text."""

    __slots__ = ("_is_text", "_path")

    def __init__(self) -> None:
        self._path: list[str | int] | None = None  # where the last value stands; None before the first
        self._is_text = False  # that value is a text which goes on

    def write(self, argument: PartialArgument) -> str:
        """The JSON that one more piece of a value adds."""
        path = _path(argument.json_path)
        if self._is_text and path == self._path:
            text = ""
        else:
            text = self._move(path)
            self._is_text = argument.string_value is not None
            text += '"' if self._is_text else _value(argument)
        if self._is_text:
            text += _json(argument.string_value or "").decode()[1:-1]
            if not argument.will_continue:
                self._is_text = False
                text += '"'
        return text

    def close(self) -> str:
        """The JSON that ends what was begun."""
        if self._path is None:
            return "{}"
        return self._end_text() + _closing(self._path)

    def _end_text(self) -> str:
        return '"' if self._is_text else ""

    def _move(self, path: list[str | int]) -> str:
        """Leave what the last value stood in, and enter what the next one stands in."""
        before, self._path = self._path, path
        if before is None:
            return _opening(path)
        text = self._end_text()
        shared = next((n for n, (old, new) in enumerate(zip(before, path, strict=False)) if old != new), None)
        if shared is None:  # one lies within the other, or comes again: then it stands beside it
            shared = min(len(before), len(path)) - 1
        while type(before[shared]) is not type(path[shared]):  # an object is no list: it comes again as one
            shared -= 1
        return text + _closing(before[shared + 1 :]) + "," + _member(path[shared]) + _opening(path[shared + 1 :])


def _member(step: str | int) -> str:
    return "" if isinstance(step, int) else f"{_json(step).decode()}:"


def _opening(path: Sequence[str | int]) -> str:
    return "".join([("[" if isinstance(step, int) else "{") + _member(step) for step in path])


def _closing(path: Sequence[str | int]) -> str:
    return "".join(["]" if isinstance(step, int) else "}" for step in reversed(path)])


def _value(argument: PartialArgument) -> str:
    if argument.bool_value is not None:
        return "true" if argument.bool_value else "false"
    return "null" if argument.number_value is None else _json(argument.number_value).decode()
