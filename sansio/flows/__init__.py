"""Flows: what happens in a call, in order, as generators of commands."""

from __future__ import annotations

from .attempt import attempt
from .call import call

__all__ = ["attempt", "call"]
