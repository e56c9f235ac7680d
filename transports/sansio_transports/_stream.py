"""What a stream shows its user, whatever the driver: events in order, and the response after the last of them."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from operator import length_hint
from typing import Final, Generic, Never, Self, TypeVar, cast

from sansio.errors import LocalProtocolError, exception
from sansio.events import Completed, Event, Failed, Outcome, TextDelta

R = TypeVar("R")

_NOTHING: Final[Iterator[Event[Never]]] = iter(())  # one for all: there is nothing in it to take turns for


def response_of(outcome: Outcome[R]) -> R:
    """The response; raises the failure's exception where there is none."""
    if isinstance(outcome, Failed):
        raise exception(outcome.failure, outcome.partial)
    return outcome.response


class Turn:
    """One thread or task at a time; the second is told, since it would see half of the events."""

    __slots__ = ("_lock",)

    def __init__(self) -> None:
        self._lock = threading.Lock()

    def __enter__(self) -> None:
        if not self._lock.acquire(blocking=False):
            raise LocalProtocolError("a stream is read by one thread or task at a time")

    def __exit__(self, *_: object) -> None:
        self._lock.release()


class Shown(Generic[R]):
    """The batch of events that the user is being shown.

    Events come in batches, hundreds at a time, and are iterated by C code: what is left here is one test an event.
    """

    __slots__ = ("_completed", "_events", "_turn")

    def __init__(self) -> None:
        self._events: Iterator[Event[R]] = _NOTHING
        self._completed: Completed[R] | None = None
        self._turn = Turn()

    @property
    def response(self) -> R:
        """The fold of all events.  Raises LocalProtocolError before `Completed` was reached."""
        if self._completed is None or length_hint(self._events):
            raise LocalProtocolError("a stream has its response when it was read to its end")
        return self._completed.response

    def _show(self, batch: Sequence[Event[object]]) -> Event[R]:
        """The first event of a batch; the others are shown next."""
        events = cast("Sequence[Event[R]]", batch)  # the stream's exchange answers its request
        if isinstance(last := events[-1], Completed):
            self._completed = last
        self._events = iter(events)
        return next(self._events)

    def _drop(self) -> bool:
        """Show nothing more; whether the answer was complete, so that its connection is worth a moment's wait."""
        complete = self._completed is not None
        if length_hint(self._events):
            self._completed = None
        self._events = _NOTHING
        return complete


def text_of(events: Iterable[Event[object]]) -> Iterator[str]:
    """The text of the first choice, piece by piece."""
    return (event.text for event in events if isinstance(event, TextDelta) and event.choice == 0)


class AsyncText:
    """An iterator over the text of a stream's first choice; a class, so that nothing is left open when it is dropped."""

    def __init__(self, events: AsyncIterator[Event[object]]) -> None:
        self._events = events

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> str:
        while True:
            event = await anext(self._events)
            if isinstance(event, TextDelta) and event.choice == 0:
                return event.text
