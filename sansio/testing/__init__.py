"""For tests of whatever stands on this library: a double of a provider, a clock to move, and hypothesis strategies.

The strategies are in `sansio.testing.strategies`, the only module that needs hypothesis.
"""

from __future__ import annotations

from .clock import VirtualClock
from .double import Double, echo
from .replies import Call, Reply, answer, error, raw, structured

__all__ = [
    "Call",
    "Double",
    "Reply",
    "VirtualClock",
    "answer",
    "echo",
    "error",
    "raw",
    "structured",
]
