"""Framings: how records stand in a stream of bytes.  Each module stands alone; a decoder never raises for its input."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from . import body, eventstream, formdata, jsonlines, multipart, partial, sse
else:  # unseen by checkers, which would take every name for one of these

    def __getattr__(name: str) -> object:
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return import_module(f"{__name__}.{name}")  # which sets the attribute, too


__all__ = ["body", "eventstream", "formdata", "jsonlines", "multipart", "partial", "sse"]
