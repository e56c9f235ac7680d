"""The ids of tool calls as the API takes them: unique in a conversation, of letters, digits, `_` and `-`."""

from __future__ import annotations

import re
from typing import Final

_REFUSED: Final = re.compile(r"[^A-Za-z0-9_-]")


class CallIds:
    """Gives each call the id that it has on the wire.  An id that comes again, as derived ones do, is another call's.

    What matches *refused* becomes an underscore.
    """

    __slots__ = ("_counts", "_now", "_refused", "_taken")

    def __init__(self, refused: re.Pattern[str] = _REFUSED) -> None:
        self._refused = refused
        self._taken: set[str] = set()
        self._counts: dict[str, int] = {}  # how often each came: derived ids come again in every turn
        self._now: dict[str, str] = {}  # the wire's id of the latest call that the caller knows by this one

    def of_call(self, id_: str) -> str:
        """The id of the next call, which the caller calls *id_*."""
        wire = stem = self._refused.sub("_", id_)
        count = self._counts.get(stem, 1)
        while wire in self._taken:
            count += 1
            wire = f"{stem}_{count}"
        self._counts[stem] = count
        self._taken.add(wire)
        self._now[id_] = wire
        return wire

    def of_result(self, id_: str) -> str:
        """The id of the call that a result answers: the latest one of that name."""
        return self._now.get(id_) or self._refused.sub("_", id_)
