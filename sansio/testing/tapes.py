"""Wire tapes: what a call was answered, written down, so that it can be replayed without a network.

A `Recorder` is what `wire.call.Call` takes as its `recorder`; it listens above TLS, so that a tape is plaintext, and a
replay leaves the TLS layer out.  No secret stays on a tape (see `redaction`).  As text a tape is JSON lines: one for
the call, then one for every answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final, TypeVar

import msgspec

from ..commands import Broken, Busy, Decision, Done, Fetch, Leased, Refused, Token
from ..wire.call import Call
from ..wire.verbs import Answer, Bytes, Finished, Verb
from .redaction import Heard, Redaction

T = TypeVar("T")

_SHOWN: Final = 200  # characters of a verb around the first that is different


class TapeMismatch(AssertionError):  # noqa: N818  # it says that a test has failed
    """The call asked for something else than on the tape."""


class Step(msgspec.Struct, frozen=True):
    """One answer.

    `verbs` names what was outstanding, `index` says which of them was answered, and `verb` is its repr, without secrets.
    """

    verbs: tuple[str, ...]
    index: int
    verb: str
    answer: Answer


class Tape(msgspec.Struct, frozen=True):
    """A recorded call: its id, the times that it was given at its start, and every answer in order."""

    call: str
    start: float
    unix: float | None
    steps: tuple[Step, ...] = ()


class Recorder:
    """Hears the answers of one `Call`, which was given the same id and times.

    *secrets* are kept nowhere: not in what was sent, not in what was received.  Headers and query keys that hold keys,
    and the passwords of proxies, need not be named.
    """

    __slots__ = ("_call", "_heard", "_now", "_secrets", "_unix")

    def __init__(self, call: str, *, now: float, unix: float | None = None, secrets: Iterable[str] = ()) -> None:
        self._call = call
        self._now = now
        self._unix = unix
        self._secrets = tuple(secrets)
        self._heard: list[Heard] = []

    def __call__(self, verbs: tuple[Verb, ...], verb: Verb, answer: Answer) -> None:
        """Hear the answer to one of the outstanding verbs."""
        self._heard.append((verbs, verb, answer))

    @property
    def tape(self) -> Tape:
        """What was heard so far, made anew each time: a secret may be told only by what came behind it."""
        redacted = Redaction(self._heard, self._secrets).pairs
        steps = [
            Step(_names(verbs), next(n for n, other in enumerate(verbs) if other is verb), text, kept)
            for (verbs, verb, _), (text, kept) in zip(self._heard, redacted, strict=True)
        ]
        return Tape(self._call, self._now, self._unix, tuple(steps))


def replay(tape: Tape, make: Callable[[Tape], Call[T]], *, secrets: Iterable[str] = ()) -> T:
    """What the call comes to when it is answered as on the tape.

    *make* makes the call, with the tape's id and times, a `Wiring` without channels, and the same random numbers;
    *secrets* are those that the recorder was given.  Raises TapeMismatch where the call asks for something else, or
    for more.
    """
    verbs = perform(tape, make, secrets=secrets).verbs
    match verbs:
        case (Finished(value),):
            return value
        case _:
            raise TapeMismatch(f"the tape has ended, and the call has not: {_listed(_names(verbs))} are outstanding")


def perform(tape: Tape, make: Callable[[Tape], Call[T]], *, secrets: Iterable[str] = ()) -> Call[T]:
    """The call as it stands when the tape has ended; as `replay`, but it need not be over."""
    call = make(tape)
    recorder = Recorder(tape.call, now=tape.start, unix=tape.unix, secrets=secrets)
    try:
        for number, step in enumerate(tape.steps, 1):
            verbs = tuple([verb for verb in call.verbs if not isinstance(verb, Finished)])
            if (names := _names(verbs)) != step.verbs:
                raise TapeMismatch(f"step {number}: {_listed(step.verbs)} were outstanding, now {_listed(names)}")
            recorder(verbs, verbs[step.index], step.answer)
            call.resume(verbs[step.index], step.answer)
    finally:  # whatever a call does that was answered what another had asked, that is the news
        _compare(tape, recorder.tape)
    return call


def _compare(tape: Tape, now: Tape) -> None:
    """Only at the end, since redaction looks ahead."""
    for number, (then, again) in enumerate(zip(tape.steps, now.steps, strict=False), 1):
        if then.verb != again.verb:
            raise TapeMismatch(f"step {number}: it was\n{_around(then, again)}\nand is now\n{_around(again, then)}")


def _around(step: Step, other: Step) -> str:
    """The part of the step's verb in which it is different from the other's."""
    pairs = enumerate(zip(step.verb, other.verb, strict=False))
    place = next((n for n, (one, two) in pairs if one != two), min(len(step.verb), len(other.verb)))
    start, end = max(0, place - _SHOWN), place + _SHOWN
    return f"{'...' if start else ''}{step.verb[start:end]}{'...' if end < len(step.verb) else ''}"


def _names(verbs: Iterable[object]) -> tuple[str, ...]:
    return tuple([type(verb).__name__ for verb in verbs])


def _listed(names: Iterable[str]) -> str:
    return " and ".join(names) or "no verbs"


# -- as text -------------------------------------------------------------------------------------------------


class _Begin(msgspec.Struct):
    """The first line."""

    call: str
    start: float
    unix: float | None


class _Line(msgspec.Struct):
    """Every other line."""

    verbs: tuple[str, ...]
    index: int
    verb: str
    kind: str
    answer: msgspec.Raw


class _Text(msgspec.Struct):
    """Bytes with a character for each, so that people can read what they keep."""

    now: float
    data: str


_KINDS: Final[dict[str, type[Decision | _Text]]] = {
    "Done": Done,
    "Bytes": _Text,
    "Broken": Broken,
    "Leased": Leased,
    "Busy": Busy,
    "Token": Token,
    "Fetch": Fetch,
    "Refused": Refused,
}


def encode(tape: Tape) -> bytes:
    """The tape as JSON lines; bytes are text in Latin-1."""
    begin = msgspec.json.encode(_Begin(tape.call, tape.start, tape.unix))
    return b"".join([line + b"\n" for line in (begin, *map(_encode_step, tape.steps))])


def decode(data: bytes) -> Tape:
    """The tape that was encoded so.  Raises ValueError for what is none."""
    first, *rest = data.splitlines() or [b""]
    begin = msgspec.json.decode(first, type=_Begin)
    return Tape(begin.call, begin.start, begin.unix, tuple([_decode_step(line) for line in rest]))


def _encode_step(step: Step) -> bytes:
    answer = step.answer
    plain = _Text(answer.now, answer.data.decode("latin-1")) if isinstance(answer, Bytes) else answer
    raw = msgspec.Raw(msgspec.json.encode(plain))
    return msgspec.json.encode(_Line(step.verbs, step.index, step.verb, type(answer).__name__, raw))


def _decode_step(data: bytes) -> Step:
    line = msgspec.json.decode(data, type=_Line)
    if line.kind not in _KINDS or not 0 <= line.index < len(line.verbs):
        raise ValueError("not a step of a tape")
    plain = msgspec.json.decode(line.answer, type=_KINDS[line.kind])
    answer = Bytes(plain.now, plain.data.encode("latin-1")) if isinstance(plain, _Text) else plain
    return Step(line.verbs, line.index, line.verb, answer)
