"""Signatures of thoughts, which the API wants back on the very part that had them.

https://ai.google.dev/gemini-api/docs/thought-signatures.  A signed part must not be joined with another, and a stream's
texts are: so the state of a text says how many of its last characters the signed part had.
"""

from __future__ import annotations

from typing import Final

import msgspec
from msgspec import Raw

from ...types import Opaque
from ..lenient import REFUSALS
from .wire import Piece

DIALECT: Final = "gemini"


class Signature(Piece, gc=False, omit_defaults=True):
    """The state of a part; without a `length` all of its text is signed."""

    thought_signature: str | None = None
    length: int | None = None


_signature = msgspec.json.Decoder(Signature).decode


def state(signature: str, length: int | None = None) -> Opaque:
    """The state that a signature is."""
    return Opaque(DIALECT, Raw(msgspec.json.encode(Signature(signature, length))))


def signature(state: Opaque | None) -> Signature:
    """The signature in a state of this dialect; none in any other."""
    if state is None or state.dialect != DIALECT:
        return Signature()
    try:
        return _signature(state.raw)
    except REFUSALS:
        return Signature()
