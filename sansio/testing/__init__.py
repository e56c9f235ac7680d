"""For tests of whatever stands on this library: a provider double, a clock to move, wire tapes, and strategies.

The strategies are in `sansio.testing.strategies`, the only module that needs hypothesis.
"""

from __future__ import annotations

from .clock import VirtualClock
from .double import Double, echo
from .replies import Call, Reply, answer, error, raw, structured
from .tapes import Recorder, Tape, TapeMismatch, replay

__all__ = [
    "Call",
    "Double",
    "Recorder",
    "Reply",
    "Tape",
    "TapeMismatch",
    "VirtualClock",
    "answer",
    "echo",
    "error",
    "raw",
    "replay",
    "structured",
]
