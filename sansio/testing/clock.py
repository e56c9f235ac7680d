"""A clock that a test moves: hours of protocol in no time."""

from __future__ import annotations


class VirtualClock:
    """Seconds from any origin; `now` moves when it is told to, and never backwards."""

    __slots__ = ("_now",)

    def __init__(self, now: float = 0.0) -> None:
        self._now = now

    @property
    def now(self) -> float:
        """The time."""
        return self._now

    def advance(self, seconds: float) -> float:
        """Let that much time go by; the time is then returned.  Raises ValueError for less than nothing."""
        return self.advance_to(self._now + seconds)

    def advance_to(self, until: float) -> float:
        """Let time go by until *until*; the time is then returned.  Raises ValueError where that is past."""
        if not until >= self._now:  # said this way round, it refuses NaN too
            raise ValueError(f"time does not go back from {self._now} to {until}")
        self._now = until
        return until
