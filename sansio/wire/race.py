"""Flows against each other on one call: the verbs of every racer are outstanding together (hedging stands on it)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeAlias

from ..commands import Abandoned, Ask, Attempted, Clock, Emit, Flow, Race, Sleep
from ..errors import LocalProtocolError
from ..events import Completed
from ..types import ChatResponse
from .verbs import Answer, Verb, Wire


class _Racer:
    """A running flow under a booking id of its own, with the verbs that it has outstanding."""

    def __init__(self, name: str, wire: Wire[Attempted[ChatResponse]]) -> None:
        self.name = name
        self.wire = wire
        self.verbs: tuple[Verb, ...] = ()
        self.result: Attempted[ChatResponse] | None = None

    def step(self, answered: tuple[Verb, Answer] | None) -> None:
        """Run on to the next verbs, or to the result."""
        try:
            self.verbs = next(self.wire) if answered is None else self.wire.send(answered)
        except StopIteration as stop:
            self.verbs = ()
            self.result = stop.value

    @property
    def running(self) -> bool:
        """Whether it has begun and is not at its end."""
        return bool(self.verbs)

    @property
    def emits(self) -> bool:
        """Whether it has output to show: it has won."""
        return any(isinstance(verb, Emit) for verb in self.verbs)

    @property
    def completed(self) -> bool:
        """Whether it has finished well: it has won."""
        return self.result is not None and isinstance(self.result.outcome, Completed)


Start: TypeAlias = Callable[[Flow[Attempted[ChatResponse]], str], Wire[Attempted[ChatResponse]]]


def race(command: Race, call: str, clock: Clock, start: Start) -> Wire[Attempted[ChatResponse]]:
    """Run the flows until one has won or all have failed.  The losers' bookings are settled, their generators closed."""
    if not command.flows:
        raise LocalProtocolError("a race needs a flow")
    racers = [_Racer(f"{call}.{n}", start(flow, f"{call}.{n}")) for n, flow in enumerate(command.flows, 1)]
    try:
        winner = yield from _heats(racers, command.stagger, clock)
        for loser in [racer for racer in racers if racer is not winner and racer.running]:
            loser.wire.close()
            yield (Ask(Abandoned(loser.name)),)
        while winner.result is None:
            winner.step((yield winner.verbs))
        return winner.result
    finally:
        for racer in racers:
            racer.wire.close()


def _heats(racers: Iterable[_Racer], stagger: float, clock: Clock) -> Wire[_Racer]:
    """The first that has something to show, or the last that failed."""
    waiting = list(racers)
    running: list[_Racer] = []
    timer: Sleep | None = None
    while True:
        if waiting and timer is None:
            racer = waiting.pop(0)
            running.append(racer)
            racer.step(None)
            timer = Sleep(clock.now + stagger) if waiting else None
        else:
            verbs = tuple([verb for racer in running for verb in racer.verbs])
            verb, answer = yield (*verbs, timer) if timer is not None else verbs
            if verb is timer:
                timer = None
                continue
            racer = next(racer for racer in running if any(verb is own for own in racer.verbs))
            racer.step((verb, answer))
        if racer.emits or racer.completed:
            return racer
        if racer.result is not None:
            running.remove(racer)
            if not running and not waiting:
                return racer
            timer = timer if running else None
