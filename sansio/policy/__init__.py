"""Policies: pure decisions over `now`, without commands."""

from __future__ import annotations

from .retry import Retry

__all__ = ["Retry"]
