"""A call as a driver sees it: verbs to perform, answers to give.

The canonical loop: take a verb of `verbs`, perform it, `resume(verb, answer)`, until what is there is `Finished`.
A plain call has one verb outstanding at any time; await it directly.  Where there are several, run them all, resume
with whichever is answered first, keep those that are still in `verbs`, and give up those that are not.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeAlias, TypeVar

from ..commands import Abandoned, Ask, Clock, Flow
from ..errors import LocalProtocolError
from .lower import lower
from .verbs import ANSWERS, Answer, Finished, Verb, Wire
from .wiring import Wiring

T = TypeVar("T")
Recorder: TypeAlias = Callable[[tuple[Verb, ...], Verb, Answer], None]


class Call(Generic[T]):
    """A flow, lowered to bytes, from the outside.

    *flow* makes the generator, given the clock cell that every answer moves.  *call* is its id in `Shared`, *now* the
    driver's clock, *unix* the Unix time now.  *recorder* hears every answer in plaintext, with the verbs that were outstanding:
    above TLS, so that the answers alone replay the call.
    Raises LocalProtocolError where the flow's first request cannot be sent by HTTP.
    """

    __slots__ = ("_clock", "_id", "_over", "_wire", "verbs")

    def __init__(
        self,
        flow: Callable[[Clock], Flow[T]],
        call: str,
        wiring: Wiring,
        *,
        now: float,
        unix: float | None = None,
        recorder: Recorder | None = None,
    ) -> None:
        self._clock = Clock(now, unix)
        self._id = call
        self._over = False
        wire = lower(flow(self._clock), call, self._clock, wiring)
        if recorder is not None:
            wire = _recorded(wire, recorder)
        self._wire = wiring.secure(wire)
        self.verbs: tuple[Verb | Finished[T], ...] = self._start()

    def resume(self, verb: Verb, answer: Answer) -> None:
        """Give the answer to one of `verbs`, and run on; then look at `verbs` again.

        Raises LocalProtocolError where *verb* is not (the same object as) one of them, or not answered like that.
        """
        for outstanding in self.verbs:
            if verb is outstanding:
                break
        else:
            raise LocalProtocolError(f"{type(verb).__name__} is not outstanding")
        if type(answer) not in ANSWERS[type(verb)]:
            raise LocalProtocolError(f"{type(answer).__name__} does not answer {type(verb).__name__}")
        if answer.now > self._clock.now:
            self._clock.now = answer.now
        self.verbs = ()  # nothing is outstanding while it runs, nor after it failed
        try:
            self.verbs = self._wire.send((verb, answer))
        except StopIteration as stop:
            self._over = True
            self.verbs = (Finished(stop.value),)

    def abandon(self, now: float) -> Ask | None:
        """Stop here.  Every verb is given up; the question that comes back is to be asked, and settles what is booked.

        None where the call is over already.
        """
        if self._over:
            return None
        self._over = True
        self._clock.now = max(self._clock.now, now)
        self._wire.close()
        self.verbs = ()
        return Ask(Abandoned(self._id))

    def _start(self) -> tuple[Verb | Finished[T], ...]:
        try:
            return next(self._wire)
        except StopIteration as stop:
            self._over = True
            return (Finished(stop.value),)


def _recorded(wire: Wire[T], recorder: Recorder) -> Wire[T]:
    """The same wire; the recorder hears what it is answered."""
    try:
        verbs = next(wire)
        while True:
            verb, answer = yield verbs
            recorder(verbs, verb, answer)
            verbs = wire.send((verb, answer))
    except StopIteration as stop:
        value: T = stop.value
        return value
    finally:
        wire.close()
