"""What calls share, as one pure object."""

from __future__ import annotations

from .shared import Shared
from .tokens import Tokens

__all__ = ["Shared", "Tokens"]
