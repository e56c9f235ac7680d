"""Authentication: credentials computed from secrets that were handed in."""

from __future__ import annotations

from .keys import credential

__all__ = ["credential"]
