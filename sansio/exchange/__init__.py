"""One request and its response on the level of HTTP messages: for any client, any event loop, any bytes."""

from __future__ import annotations

from .exchange import Exchange
from .plan import OnLoss

__all__ = ["Exchange", "OnLoss"]
