"""Flows: what happens in a call, in order, as generators of commands."""

from __future__ import annotations

from .attempt import Attemptable, attempt
from .attempts import attempts
from .call import call
from .token import forget, token

__all__ = ["Attemptable", "attempt", "attempts", "call", "forget", "token"]
