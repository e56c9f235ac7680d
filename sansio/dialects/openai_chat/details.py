"""What proves a reasoning to openrouter: `reasoning_details`, which come in fragments and go back whole.

https://openrouter.ai/docs/use-cases/reasoning-tokens
"""

from __future__ import annotations

from typing import Final

import msgspec
from msgspec import Raw

from ...events.choice import Text
from ...types import Opaque
from ..lenient import REFUSALS
from .unknown import DIALECT
from .wire import Members

_GROWING: Final = ("text", "summary", "data")
_text = msgspec.json.Decoder(str).decode


class Details:
    """The details of one choice, in the order of their first fragments."""

    __slots__ = ("_items",)

    def __init__(self) -> None:
        self._items: dict[tuple[bytes, bytes], dict[str, Raw | Text]] = {}

    def receive(self, details: list[Members]) -> None:
        """Take the next fragments: those of one index and type are one item, whose texts grow."""
        for place, detail in enumerate(details):
            index = bytes(detail.get("index", Raw(b"-%d" % place)))
            item = self._items.setdefault((index, bytes(detail.get("type", Raw(b"")))), {})
            for name, raw in detail.items():
                if name in _GROWING and (piece := _string(raw)) is not None:
                    text = item.get(name)
                    item[name] = text = text if isinstance(text, Text) else Text()
                    text.append(piece)
                elif name not in item or bytes(raw) != b"null":
                    item[name] = raw.copy()

    def state(self) -> Opaque:
        """All of them, as they are given back."""
        items = [
            {name: str(value) if isinstance(value, Text) else value for name, value in item.items()}
            for item in self._items.values()
        ]
        return Opaque(DIALECT, Raw(msgspec.json.encode({"reasoning_details": items})))


def _string(raw: Raw) -> str | None:
    try:
        return _text(raw)
    except REFUSALS:
        return None
