"""Authentication: credentials computed from secrets that were handed in."""

from __future__ import annotations

from .authorization import authorized
from .keys import AwsKeys, credential

__all__ = ["AwsKeys", "authorized", "credential"]
